//! The one way out: every effect of the call, performed.

use super::{CallActor, stop, translate};
use crate::message::Calls;
use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context};
use base::PhoneNumber;
use base::id::{LegId, OperatorId, RecordingId};
use chrono::{DateTime, Utc};
use routing::contact::EndedBy as RowEndedBy;
use routing::operator::FromCall;
use std::path::PathBuf;
use std::time::Duration;
use telephony::call::{CallView, CallerRecord, Effect, Event, MediaRefusal, Sound, TimerKey};
use telephony::media::api::{MediaError, PlayId};
use telephony::sip::SipCommand;

/// A question to the records that takes longer is given up: the caller waits on the line.
const LOOK_UP_WITHIN: Duration = Duration::from_secs(2);

impl CallActor {
    pub(super) fn perform(&mut self, now: DateTime<Utc>, effect: Effect, ctx: &mut Context<Self>) {
        match effect {
            Effect::OpenMedia { leg, offer } => self.open_media(leg, offer, ctx),
            Effect::ApplyAnswer { leg, sdp } => self.apply_answer(leg, sdp, ctx),
            Effect::Renegotiate { leg, offer } => self.renegotiate(leg, offer, ctx),
            Effect::CloseMedia { leg } => {
                self.heed(self.world.media.close(leg));
                self.world.legs.remove(leg.as_uuid());
            }
            Effect::Ringing { leg } => self.world.sip.send(SipCommand::Ringing { leg }),
            Effect::Answer { leg, sdp } => {
                self.described.insert(leg, sdp.clone());
                self.world.sip.send(SipCommand::Answer { leg, sdp });
            }
            Effect::Reject { leg, status, retry_after } => {
                self.world.sip.send(SipCommand::Reject { leg, status, reason: None, retry_after });
            }
            Effect::Bye { leg } => self.world.sip.send(SipCommand::Bye { leg, cause: None }),
            Effect::AnswerReoffer { leg, sdp } => {
                self.described.insert(leg, sdp.clone());
                self.world.sip.send(SipCommand::AnswerReoffer { leg, sdp });
            }
            Effect::RejectReoffer { leg, status, retry_after } => {
                self.world.sip.send(SipCommand::RejectReoffer { leg, status, retry_after });
            }
            Effect::Play { leg, play, sound } => self.play(leg, play, sound, ctx),
            Effect::StopPlay { leg, play } => self.heed(self.world.media.stop_play(leg, play)),
            Effect::Bridge { a, b } => self.heed(self.world.media.bridge(a, b)),
            Effect::Unbridge { a, .. } => self.heed(self.world.media.unbridge(a)),
            Effect::MuteLeg { leg, on } => self.heed(self.world.media.mute(leg, on)),
            Effect::StartRecording { recording, left, right } => {
                self.start_recording(now, recording, left, right, ctx);
            }
            Effect::RecordRight { recording, leg } => {
                self.heed(self.world.media.record_right(recording, leg));
            }
            Effect::StopRecording { recording } => self.heed(self.world.media.stop_recording(recording)),
            Effect::Arm { timer, after } => self.arm(timer, after, ctx),
            Effect::Disarm { timer } => self.timers.disarm(ctx, &timer),
            Effect::Finished => self.finished(ctx),
            other => self.perform_towards_others(now, other, ctx),
        }
    }

    /// What concerns queues, operators, boards and rows.
    fn perform_towards_others(&mut self, now: DateTime<Utc>, effect: Effect, ctx: &mut Context<Self>) {
        match effect {
            Effect::LookUpCaller { number } => self.look_up(number, ctx),
            Effect::Enqueue { queue, skills, priority, at_head, .. } => {
                self.get_in_line(now, &queue, &skills, priority, at_head, ctx);
            }
            Effect::LeaveQueue { queue, abandoned } => self.leave_line(queue, abandoned),
            Effect::AskPosition { queue } => self.ask_position(queue),
            Effect::RefuseConnect { operator, .. } => {
                self.tell_operator(operator, FromCall::Ended { by: RowEndedBy::Caller });
            }
            Effect::TellOperator { operator, view } => self.show(operator, view),
            Effect::ContactArrived { contact, caller, dialled, .. } => {
                self.arrived(now);
                self.write_arrived(now, contact, &caller, dialled);
            }
            Effect::ContactAnswered { contact, operator, .. } => {
                self.answered_at = Some(now);
                self.write_answered(now, contact, operator);
            }
            Effect::ContactEnded(ended) => self.write_ended(now, &ended),
            Effect::KeepRecording(stored) => self.write_recording(now, stored),
            // The board learns where a call is from queues and operators.
            Effect::PhaseChanged { phase } => {
                tracing::debug!(contact.id = %self.call.contact(), ?phase, "a call goes on");
            }
            media_or_signalling => {
                tracing::error!(?media_or_signalling, "an effect is performed by nobody");
            }
        }
    }

    fn arm(&mut self, timer: TimerKey, after: Duration, ctx: &mut Context<Self>) {
        self.timers.arm(ctx, timer, after, move |this, ctx| {
            this.timers.fired(&timer);
            this.drive(Event::Timer(timer), ctx);
        });
    }

