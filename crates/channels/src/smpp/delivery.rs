//! Messages whose parts are on their way: parts go and are answered one by one, an outcome is of the whole message.

#[cfg(test)]
mod tests;

use super::session::{Answer, Submission};
use super::status;
use super::write::Request;
use crate::link::IdForm;
use crate::store::{Outcome, Retry, Taken, Verdict};
use base::id::MessageId;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// How long a message waits that a busy centre did not take, and longer with each try.
const BUSY_WAIT: TimeDelta = TimeDelta::seconds(30);
/// Longest such wait.
const BUSY_WAIT_MAX: TimeDelta = TimeDelta::minutes(10);
/// How many messages of unknown outcome are remembered for answers that come late.
const UNKNOWN_MAX: usize = 10_000;

#[derive(Debug)]
struct Work {
    message: MessageId,
    attempt: i32,
    answers: Vec<Option<Answer>>,
}

/// The messages of one session.
#[derive(Debug, Default)]
pub struct Deliveries {
    next_tag: u64,
    /// By the tag of the first part; the others follow it.
    works: BTreeMap<u64, Work>,
    /// Those of [`Deliveries::works`] that ended as unknown.
    unknown: std::collections::BTreeSet<u64>,
}

impl Deliveries {
    /// Takes a message; its parts with their tags.
    pub fn begin(&mut self, message: MessageId, attempt: i32, requests: Vec<Request>) -> Vec<Submission> {
        let first = self.next_tag;
        let parts: Vec<Submission> =
            requests.into_iter().zip(first..).map(|(request, tag)| Submission { tag, request }).collect();
        self.next_tag += u64::try_from(parts.len()).unwrap_or(0);
        self.works.insert(first, Work { message, attempt, answers: vec![None; parts.len()] });
        parts
    }

    /// Messages that have no outcome yet.
    #[must_use]
    pub fn open(&self) -> usize {
        self.works.len() - self.unknown.len()
    }

    /// A part has its answer; the outcome, when it was the last one.
    pub fn answered(&mut self, now: DateTime<Utc>, ids: IdForm, tag: u64, answer: Answer) -> Option<Outcome> {
        let (first, work) = self.works.range_mut(..=tag).next_back()?;
        let first = *first;
        let place = usize::try_from(tag - first).ok()?;
        *work.answers.get_mut(place)? = Some(answer);
        if work.answers.iter().any(Option::is_none) {
            return None;
        }
        let outcome = work.outcome(now, ids);
        if matches!(outcome.verdict, Verdict::Unknown { .. }) {
            self.unknown.insert(first);
            while self.unknown.len() > UNKNOWN_MAX {
                let Some(oldest) = self.unknown.pop_first() else { break };
                self.works.remove(&oldest);
            }
        } else {
            self.unknown.remove(&first);
            self.works.remove(&first);
        }
        Some(outcome)
    }
}

impl Work {
    fn outcome(&self, now: DateTime<Utc>, ids: IdForm) -> Outcome {
        let answers = || self.answers.iter().flatten();
        let taken = self
            .answers
            .iter()
            .zip(1..)
            .filter_map(|(answer, number)| match answer {
                Some(Answer::Taken(id)) => {
                    Some(Taken { number, provider_id: id.as_deref().map(|id| ids.normalise(id)) })
                }
                Some(Answer::Unknown) => Some(Taken { number, provider_id: None }),
                _ => None,
            })
            .collect();
        let refused = answers().find_map(|answer| match answer {
            Answer::Refused(status) => Some(*status),
            _ => None,
        });
        let busy = answers().find_map(|answer| match answer {
            Answer::Busy(status) => Some(*status),
            _ => None,
        });
        let gone = |answer: &Answer| matches!(answer, Answer::Taken(_) | Answer::Unknown);
        let verdict = if answers().all(|answer| matches!(answer, Answer::Taken(_))) {
            Verdict::Sent
        } else if let Some(status) = refused {
            Verdict::Failed { code: Some(format!("0x{status:08X}")), detail: status::words(status) }
        } else if answers().any(gone) {
            Verdict::Unknown {
                detail: "the link was lost before the centre answered for every part".to_owned(),
            }
        } else {
            Verdict::Retry(self.retry(now, busy))
        };
        Outcome { message: self.message, attempt: self.attempt, taken, verdict }
    }

    fn retry(&self, now: DateTime<Utc>, busy: Option<u32>) -> Retry {
        match busy {
            Some(status) => Retry {
                due_at: now + (BUSY_WAIT * self.attempt.max(1)).min(BUSY_WAIT_MAX),
                code: Some(format!("0x{status:08X}")),
                detail: status::words(status),
            },
            None => Retry {
                due_at: now,
                code: None,
                detail: "the link was lost before the message was handed over".to_owned(),
            },
        }
    }
}
