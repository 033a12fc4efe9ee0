//! The shell of a simulated caller: a SIP call with audio, the keys of the plan, and an ear for the operator.

use super::caller::Plan;
use super::desk::HELLO_HERTZ;
use super::site::Site;
use super::tally::Tally;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use telephony::media::client::RtpPhone;
use telephony::sip::client::{CallError, CallRequest, OutgoingCall, SipClient};
use tokio_util::sync::CancellationToken;

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(3);

/// What all simulated callers share.
pub struct Lines {
    /// Places the calls.
    pub client: SipClient,
    /// The server's SIP address.
    pub server: SocketAddr,
    /// Our own address.
    pub local: IpAddr,
    /// The organisation.
    pub site: Arc<Site>,
    /// The figures.
    pub tally: Arc<Tally>,
    /// The demo ends.
    pub stop: CancellationToken,
}

/// How a call ended for its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The server hung up, or the caller after a talk.
    Served,
    /// The patience was over.
    GaveUp,
}

impl Lines {
    /// Calls as planned, to the end.
    pub async fn call(&self, plan: Plan, seed: u64) {
        self.tally.count(|figures| figures.placed += 1);
        match self.place(&plan).await {
            Ok((phone, call)) => {
                self.tally.count(|figures| figures.up += 1);
                let end = self.live(&plan, &phone, &call, seed).await;
                // The far end may have hung up already.
                let _confirmed = tokio::time::timeout(GOODBYE, call.hang_up()).await;
                self.tally.count(|figures| {
                    figures.up -= 1;
                    figures.gave_up += u64::from(end == End::GaveUp);
                });
            }
            Err(error) => self.tally.count(|figures| {
                figures.failed += 1;
                figures.trouble = Some(self.hint(&error));
            }),
        }
    }

    async fn place(&self, plan: &Plan) -> Result<(RtpPhone, OutgoingCall), CallError> {
        let failed = |error: std::io::Error| CallError::Failed(error.to_string());
        let phone = RtpPhone::open(self.local).await.map_err(failed)?;
        let request = CallRequest {
            to: format!("sip:{}@{}", self.site.number, self.server),
            from: format!("sip:{}@{}", plan.from, self.local),
            // The server knows its customers by number; names beyond ASCII are not every stack's strength.
            display: plan.display.clone().filter(|name| name.is_ascii()),
            offer: phone.offer(),
            credential: None,
        };
        let call = self.client.call(request).await?;
        if phone.accept(&call.answer) {
            return Ok((phone, call));
        }
        let _gone_anyway = call.hang_up().await;
        Err(CallError::NoMedia)
    }

    async fn live(&self, plan: &Plan, phone: &RtpPhone, call: &OutgoingCall, seed: u64) -> End {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut ended = call.clone();
        tokio::select! {
            () = ended.ended() => return End::Served,
            () = self.stop.cancelled() => return End::Served,
            () = tokio::time::sleep(plan.patience) => return End::GaveUp,
            () = self.wait_for_operator(plan, phone) => {}
        }
        self.tally.count(|figures| {
            figures.talking += 1;
            figures.answered += 1;
        });
        phone.say(self.site.voice(&mut rng));
        let talked = async {
            match plan.talks {
                Some(length) => tokio::time::sleep(length).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = ended.ended() => {}
            () = self.stop.cancelled() => {}
            () = talked => {}
        }
        self.tally.count(|figures| figures.talking -= 1);
        End::Served
    }

    async fn wait_for_operator(&self, plan: &Plan, phone: &RtpPhone) {
        phone.say(telephony::media::client::Voice::Silence);
        for press in &plan.keys {
            tokio::time::sleep(press.after).await;
            phone.press(&press.key.to_string());
        }
        const LONGER_THAN_ANY_PATIENCE: Duration = Duration::from_secs(24 * 3600);
        phone.hears(HELLO_HERTZ, LONGER_THAN_ANY_PATIENCE).await;
    }

    fn hint(&self, error: &CallError) -> String {
        let what = match error {
            CallError::NoAnswer | CallError::Failed(_) => {
                format!("is {} the server's SIP address? name it with --sip", self.server)
            }
            CallError::Refused(404) => {
                format!("the number {} of the demo organisation is not in use there", self.site.number)
            }
            CallError::Refused(401 | 403 | 407) => {
                "the trunk of the demo organisation allows calls from this machine only: run the demo there"
                    .to_owned()
            }
            CallError::Refused(503) => {
                "the server has no room for more calls: lower --calls-per-minute".to_owned()
            }
            _ => "the server's log says why".to_owned(),
        };
        format!("{error}; {what}")
    }
}