    /// The engine refuses orders only when it is overloaded or gone; the core's timers end the call then.
    fn heed(&self, done: Result<(), MediaError>) {
        if let Err(error) = done {
            tracing::warn!(%error, contact.id = %self.call.contact(), "the media engine did not take an order");
        }
    }

    fn open_media(&mut self, leg: LegId, offer: Option<String>, ctx: &mut Context<Self>) {
        self.world.legs.register(leg.as_uuid(), ctx.address().recipient());
        let opened = self.world.media.open_rtp(leg, offer);
        ctx.spawn(opened.into_actor(self).map(move |answer, this, ctx| {
            let event = match answer {
                Ok(sdp) => Event::MediaReady { leg, sdp },
                Err(error) => Event::MediaRefused { leg, why: translate::refusal(&error) },
            };
            this.drive(event, ctx);
        }));
    }

    fn apply_answer(&mut self, leg: LegId, sdp: String, ctx: &mut Context<Self>) {
        let applied = self.world.media.accept_answer(leg, sdp);
        ctx.spawn(applied.into_actor(self).map(move |done, this, ctx| {
            if let Err(error) = done {
                this.drive(Event::MediaRefused { leg, why: translate::refusal(&error) }, ctx);
            }
        }));
    }

    fn renegotiate(&mut self, leg: LegId, offer: Option<String>, ctx: &mut Context<Self>) {
        let Some(offer) = offer else {
            // The peer wants our offer: what we said last still holds (RFC 3264 8: the version stays).
            let event = match self.described.get(&leg).cloned() {
                Some(sdp) => Event::MediaRenegotiated { leg, sdp },
                None => Event::MediaRefused { leg, why: MediaRefusal::BadSdp },
            };
            return self.drive(event, ctx);
        };
        let changed = self.world.media.renegotiate(leg, offer);
        ctx.spawn(changed.into_actor(self).map(move |answer, this, ctx| {
            let event = match answer {
                Ok(sdp) => Event::MediaRenegotiated { leg, sdp },
                Err(error) => Event::MediaRefused { leg, why: translate::refusal(&error) },
            };
            this.drive(event, ctx);
        }));
    }

    fn play(&mut self, leg: LegId, play: PlayId, sound: Sound, ctx: &mut Context<Self>) {
        let sounds = &self.world.sounds;
        let (files, looped) = match sound {
            Sound::Clips(clips) => {
                (clips.iter().map(|clip| sounds.prompt(clip.locale, &clip.prompt)).collect(), false)
            }
            Sound::Music(name) => (vec![sounds.music(&name)], true),
        };
        if let Err(error) = self.world.media.play(leg, play, files, looped) {
            tracing::warn!(%error, "a sound was not played");
            ctx.notify(crate::Tell(crate::legs::LegEvent::Media(
                telephony::media::api::MediaEvent::PlayFinished { leg, play },
            )));
        }
    }

    fn start_recording(
        &mut self,
        now: DateTime<Utc>,
        recording: RecordingId,
        left: LegId,
        right: LegId,
        ctx: &mut Context<Self>,
    ) {
        self.world.legs.register(recording.as_uuid(), ctx.address().recipient());
        self.recordings.insert(recording, now);
        let path = self.recording_path(now, recording);
        self.heed(self.world.media.start_recording(recording, path, left, right));
    }

    /// One folder a day, so that none grows without bound.
    fn recording_path(&self, now: DateTime<Utc>, recording: RecordingId) -> PathBuf {
        let day = now.with_timezone(&self.world.zone).format("%Y/%m/%d").to_string();
        self.world.recordings.join(day).join(format!("{recording}.wav"))
    }

    fn look_up(&mut self, number: PhoneNumber, ctx: &mut Context<Self>) {
        let pool = self.world.pool.clone();
        let asked = async move {
            let mut db = pool.acquire().await?;
            crm::query::find_by_phone(&mut db, &number).await
        };
        let asked = async move { tokio::time::timeout(LOOK_UP_WITHIN, asked).await };
        ctx.spawn(asked.into_actor(self).map(|answer, this, ctx| {
            let event = match answer {
                Ok(Ok(Some(found))) => Event::CallerFound(CallerRecord {
                    customer: found.customer_id,
                    name: found.name,
                    language: found.language,
                    kind: match found.kind {
                        crm::customer::CustomerKind::Individual => flow::CallerKind::Individual,
                        crm::customer::CustomerKind::Organisation => flow::CallerKind::Organisation,
                    },
                    vip: found.vip,
                }),
                Ok(Ok(None)) => Event::CallerUnknown,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the records did not answer");
                    Event::LookUpFailed
                }
                Err(_) => Event::LookUpFailed,
            };
            this.drive(event, ctx);
        }));
    }

    fn show(&mut self, operator: OperatorId, view: CallView) {
        let before = self.views.insert(operator, view);
        for message in translate::to_operator(before, view) {
            self.tell_operator(operator, message);
        }
    }

    fn finished(&mut self, ctx: &mut Context<Self>) {
        self.tell_board(routing::board::Event::CallEnded { contact: self.call.contact() });
        for recording in std::mem::take(&mut self.recordings).into_keys() {
            self.world.legs.remove(recording.as_uuid());
        }
        self.world.directory.remove::<Calls>(self.call.id());
        stop(ctx);
    }
}
