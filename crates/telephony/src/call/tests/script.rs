//! Random scripts: whatever happens, in whatever order, the books agree.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A leg by its place in the test: the caller, a desk that exists, a stranger.
fn any_leg() -> impl Strategy<Value = LegId> {
    prop_oneof![4 => Just(CALLER), 1 => Just(DESK), 1 => Just(DESK_AGAIN), 1 => Just(LegId::from_uuid(Uuid::nil()))]
}

fn any_operator() -> impl Strategy<Value = OperatorId> {
    prop_oneof![3 => Just(OLGA), 1 => Just(PETR)]
}

fn any_queue() -> impl Strategy<Value = QueueId> {
    prop_oneof![4 => Just(SERVICES), 1 => Just(SALES)]
}

#[derive(Clone, Debug)]
enum Move {
    Happens(Event),
    /// The last play ends.
    Heard,
    /// The n-th of the armed timers goes off.
    TimeOut(usize),
    /// The n-th recording that was started is on disk, or lost.
    Stored(usize, bool),
    /// Time goes by.
    After(u64),
}

fn signalling() -> impl Strategy<Value = Event> {
    let sdp = || prop_oneof![Just(None), Just(Some("sdp".to_owned()))];
    prop_oneof![
        6 => any_leg().prop_map(|leg| Event::MediaReady { leg, sdp: "sdp".into() }),
        1 => any_leg().prop_map(|leg| Event::MediaRefused { leg, why: MediaRefusal::NoCommonCodec }),
        2 => any_leg().prop_map(|leg| Event::MediaRenegotiated { leg, sdp: "sdp".into() }),
        1 => any_leg().prop_map(|leg| Event::MediaTimedOut { leg }),
        6 => (any_leg(), sdp()).prop_map(|(leg, answer_sdp)| Event::Acked { leg, answer_sdp }),
        1 => any_leg().prop_map(|leg| Event::Cancelled { leg }),
        1 => any_leg().prop_map(|leg| Event::HungUp { leg }),
        2 => (any_leg(), sdp()).prop_map(|(leg, sdp)| Event::Reoffered { leg, sdp }),
        1 => any_leg().prop_map(|leg| Event::BridgeFailed { leg }),
        6 => (any_leg(), proptest::sample::select("1391A#".chars().collect::<Vec<_>>()))
            .prop_map(|(leg, digit)| Event::Digit { leg, digit }),
    ]
}

fn routing() -> impl Strategy<Value = Event> {
    let command = prop_oneof![
        4 => Just(Command::Hold),
        4 => Just(Command::Resume),
        2 => any::<bool>().prop_map(|on| Command::Mute { on }),
        1 => Just(Command::HangUp)
    ];
    prop_oneof![
        2 => Just(Event::CallerFound(anna())),
        2 => Just(Event::CallerUnknown),
        1 => Just(Event::LookUpFailed),
        6 => any_queue().prop_map(|queue| Event::Enqueued { queue }),
        1 => Just(Event::EnqueueRefused { why: LeftBecause::Full }),
        1 => any_queue().prop_map(|queue| Event::LeftQueue { queue, why: LeftBecause::Closed }),
        1 => any_queue().prop_map(|queue| Event::Position { queue, position: 3, estimated_wait: None }),
        8 => (any_queue(), any_operator(), any_leg()).prop_map(|(queue, operator, operator_leg)| Event::Connect {
            queue, offer: OFFER, operator, operator_leg
        }),
        6 => (any_operator(), command).prop_map(|(operator, command)| Event::Command { operator, command }),
        3 => any_operator().prop_map(|operator| Event::OperatorAway { operator }),
        3 => (any_operator(), any_leg())
            .prop_map(|(operator, operator_leg)| Event::OperatorBack { operator, operator_leg }),
        2 => any_operator().prop_map(|operator| Event::OperatorLost { operator }),
    ]
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        10 => signalling().prop_map(Move::Happens),
        16 => routing().prop_map(Move::Happens),
        8 => Just(Move::Heard),
        3 => any::<usize>().prop_map(Move::TimeOut),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(index, kept)| Move::Stored(index, kept)),
        3 => (0_u64..100).prop_map(Move::After),
    ]
}

/// What the test knows from the effects alone.
#[derive(Default)]
struct Kept {
    arrived: usize,
    answered_first: usize,
    ended: Vec<Outcome>,
    finished: bool,
    media: BTreeSet<LegId>,
    bridges: BTreeSet<(LegId, LegId)>,
    recordings: Vec<RecordingId>,
    recording: BTreeSet<RecordingId>,
    timers: BTreeSet<TimerKey>,
    in_line: bool,
    operator: Option<OperatorId>,
}

