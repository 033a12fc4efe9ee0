//! What a simulated operator does next, from what the desktop shows.
//!
//! No network and no clock: the desk, the time since the start and dice in; one act with its moment out.

use super::person::{Span, chance, pick};
use rand::Rng;
use serde_json::Value;
use std::time::Duration;

#[cfg(test)]
mod tests;

/// How an operator works.
#[derive(Clone, Debug)]
pub struct Habits {
    /// How long an offer rings before it is accepted.
    pub picks_up: Span,
    /// Of a hundred offers, how many ring in vain.
    pub ignores_percent: u32,
    /// How long a contact lasts before the operator hangs up.
    pub talks: Span,
    /// Of a hundred contacts, how many are put on hold once.
    pub holds_percent: u32,
    /// How long a hold lasts.
    pub holds: Span,
    /// How long wrap-up takes.
    pub wraps_up: Span,
    /// How long the operator works between two breaks; none: no breaks.
    pub works: Option<Span>,
    /// How long a break lasts, and the pause after an offer that was missed.
    pub rests: Span,
}

impl Habits {
    /// As people work, on short calls.
    #[must_use]
    pub const fn lively() -> Self {
        Self {
            picks_up: Span::seconds(1, 6),
            ignores_percent: 6,
            talks: Span::seconds(15, 80),
            holds_percent: 25,
            holds: Span::seconds(4, 15),
            wraps_up: Span::seconds(4, 20),
            works: Some(Span::seconds(90, 400)),
            rests: Span::seconds(10, 60),
        }
    }

    /// Without a pause: accepts at once, hangs up after `talks`, for measurements.
    #[must_use]
    pub const fn tireless(talks: Duration) -> Self {
        const AT_ONCE: Span = Span::always(Duration::ZERO);
        Self {
            picks_up: AT_ONCE,
            ignores_percent: 0,
            talks: Span::always(talks),
            holds_percent: 0,
            holds: AT_ONCE,
            wraps_up: AT_ONCE,
            works: None,
            rests: AT_ONCE,
        }
    }
}

/// What an operator may choose from: ids of the organisation's words.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Not-ready reasons.
    pub reasons: Vec<String>,
    /// Topics.
    pub topics: Vec<String>,
    /// Results.
    pub results: Vec<String>,
}

/// What the desktop shows, as far as the operator cares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// The presence, such as `ready`.
    pub state: String,
    /// The offer that rings.
    pub offer: Option<String>,
    /// The contact and its state, such as `talking`.
    pub contact: Option<(String, String)>,
    /// The phone is connected.
    pub has_phone: bool,
}

impl Sight {
    /// Reads the data of the `desk` topic.
    #[must_use]
    pub fn of(desk: &Value) -> Self {
        let text = |path: &str| desk.pointer(path).and_then(Value::as_str).map(str::to_owned);
        Self {
            state: text("/presence/state").unwrap_or_default(),
            offer: text("/offer/id"),
            contact: text("/contact/card/contact_id").zip(text("/contact/state")),
            has_phone: text("/phone/state").as_deref() == Some("connected"),
        }
    }
}

/// Something an operator does at the desktop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Take contacts.
    Ready,
    /// Take a break, for this reason.
    Break(Option<String>),
    /// Take the offer.
    Accept(String),
    /// Decline the offer.
    Reject(String),
    /// The caller hears music.
    Hold,
    /// The caller is back.
    Resume,
    /// End the call.
    HangUp,
    /// Topic and result: the contact is done.
    WrapUp {
        /// Which contact.
        contact: String,
        /// What it was about.
        topic: Option<String>,
        /// How it ended.
        result: Option<String>,
    },
    /// Go home.
    SignOut,
}

/// One simulated operator.
#[derive(Debug)]
pub struct Operator {
    habits: Habits,
    words: Words,
    seen: Sight,
    plan: Option<(Duration, Act)>,
    /// The contact whose hold was decided, and when the talk ends.
    talk: Option<Talk>,
    break_at: Option<Duration>,
    leaving: bool,
}

#[derive(Debug)]
struct Talk {
    contact: String,
    ends: Duration,
    hold_at: Option<Duration>,
}

impl Operator {
    /// An operator who has just sat down.
    #[must_use]
    pub fn new(habits: Habits, words: Words) -> Self {
        Self { habits, words, seen: Sight::default(), plan: None, talk: None, break_at: None, leaving: false }
    }

