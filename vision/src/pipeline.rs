//! From frame to observation: the order in which a frame passes the models, and which of them run.
//!
//! 1. The object model looks at the whole frame for people in the customer and queue zones.
//! 2. Everything outside the staff zone is filled. Every later crop and tensor comes from the filled frame.
//! 3. The face detector runs when no face is followed, when its place is unsure, and a few times a second to count
//!    faces. More faces than signed-in people, or several signed-in people: nothing is read of anyone.
//! 4. Mesh, blendshapes, head pose, gaze, eyes, mouth, posture of the followed face.
//! 5. Unless nobody is there to be served, the object model looks for a phone on one region of the filled frame; where it
//!    saw one, the hand detector looks for the hand that holds it, and the image classifier whether it looks like a phone
//!    to it.

mod detect;
mod face;
mod outline;
mod phone;
mod schedule;
mod search;
#[cfg(feature = "lab")]
pub(crate) mod steps;
mod still;

use crate::cadence::RESTING_OBJECTS_MS;
use crate::error::VisionError;
use crate::frame::{Frame, ZoneFill};
use crate::head_pose::CanonicalFace;
use crate::manifest::Manifest;
use crate::models::blendshapes::{self, Blendshapes};
use crate::models::face_detector::{FaceDetector, Range};
use crate::models::face_mesh::{self, FaceMesh};
use crate::models::hand_detector::{self, HandDetector};
use crate::models::image_classifier::{self, ImageClassifier};
use crate::models::object_detector::{self, DetectedObject, ObjectDetector, Objects};
use crate::observation::{Observation, Phone, Posture, Rect};
use crate::phone::PhoneMemory;
use crate::posture::PostureReader;
use crate::preprocess::Preprocessor;
use crate::runtime::Runtime;
use crate::skin::SkinTone;
use crate::smile::SmileModel;
use crate::timings::{Stage, Timings};
use crate::track::{Look, Track};
use crate::zone::{Polygon, Zones};
use schedule::Every;
use search::Search;

/// Lowest score of a person who counts as present.
const MIN_PERSON_SCORE: f32 = 0.35;
/// Lowest score of a face that the mesh did not confirm; the short-range model alone is never enough.
const MIN_UNCONFIRMED_SCORE: f32 = 0.6;