impl Kept {
    fn take(&mut self, effect: &Effect) -> Result<(), TestCaseError> {
        let freed = matches!(effect, Effect::RefuseConnect { .. });
        prop_assert!(!self.finished || freed, "after the end only late operators are freed: {effect:?}");
        match effect {
            Effect::ContactArrived { .. } => self.arrived += 1,
            Effect::ContactAnswered { operator, first, .. } => {
                prop_assert!(self.in_line && self.operator.is_none());
                self.in_line = false;
                self.operator = Some(*operator);
                self.answered_first += usize::from(*first);
            }
            Effect::ContactEnded(ended) => self.ended.push(ended.outcome),
            Effect::TellOperator { operator, view } => {
                prop_assert_eq!(self.operator, Some(*operator), "only who has the call is told");
                if matches!(view.state, CallState::Ended { .. }) {
                    self.operator = None;
                }
            }
            Effect::OpenMedia { leg, .. } => prop_assert!(self.media.insert(*leg)),
            Effect::CloseMedia { leg } => prop_assert!(self.media.remove(leg)),
            Effect::Bridge { a, b } => {
                self.bridges.insert((*a, *b));
                prop_assert_eq!(self.bridges.len(), 1, "never bridged to two");
                prop_assert!(a != b);
            }
            Effect::Unbridge { a, b } => prop_assert!(self.bridges.remove(&(*a, *b))),
            Effect::StartRecording { recording, .. } => {
                prop_assert!(self.recording.is_empty() && self.recording.insert(*recording));
                self.recordings.push(*recording);
            }
            Effect::StopRecording { recording } => prop_assert!(self.recording.remove(recording)),
            Effect::Enqueue { .. } => {
                prop_assert!(!self.in_line && self.operator.is_none());
                self.in_line = true;
            }
            Effect::LeaveQueue { .. } => prop_assert!(std::mem::take(&mut self.in_line)),
            Effect::Play { .. } => prop_assert!(self.ended.is_empty() && self.bridges.is_empty()),
            Effect::Arm { timer, .. } => _ = self.timers.insert(*timer),
            Effect::Disarm { timer } => prop_assert!(self.timers.remove(timer), "{timer:?} was not armed"),
            Effect::Finished => self.finished = true,
            _ => {}
        }
        Ok(())
    }
}

fn event_of(step: Move, phone: &mut Phone, kept: &mut Kept) -> Option<Event> {
    match step {
        Move::Happens(event) => Some(event),
        Move::Heard => Some(Event::PlayFinished { leg: CALLER, play: phone.last_play() }),
        Move::TimeOut(index) => {
            let timer = *kept.timers.iter().nth(index % kept.timers.len().max(1))?;
            kept.timers.remove(&timer);
            Some(Event::Timer(timer))
        }
        Move::Stored(index, whole) => {
            let recording = *kept.recordings.get(index % kept.recordings.len().max(1))?;
            if !whole {
                kept.recording.remove(&recording);
                return Some(Event::RecordingFailed { recording });
            }
            Some(Event::RecordingStored(stored(recording)))
        }
        Move::After(seconds) => {
            phone.after(seconds);
            None
        }
    }
}

fn run(phone: &mut Phone, kept: &mut Kept, step: Move) -> Result<(), TestCaseError> {
    let Some(event) = event_of(step, phone, kept) else { return Ok(()) };
    let line_before = phone.call.line;
    let effects = phone.give_quietly(event);
    prop_assert!(effects.len() <= 40, "a step does a bounded amount of work: {effects:?}");
    // The queue said so: refused, or let go.
    let said_out = line_before != Line::None
        && !effects.iter().any(|effect| matches!(effect, Effect::LeaveQueue { .. }));
    let answered = effects.iter().any(|effect| matches!(effect, Effect::ContactAnswered { .. }));
    if said_out && !answered && phone.call.line != line_before && !matches!(phone.call.line, Line::In(_)) {
        kept.in_line = false;
    }
    effects.iter().try_for_each(|effect| kept.take(effect))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever happens: one contact, counted once; nothing stays open, bridged, recorded, armed, waiting or waited for.
    #[test]
    fn every_contact_is_counted_once_and_nothing_is_left_over(
        skip in 0_usize..4,
        script in proptest::collection::vec(any_move(), 0..120),
    ) {
        let mut phone = match skip {
            0 => Phone::rings(),
            1 => Phone::rings().answered(),
            2 => Phone::rings().waiting(),
            _ => Phone::rings().talking(),
        };
        let mut kept = Kept::default();
        phone.effects.clone().iter().try_for_each(|effect| kept.take(effect))?;
        for step in script {
            run(&mut phone, &mut kept, step)?;
        }
        run(&mut phone, &mut kept, Move::Happens(Event::HungUp { leg: CALLER }))?;
        for index in 0..kept.recordings.len() {
            run(&mut phone, &mut kept, Move::Stored(index, true))?;
        }

        prop_assert!(kept.finished && phone.call.is_finished());
        prop_assert_eq!(kept.arrived, 1);
        prop_assert_eq!(kept.ended.len(), 1);
        prop_assert_eq!(kept.answered_first, usize::from(kept.ended[0] == Outcome::Served));
        prop_assert!(kept.media.is_empty() && kept.bridges.is_empty() && kept.recording.is_empty());
        prop_assert!(kept.timers.is_empty(), "{:?}", kept.timers);
        prop_assert!(!kept.in_line && kept.operator.is_none());
    }
}
