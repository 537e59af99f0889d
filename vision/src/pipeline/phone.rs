//! The part of the pipeline that looks for a phone in the staff member's hand.
//!
//! Whose phone it is, is decided by places: all of it has to lie in the staff zone and outside the zones of customers,
//! and the hand that holds it has to be found in the filled frame, in the staff zone too. A phone across a border is
//! nobody's, and while one is seen there, "no phone" is not observable.

use smallvec::{SmallVec, smallvec};

use super::detect::region_of;
use super::{FaceResult, Pipeline, lies_in};
use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::RotatedSquare;
use crate::models::hand_detector::{self, DetectedHand, Hands};
use crate::models::image_classifier;
use crate::models::object_detector::{DetectedObject, INPUT_PX, Objects};
use crate::phone::clarity::{self, Clarity, Noise};
use crate::phone::evidence::{FULL_LOOK_MS, Seen};
use crate::phone::search::{Look, Region, Scene};
use crate::phone::{self, PhoneMemory, Sighting};
use crate::preprocess::ValueRange;
use crate::timings::Stage;

/// Whose a phone-like thing is, by where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    Staffs,
    /// It lies in a zone of customers.
    Nobodys,
    /// It crosses a border.
    Unclear,
}

impl Pipeline {
    /// One look at one region; a still is looked at in all of them.
    pub(super) fn look_for_phone(
        &mut self,
        frame: &Frame,
        whole: Option<&Objects>,
        person: &FaceResult,
        t_ms: u64,
    ) -> Result<(), VisionError> {
        if self.memory.look.not_alone {
            self.memory.phone = PhoneMemory::default();
            self.memory.phone_observable = false;
            return Ok(());
        }
        let scene = self.scene(frame, person);
        let regions = scene.regions();
        if !self.still {
            let look = self.memory.phone.search.next(&regions);
            return self.look_at(frame, whole, person, &scene, &look, t_ms);
        }
        let mut observable = true;
        for (number, region) in (0..).zip(regions) {
            let look = Look { regions: smallvec![region], miss_counts: false };
            self.look_at(frame, None, person, &scene, &look, t_ms + number * FULL_LOOK_MS)?;
            observable &= self.memory.phone_observable;
        }
        self.memory.phone_observable = observable || self.memory.phone.evidence.in_hand();
        Ok(())
    }

    fn look_at(
        &mut self,
        frame: &Frame,
        whole: Option<&Objects>,
        person: &FaceResult,
        scene: &Scene,
        look: &Look,
        t_ms: u64,
    ) -> Result<(), VisionError> {
        let mut clear = false;
        let mut sightings: SmallVec<[Sighting; 32]> = SmallVec::new();
        for region in &look.regions {
            let (objects, clarity) = self.look_into(frame, scene, *region)?;
            clear |= clarity == Clarity::Clear;
            sightings.extend(objects.phones.into_iter().map(|object| Sighting { object, region: *region }));
        }
        let far = whole.iter().flat_map(|objects| &objects.phones);
        sightings.extend(far.map(|object| Sighting { object: *object, region: Region::Whole }));
        let unclear = sightings.iter().any(|sighting| {
            sighting.object.score >= phone::MIN_SCORE_FOR_HAND && self.whose(&sighting.object, frame) == Whose::Unclear
        });
        let best = sightings
            .into_iter()
            .filter(|sighting| self.whose(&sighting.object, frame) == Whose::Staffs)
            .max_by(|a, b| a.worth().total_cmp(&b.worth()).then(a.object.score.total_cmp(&b.object.score)));
        // Both witnesses are heard until they agree, then in turn.
        let in_turn = self.memory.phone.evidence.in_hand().then(|| self.memory.phone.search.is_even());
        let (mut hand, mut alike) = (None, None);
        if let Some(sighting) = best.filter(|sighting| sighting.object.score >= phone::MIN_SCORE_FOR_HAND) {
            if in_turn != Some(false) {
                hand = Some(self.is_held(frame, &sighting, person)?);
            }
            if in_turn != Some(true) {
                alike = Some(self.looks_alike(frame, &sighting)?);
            }
        }
        let could_see =
            clear && !unclear && self.hands_are_in_view(frame, scene) && !self.hand_is_too_near(frame, scene)?;
        let memory = &mut self.memory.phone;
        match &best {
            None if !could_see => memory.evidence.skip(t_ms),
            _ => memory.evidence.add(
                t_ms,
                &Seen {
                    region: best.map_or(Region::Whole, |sighting| sighting.region),
                    score: best.map_or(0.0, |sighting| sighting.object.score),
                    hand,
                    alike,
                    miss_counts: look.miss_counts,
                },
            ),
        }
        let clearly = best.filter(|sighting| sighting.object.score >= phone::MIN_SCORE_FOR_HAND);
        memory.search.remember(look, clearly.map(|sighting| (sighting.region, sighting.object.bounds)));
        memory.remember(best.map(|sighting| sighting.object));
        self.memory.phone_observable = could_see || self.memory.phone.evidence.in_hand();
        Ok(())
    }