    /// The desktop shows this now. Decides again only when something changed that matters.
    pub fn see(&mut self, now: Duration, sight: Sight, rng: &mut dyn Rng) {
        if sight != self.seen {
            self.seen = sight;
            self.decide(now, rng);
        }
    }

    /// The shift ends: what runs is brought to an end, then the operator signs out.
    pub fn leave(&mut self, now: Duration, rng: &mut dyn Rng) {
        self.leaving = true;
        self.decide(now, rng);
    }

    /// When the next act is due, if there is one.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        self.plan.as_ref().map(|(at, _)| *at)
    }

    /// The act whose time has come.
    pub fn act(&mut self, now: Duration) -> Option<Act> {
        self.plan.take_if(|(at, _)| *at <= now).map(|(_, act)| act)
    }

    /// The last act was refused: whatever the desktop shows then is decided about again, after a moment.
    pub fn refused(&mut self, now: Duration, rng: &mut dyn Rng) {
        const A_MOMENT: Duration = Duration::from_millis(500);
        self.decide(now + A_MOMENT, rng);
        if let Some((at, _)) = &mut self.plan {
            *at = (*at).max(now + A_MOMENT);
        }
    }

    fn decide(&mut self, now: Duration, rng: &mut dyn Rng) {
        let (after, act) = match self.next(now, rng) {
            Some(next) => next,
            None => {
                self.plan = None;
                return;
            }
        };
        let after = if self.leaving { Duration::ZERO } else { after };
        self.plan = Some((now + after, act));
    }

    fn next(&mut self, now: Duration, rng: &mut dyn Rng) -> Option<(Duration, Act)> {
        if let Some((contact, state)) = self.seen.contact.clone() {
            return self.next_of_contact(now, contact, &state, rng);
        }
        if let Some(offer) = self.seen.offer.clone() {
            if self.leaving {
                return Some((Duration::ZERO, Act::Reject(offer)));
            }
            let answers = !chance(self.habits.ignores_percent, rng);
            return answers.then(|| (self.habits.picks_up.draw(rng), Act::Accept(offer)));
        }
        if self.leaving {
            return Some((Duration::ZERO, Act::SignOut));
        }
        match self.seen.state.as_str() {
            "not_ready" | "not_responding" if self.seen.has_phone => {
                let rested = match self.break_at {
                    // Just sat down.
                    None => Duration::ZERO,
                    Some(_) => self.habits.rests.draw(rng),
                };
                let works = self.habits.works.map(|works| works.draw(rng));
                self.break_at = Some(works.map_or(Duration::MAX, |works| now + rested + works));
                Some((rested, Act::Ready))
            }
            "ready" => {
                let at = self.break_at.filter(|at| *at < Duration::MAX)?;
                Some((at.saturating_sub(now), Act::Break(pick(&self.words.reasons, rng).cloned())))
            }
            _ => None,
        }
    }

    fn next_of_contact(
        &mut self,
        now: Duration,
        contact: String,
        state: &str,
        rng: &mut dyn Rng,
    ) -> Option<(Duration, Act)> {
        match state {
            "wrap_up" => {
                let topic = pick(&self.words.topics, rng).cloned();
                let result = pick(&self.words.results, rng).cloned();
                Some((self.habits.wraps_up.draw(rng), Act::WrapUp { contact, topic, result }))
            }
            _ if self.leaving => Some((Duration::ZERO, Act::HangUp)),
            "talking" => {
                let talk = self.talk_of(now, contact, rng);
                let (at, act) = talk.hold_at.map_or((talk.ends, Act::HangUp), |at| (at, Act::Hold));
                Some((at.saturating_sub(now), act))
            }
            "held" => {
                if let Some(talk) = &mut self.talk {
                    talk.hold_at = None;
                }
                Some((self.habits.holds.draw(rng), Act::Resume))
            }
            _ => None,
        }
    }

    fn talk_of(&mut self, now: Duration, contact: String, rng: &mut dyn Rng) -> &Talk {
        let known = self.talk.take_if(|talk| talk.contact == contact);
        let talk = known.unwrap_or_else(|| {
            let length = self.habits.talks.draw(rng);
            let holds = chance(self.habits.holds_percent, rng);
            Talk { contact, ends: now + length, hold_at: holds.then_some(now + length / 2) }
        });
        self.talk.insert(talk)
    }
}
