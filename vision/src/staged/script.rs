//! The script of the staged demo: what happens when, as data, and the truth that follows from it.
//!
//! Every number here was decided before anything was measured. The renderer reads the same script, so a frame and its
//! truth cannot drift apart; a disagreement with a measurement is the measurement's, or the renderer's, to explain.

/// Frames a second.
pub const FPS: u64 = 25;
/// Number of frames: a little over a minute.
pub const FRAMES: u64 = 1575;
/// The register of every till event.
pub const REGISTER: &str = "1";

/// Depth of a scripted nod in degrees: a clear nod, well over the sway of a head at rest.
const NOD_DEG: f32 = 13.0;
/// How long a nod takes, down and up again.
const NOD_MS: u64 = 600;
/// How long turning the head takes, each way.
const TURN_MS: u64 = 500;
/// How long walking in or out takes, for staff and customers.
const WALK_MS: u64 = 1600;
/// How long the second person of transaction 3 takes to step in or out.
const STEP_MS: u64 = 600;
/// How long raising or lowering the card takes.
const COVER_MS: u64 = 300;

/// Whose portrait it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Portrait {
    /// Eileen Collins (NASA), smiling.
    Collins,
    /// Grace Hopper (US Navy), serious.
    Hopper,
}

impl Portrait {
    /// The other of the two.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Collins => Self::Hopper,
            Self::Hopper => Self::Collins,
        }
    }
}

/// What is true of one frame. Angles are the change from the portrait's own rest, signs as in [`crate::HeadPose`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScriptedFrame {
    /// Milliseconds since the first frame.
    pub t_ms: u64,
    /// Whose face is at the counter, wholly or partly in the picture.
    pub staff: Option<Portrait>,
    /// Change of yaw in degrees, positive towards the right of the picture.
    pub yaw_deg: f32,
    /// Change of pitch in degrees, positive up.
    pub pitch_deg: f32,
    /// Change of roll in degrees: always 0.
    pub roll_deg: f32,
    /// The card hides the mouth, at rest in its place.
    pub covered: bool,
    /// A second face stands in the staff zone, wholly in the picture.
    pub second_face: bool,
    /// A customer stands in the customer zone or walks there.
    pub customer_present: bool,
    /// Something of the staff zone is on its way in or out (a person, the card): such frames are not scored.
    pub moving: bool,
}

/// What is true of one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScriptedTransaction {
    /// Who serves.
    pub staff: Portrait,
    /// When it was opened, in milliseconds since the first frame.
    pub opened_ms: u64,
    /// When the customer paid.
    pub payment_ms: u64,
    /// When it was closed.
    pub closed_ms: u64,
    /// Number of nods while it was open.
    pub nods: u32,
    /// Whether the portrait smiles (MediaPipe's mouthSmile at rest: 0.90 for Collins, 0.01 for Hopper).
    pub smiling: bool,
}

/// What a till reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TillEventKind {
    /// The first item was registered.
    Opened,
    /// The customer paid.
    Payment,
    /// The receipt was given.
    Closed,
}

impl TillEventKind {
    /// The name in the till contract: `opened`, `payment` or `closed`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Payment => "payment",
            Self::Closed => "closed",
        }
    }
}

/// One scripted till event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScriptedTillEvent {
    /// Which register: always [`REGISTER`].
    pub register: &'static str,
    /// What happened.
    pub event: TillEventKind,
    /// Milliseconds since the first frame.
    pub t_ms: u64,
}

/// Something held between two times, reached and left smoothly: `from_ms` starts the way there, `until_ms` the way back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hold {
    from_ms: u64,
    until_ms: u64,
    /// Degrees of a turn; 1 where the hold is only there or not.
    size: f32,
}

/// What the card hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cover {
    /// From the bridge of the nose down.
    LowerFace,
    /// The whole face.
    WholeFace,
}

/// One transaction as it is played.
pub(super) struct Act {
    /// Who serves; the other one is the customer.
    pub staff: Portrait,
    smiling: bool,
    customer: Hold,
    walk: Hold,
    opened_ms: u64,
    payment_ms: u64,
    closed_ms: u64,
    turns: &'static [Hold],
    looks_down: &'static [Hold],
    nods_ms: &'static [u64],
    card: Option<(Hold, Cover)>,
    second: Option<Hold>,
}

const fn hold(from_ms: u64, until_ms: u64, size: f32) -> Hold {
    Hold { from_ms, until_ms, size }
}

/// The three transactions. Between them the counter is empty for over a second, at the end for two.
static ACTS: [Act; 3] = [
    Act {
        staff: Portrait::Collins,
        smiling: true,
        customer: hold(2_000, 17_200, 1.0),
        walk: hold(2_600, 17_400, 1.0),
        opened_ms: 4_400,
        payment_ms: 13_400,
        closed_ms: 17_000,
        turns: &[hold(6_800, 8_800, 25.0), hold(14_000, 15_600, -25.0)],
        looks_down: &[],
        nods_ms: &[10_000, 11_200, 12_400],
        card: None,
        second: None,
    },
    Act {
        staff: Portrait::Hopper,
        smiling: false,
        customer: hold(20_400, 38_200, 1.0),
        walk: hold(21_000, 38_400, 1.0),
        opened_ms: 22_800,
        payment_ms: 33_800,
        closed_ms: 38_000,
        turns: &[hold(25_000, 27_000, -25.0)],
        looks_down: &[hold(31_000, 33_000, -12.0)],
        nods_ms: &[28_400, 29_600],
        card: Some((hold(34_200, 36_600, 1.0), Cover::LowerFace)),
        second: None,
    },
    Act {
        staff: Portrait::Collins,
        smiling: true,
        customer: hold(41_400, 59_600, 1.0),
        walk: hold(42_000, 59_800, 1.0),
        opened_ms: 43_800,
        payment_ms: 55_000,
        closed_ms: 59_400,
        turns: &[],
        looks_down: &[],
        nods_ms: &[45_200, 46_400, 47_600, 48_800],
        card: Some((hold(55_800, 58_200, 1.0), Cover::WholeFace)),
        second: Some(hold(50_000, 53_600, 1.0)),
    },
];