    /// One run of the object model on a region of the filled frame.
    fn look_into(&mut self, frame: &Frame, scene: &Scene, region: Region) -> Result<(Objects, Clarity), VisionError> {
        let square = scene.square(region, self.memory.phone.search.seen()).filter(|square| square.is_sound());
        let Self { preprocessor, objects, timings, .. } = self;
        let (frame_from_input, clarity) = timings.measure(Stage::Preprocess, || -> Result<_, VisionError> {
            let frame_from_input = match square {
                Some(square) => preprocessor.crop(frame, &square, INPUT_PX, ValueRange::Bytes, objects.input())?,
                None => preprocessor.stretch(frame, INPUT_PX, objects.input())?,
            };
            let noise = clarity::noise(objects.input(), INPUT_PX);
            if noise != Noise::Little {
                preprocessor.smooth(INPUT_PX, objects.input())?;
            }
            let clarity = match (clarity::even_out(objects.input(), INPUT_PX), noise) {
                (Clarity::Clear, Noise::TooMuch) => Clarity::TooNoisy,
                (clarity, _) => clarity,
            };
            Ok((frame_from_input, clarity))
        })?;
        let seen =
            timings.measure(Stage::Objects, || objects.run(frame_from_input, f32::INFINITY, phone::MIN_SCORE))?;
        Ok((seen, clarity))
    }

    /// Whether a hand in the staff zone is at the thing. At the head, where a palm is hardly ever found beside a
    /// phone at the ear, skin of the person's colour beside it will do.
    pub(super) fn is_held(
        &mut self,
        frame: &Frame,
        sighting: &Sighting,
        person: &FaceResult,
    ) -> Result<bool, VisionError> {
        if sighting.region == Region::Head
            && let Some(skin) = &person.skin
            && skin.surrounds(frame, &sighting.object.bounds)?
        {
            return Ok(true);
        }
        let crop = sighting.hand_crop();
        if !crop.is_sound() {
            return Ok(false);
        }
        let found = self.find_hands(frame, &crop)?;
        let size = (frame.width_px() as f32, frame.height_px() as f32);
        let in_staff_zone =
            |(x, y): (f32, f32)| self.zones.staff.as_ref().is_none_or(|staff| staff.contains(x / size.0, y / size.1));
        Ok(found.iter().any(|hand| sighting.is_reached_by(hand) && in_staff_zone(hand.centre())))
    }

    /// Whether the thing looks like a phone to the classifier too.
    fn looks_alike(&mut self, frame: &Frame, sighting: &Sighting) -> Result<bool, VisionError> {
        let crop = sighting.own_crop();
        if !crop.is_sound() {
            return Ok(false);
        }
        let Self { preprocessor, classifier, timings, .. } = self;
        timings.measure(Stage::Preprocess, || {
            let (side_px, input) = (image_classifier::INPUT_PX, classifier.input());
            preprocessor.crop(frame, &crop, side_px, ValueRange::Bytes, input)?;
            clarity::even_out(input, side_px);
            Ok::<_, VisionError>(())
        })?;
        let probability = timings.measure(Stage::Classify, || classifier.run())?;
        Ok(probability >= phone::MIN_PROBABILITY)
    }