#[cfg(test)]
pub(crate) type Inspector = Box<dyn FnMut(&'static str, &[f32])>;

/// The models and what is remembered between frames: numbers only.
pub(crate) struct Pipeline {
    full_range: FaceDetector,
    short_range: FaceDetector,
    mesh: FaceMesh,
    blendshapes: Blendshapes,
    objects: ObjectDetector,
    hands: HandDetector,
    classifier: ImageClassifier,
    canonical: CanonicalFace,
    smile: SmileModel,
    preprocessor: Preprocessor,
    zones: Zones,
    fill: Option<ZoneFill>,
    /// How many are signed in.
    pub(crate) people: u8,
    /// Nobody is there to be served.
    resting: bool,
    /// When the object model looked last, at rest.
    rested_objects_ms: Option<u64>,
    /// The frame stands alone: worth a closer look, and nothing came before it.
    still: bool,
    object_clock: Every,
    face_clock: Every,
    memory: Memory,
    pub(crate) timings: Timings,
    /// Readings are kept for whoever asks.
    #[cfg(feature = "lab")]
    pub(crate) keeps_readings: bool,
    #[cfg(feature = "lab")]
    pub(crate) reading: Option<crate::lab::FaceReading>,
    #[cfg(test)]
    pub(crate) inspector: Option<Inspector>,
}

/// What the next frame needs to know of the ones before; forgotten by [`Pipeline::forget`].
#[derive(Default)]
struct Memory {
    track: Track,
    look: Look,
    search: Search,
    phone: PhoneMemory,
    phone_observable: bool,
    posture: PostureReader,
    mouth: crate::mouth::MouthReader,
    customer_present: bool,
    queue_present: bool,
}

/// Where the models look, and how often the slower ones run.
pub(crate) struct PipelineSettings {
    pub zones: Zones,
    pub objects_hz: f32,
    pub faces_hz: f32,
}

/// What the face models said of one frame.
#[derive(Default)]
struct FaceResult {
    face: Option<crate::observation::Face>,
    bounds: Option<[f32; 4]>,
    posture: Option<Posture>,
    /// The colour of this person's skin in this frame.
    skin: Option<SkinTone>,
}

impl Pipeline {
    pub(crate) fn new(runtime: &Runtime, manifest: &Manifest, settings: PipelineSettings) -> Result<Self, VisionError> {
        let model = |name| manifest.model(name);
        Ok(Self {
            full_range: FaceDetector::new(runtime, Range::Full, &model(Range::Full.name())?)?,
            short_range: FaceDetector::new(runtime, Range::Short, &model(Range::Short.name())?)?,
            mesh: FaceMesh::new(runtime, &model(face_mesh::NAME)?)?,
            blendshapes: Blendshapes::new(runtime, &model(blendshapes::NAME)?)?,
            objects: ObjectDetector::new(runtime, &model(object_detector::NAME)?)?,
            hands: HandDetector::new(runtime, &model(hand_detector::NAME)?)?,
            classifier: ImageClassifier::new(runtime, &model(image_classifier::NAME)?)?,
            canonical: CanonicalFace::new()?,
            smile: SmileModel::new()?,
            preprocessor: Preprocessor::new(),
            fill: settings.zones.staff.clone().map(ZoneFill::new),
            zones: settings.zones,
            people: 1,
            resting: false,
            rested_objects_ms: None,
            still: false,
            object_clock: Every::hz(settings.objects_hz),
            face_clock: Every::hz(settings.faces_hz),
            memory: Memory::default(),
            timings: Timings::default(),
            #[cfg(feature = "lab")]
            keeps_readings: false,
            #[cfg(feature = "lab")]
            reading: None,
            #[cfg(test)]
            inspector: None,
        })
    }

    /// From now on no phone is searched for, or one is again, from the next frame on. What was known of one is forgotten:
    /// it was seen with another customer.
    pub(crate) fn rest(&mut self, resting: bool) {
        if self.resting != resting {
            self.resting = resting;
            self.memory.phone = PhoneMemory::default();
            self.memory.phone_observable = false;
            self.object_clock.restart();
            self.rested_objects_ms = None;
        }
    }

    /// Whether the object model is to look at this frame.
    fn objects_are_due(&mut self, t_ms: u64) -> bool {
        if !self.resting {
            return self.object_clock.is_due(t_ms);
        }
        let due = self.rested_objects_ms.is_none_or(|before_ms| t_ms.saturating_sub(before_ms) >= RESTING_OBJECTS_MS);
        if due {
            self.rested_objects_ms = Some(t_ms);
        }
        due
    }

    /// Forgets everything that was seen: between stills, and when a source was lost.
    pub(crate) fn forget(&mut self) {
        self.memory = Memory::default();
        self.object_clock.restart();
        self.rested_objects_ms = None;
        self.face_clock.restart();
        self.preprocessor.wipe();
        self.wipe_tensors();
    }

    /// Overwrites what the models were given last and what they said: they stay loaded while the camera is closed.
    fn wipe_tensors(&mut self) {
        let Self { full_range, short_range, mesh, hands, objects, classifier, blendshapes, .. } = self;
        full_range.wipe();
        short_range.wipe();
        mesh.wipe();
        blendshapes.wipe();
        objects.wipe();
        hands.wipe();
        classifier.wipe();
    }

    /// What a frame shows that has nothing to do with any other.
    pub(crate) fn process_still(&mut self, frame: &mut Frame, index: u64) -> Result<Observation, VisionError> {
        self.forget();
        self.still = true;
        let observation = self.process(frame, index, 0);
        self.still = false;
        observation
    }

    /// What one frame shows. The frame is filled outside the staff zone when this returns.
    pub(crate) fn process(&mut self, frame: &mut Frame, index: u64, t_ms: u64) -> Result<Observation, VisionError> {
        let look_for_objects = self.objects_are_due(t_ms);
        let whole = if look_for_objects && self.wants_whole_frame() { Some(self.whole_frame(frame)?) } else { None };
        if let Some(fill) = &mut self.fill {
            self.timings.measure(Stage::Preprocess, || fill.apply(frame))?;
        }
        let found = self.read_face(frame, t_ms)?;
        if look_for_objects && !self.resting {
            self.look_for_phone(frame, whole.as_ref(), &found, t_ms)?;
        }
        Ok(self.observation(frame, index, t_ms, &found))
    }

    /// The whole frame is looked at for presence.
    fn wants_whole_frame(&self) -> bool {
        self.zones.customer.is_some() || self.zones.queue.is_some()
    }

    /// One look of the object model at the whole frame: presence in the zones. Only phones inside the staff
    /// zone go further.
    fn whole_frame(&mut self, frame: &Frame) -> Result<Objects, VisionError> {
        let mut objects = self.look_everywhere(frame, MIN_PERSON_SCORE)?;
        let stands_in = |zone: &Option<Polygon>| {
            zone.as_ref().is_some_and(|zone| objects.people.iter().any(|person| lies_in(person, zone, frame)))
        };
        self.memory.customer_present = stands_in(&self.zones.customer);
        self.memory.queue_present = stands_in(&self.zones.queue);
        objects.people.clear();
        objects.phones.retain(|phone| self.zones.staff.as_ref().is_none_or(|staff| lies_in(phone, staff, frame)));
        Ok(objects)
    }

    fn observation(&self, frame: &Frame, index: u64, t_ms: u64, found: &FaceResult) -> Observation {
        let memory = &self.memory;
        let phone = memory.phone.state().map(|(object, in_hand)| Phone {
            bounds: fractions(&object.bounds, frame),
            score: object.score,
            in_hand,
        });
        Observation {
            frame: index,
            t_ms,
            face: found.face,
            faces: memory.look.faces,
            not_alone: memory.look.not_alone,
            followed: memory.track.is_following(),
            lost_near_another: memory.look.lost_near_another,
            phone: phone.filter(|_| memory.phone_observable),
            phone_observable: memory.phone_observable,
            posture: found.posture,
            customer_present: self.zones.customer.as_ref().map(|_| memory.customer_present),
            queue_present: self.zones.queue.as_ref().map(|_| memory.queue_present),
        }
    }
}

fn lies_in(object: &DetectedObject, zone: &Polygon, frame: &Frame) -> bool {
    let (x, y) = object.centre();
    zone.contains(x / frame.width_px() as f32, y / frame.height_px() as f32)
}

fn fractions(bounds: &[f32; 4], frame: &Frame) -> Rect {
    let (width, height) = (frame.width_px() as f32, frame.height_px() as f32);
    Rect {
        x: bounds[0] / width,
        y: bounds[1] / height,
        w: (bounds[2] - bounds[0]) / width,
        h: (bounds[3] - bounds[1]) / height,
    }
}

#[cfg(test)]
mod tests;