impl Hold {
    /// How much of it holds at `t_ms`, 0 to 1, with smooth ways there and back of `way_ms` each.
    fn share(self, t_ms: u64, way_ms: u64) -> f32 {
        let up = t_ms.saturating_sub(self.from_ms).min(way_ms) as f32 / way_ms as f32;
        let down = t_ms.saturating_sub(self.until_ms).min(way_ms) as f32 / way_ms as f32;
        smooth(up) - smooth(down)
    }
}

/// Smoothstep: 0 at 0, 1 at 1, flat at both ends.
fn smooth(x: f32) -> f32 {
    x * x * (3.0 - 2.0 * x)
}

fn partly(share: f32) -> bool {
    share > 0.0 && share < 1.0
}

/// Where everything stands at one moment: what the renderer draws. Shares are 0 (away) to 1 (in place).
pub(super) struct Stage {
    /// Whose transaction it is.
    pub act: &'static Act,
    /// The staff member, 0 out of the picture at the right.
    pub staff: f32,
    /// The customer, 0 out of the picture at the left.
    pub customer: f32,
    /// Change of yaw in degrees.
    pub yaw_deg: f32,
    /// Change of pitch in degrees.
    pub pitch_deg: f32,
    /// The card and what it hides, 0 below the counter.
    pub card: Option<(f32, Cover)>,
    /// The second person, 0 out of the picture at the right.
    pub second: f32,
}

/// The stage at `t_ms`; `None` while nobody is near the counter.
pub(super) fn stage(t_ms: u64) -> Option<Stage> {
    ACTS.iter().map(|act| act.stage(t_ms)).find(|stage| stage.staff > 0.0 || stage.customer > 0.0)
}

impl Act {
    fn stage(&'static self, t_ms: u64) -> Stage {
        let held = |holds: &[Hold]| holds.iter().map(|h| h.size * h.share(t_ms, TURN_MS)).sum::<f32>();
        let nods: f32 = self.nods_ms.iter().map(|&from_ms| nod(t_ms, from_ms)).sum();
        Stage {
            act: self,
            staff: self.walk.share(t_ms, WALK_MS),
            customer: self.customer.share(t_ms, WALK_MS),
            yaw_deg: held(self.turns),
            pitch_deg: held(self.looks_down) - nods,
            card: self.card.map(|(hold, cover)| (hold.share(t_ms, COVER_MS), cover)).filter(|c| c.0 > 0.0),
            second: self.second.map_or(0.0, |hold| hold.share(t_ms, STEP_MS)),
        }
    }

    fn truth(&self) -> ScriptedTransaction {
        ScriptedTransaction {
            staff: self.staff,
            opened_ms: self.opened_ms,
            payment_ms: self.payment_ms,
            closed_ms: self.closed_ms,
            nods: self.nods_ms.len() as u32,
            smiling: self.smiling,
        }
    }
}

/// How far a nod that starts at `from_ms` has bent the head at `t_ms`, in degrees.
fn nod(t_ms: u64, from_ms: u64) -> f32 {
    let along = t_ms.saturating_sub(from_ms).min(NOD_MS) as f32 / NOD_MS as f32;
    NOD_DEG * (std::f32::consts::PI * along).sin().powi(2)
}

/// The time of a frame in milliseconds since the first.
#[must_use]
pub fn t_ms(frame: u64) -> u64 {
    frame * 1_000 / FPS
}

/// What is true of a frame, counted from 0.
#[must_use]
pub fn truth(frame: u64) -> ScriptedFrame {
    let t_ms = t_ms(frame);
    let empty = ScriptedFrame {
        t_ms,
        staff: None,
        yaw_deg: 0.0,
        pitch_deg: 0.0,
        roll_deg: 0.0,
        covered: false,
        second_face: false,
        customer_present: false,
        moving: false,
    };
    let Some(stage) = stage(t_ms) else { return empty };
    let card = stage.card.map_or(0.0, |(share, _)| share);
    ScriptedFrame {
        staff: (stage.staff > 0.0).then_some(stage.act.staff),
        yaw_deg: stage.yaw_deg,
        pitch_deg: stage.pitch_deg,
        covered: card >= 1.0,
        second_face: stage.second >= 1.0,
        customer_present: stage.customer > 0.0,
        moving: partly(stage.staff) || partly(card) || partly(stage.second),
        ..empty
    }
}

/// What is true of the three transactions, in order.
#[must_use]
pub fn transactions() -> [ScriptedTransaction; 3] {
    ACTS.each_ref().map(Act::truth)
}

/// The till's events, in order of time.
#[must_use]
pub fn till_events() -> [ScriptedTillEvent; 9] {
    let [a, b, c] = transactions().map(|t| {
        [
            (TillEventKind::Opened, t.opened_ms),
            (TillEventKind::Payment, t.payment_ms),
            (TillEventKind::Closed, t.closed_ms),
        ]
        .map(|(event, t_ms)| ScriptedTillEvent { register: REGISTER, event, t_ms })
    });
    let [a0, a1, a2] = a;
    let [b0, b1, b2] = b;
    let [c0, c1, c2] = c;
    [a0, a1, a2, b0, b1, b2, c0, c1, c2]
}