    fn find_hands(&mut self, frame: &Frame, crop: &RotatedSquare) -> Result<Hands, VisionError> {
        let Self { preprocessor, hands, timings, .. } = self;
        let frame_from_crop = timings.measure(Stage::Preprocess, || {
            preprocessor.smoothed_crop(frame, crop, hand_detector::INPUT_PX, ValueRange::Unit, hands.input())
        })?;
        #[cfg(test)]
        if let Some(inspect) = &mut self.inspector {
            inspect(hand_detector::NAME, hands.input());
        }
        timings.measure(Stage::Hands, || hands.run(frame_from_crop, phone::MIN_HAND_SCORE))
    }

    /// Whether a hand fills so much of the staff zone that the object model does not know what it holds. Asked only
    /// where there is no face: a hand that large before a face at the counter would hide it.
    fn hand_is_too_near(&mut self, frame: &Frame, scene: &Scene) -> Result<bool, VisionError> {
        if scene.face.is_some() || !self.memory.phone.search.is_time_for_hands() {
            return Ok(self.memory.phone.hand_too_near && scene.face.is_none());
        }
        let largest = self.find_hands(frame, &scene.all())?.first().map_or(0.0, DetectedHand::size);
        self.memory.phone.hand_too_near = largest > phone::MAX_HAND_SHARE * scene.side();
        Ok(self.memory.phone.hand_too_near)
    }

    /// Whose a thing is, by where it lies: all of it, with a hand's reach around it, has to be inside the staff zone
    /// and outside those of customers. Where it crosses a border, what holds it may be on the other side.
    pub(super) fn whose(&self, object: &DetectedObject, frame: &Frame) -> Whose {
        let customers = || [&self.zones.customer, &self.zones.queue].into_iter().flatten();
        if customers().any(|zone| lies_in(object, zone, frame)) {
            return Whose::Nobodys;
        }
        let (width, height) = (frame.width_px() as f32, frame.height_px() as f32);
        let [left, top, right, bottom] = phone::within_reach(&object.bounds);
        let of_staff = (0..9).filter(|index| *index != 4).all(|index| {
            let x = left + (right - left) * (index % 3) as f32 / 2.0;
            let y = top + (bottom - top) * (index / 3) as f32 / 2.0;
            // The picture's edge is no border.
            let (x, y) = (x.clamp(0.5, width - 0.5) / width, y.clamp(0.5, height - 0.5) / height);
            self.zones.staff.as_ref().is_none_or(|staff| staff.contains(x, y))
                && !customers().any(|zone| zone.contains(x, y))
        });
        if of_staff { Whose::Staffs } else { Whose::Unclear }
    }

    fn scene(&self, frame: &Frame, person: &FaceResult) -> Scene {
        let bounds = region_of(frame, self.zones.staff.as_ref());
        Scene { bounds, face: person.bounds }
    }

    fn hands_are_in_view(&self, frame: &Frame, scene: &Scene) -> bool {
        let (width, height) = (frame.width_px() as f32, frame.height_px() as f32);
        scene.hands_are_in_view(|x, y| {
            (0.0..width).contains(&x)
                && (0.0..height).contains(&y)
                && self.zones.staff.as_ref().is_none_or(|staff| staff.contains(x / width, y / height))
        })
    }

    /// The object model on the unfilled frame: people in the zones of customers, and phones.
    pub(super) fn look_everywhere(&mut self, frame: &Frame, min_person: f32) -> Result<Objects, VisionError> {
        let Self { preprocessor, objects, timings, .. } = self;
        let frame_from_input =
            timings.measure(Stage::Preprocess, || preprocessor.stretch(frame, INPUT_PX, objects.input()))?;
        timings.measure(Stage::Objects, || objects.run(frame_from_input, min_person, phone::MIN_SCORE))
    }
}
