//! A small caller, for demonstrations and measurements: places calls, hears the far end hang up, hangs up.
//!
//! It uses the library's own client dialogs; audio is somebody else's.

use rsipstack::EndpointBuilder;
use rsipstack::dialog::authenticate::Credential;
use rsipstack::dialog::dialog::{Dialog, DialogState, DialogStateReceiver};
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::platform::CancellationToken;
use rsipstack::rsip::{StatusCode, StatusCodeKind, Uri};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transport::TransportLayer;
use rsipstack::transport::udp::UdpConnection;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::watch;

/// Why a call was not placed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// An address cannot be read.
    #[error("{0:?} is not a SIP address")]
    Address(String),
    /// The far end said no.
    #[error("the call was refused with {0}")]
    Refused(u16),
    /// The far end said nothing.
    #[error("the call was not answered")]
    NoAnswer,
    /// The answer has no SDP.
    #[error("the call was answered without media")]
    NoMedia,
    /// The library or the network failed.
    #[error("the call failed: {0}")]
    Failed(String),
}

/// Whom to call, as whom, with what.
#[derive(Clone, Debug)]
pub struct CallRequest {
    /// Such as `sip:+998712000000@127.0.0.1:5060`.
    pub to: String,
    /// Such as `sip:+998901234567@example.com`.
    pub from: String,
    /// Display name of the caller.
    pub display: Option<String>,
    /// The SDP offer.
    pub offer: String,
    /// User name and password of a digest trunk.
    pub credential: Option<(String, String)>,
}

/// The caller.
pub struct SipClient {
    layer: Arc<DialogLayer>,
    local: SocketAddr,
    stop: CancellationToken,
}

impl std::fmt::Debug for SipClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SipClient").field("local", &self.local).finish_non_exhaustive()
    }
}

impl SipClient {
    /// Takes a UDP port (0 = a free one) and serves it on the current tokio runtime until dropped.
    ///
    /// # Errors
    /// [`CallError::Failed`] when the address cannot be bound.
    pub async fn bind(local: SocketAddr, product: &str) -> Result<Self, CallError> {
        let failed = |error: rsipstack::Error| CallError::Failed(error.to_string());
        let stop = CancellationToken::new();
        let transport = TransportLayer::new(stop.clone());
        let udp =
            UdpConnection::create_connection(local, None, Some(stop.child_token())).await.map_err(failed)?;
        let local = udp.get_addr().get_socketaddr().map_err(failed)?;
        transport.add_transport(udp.into());
        let endpoint = EndpointBuilder::new()
            .with_user_agent(product)
            .with_transport_layer(transport)
            .with_cancel_token(stop.clone())
            .build();
        let incoming = endpoint.incoming_transactions().map_err(failed)?;
        let layer = Arc::new(DialogLayer::new(endpoint.inner.clone()));
        tokio::spawn(async move { endpoint.serve().await });
        tokio::spawn(answer(Arc::clone(&layer), incoming));
        Ok(Self { layer, local, stop })
    }

    /// Where it receives.
    #[must_use]
    pub fn local_address(&self) -> SocketAddr {
        self.local
    }

    /// Calls that are up or being placed.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.layer.len()
    }

    /// Places a call and waits for its answer.
    ///
    /// # Errors
    /// [`CallError`] says why there is no call.
    pub async fn call(&self, request: CallRequest) -> Result<OutgoingCall, CallError> {
        let uri = |text: &str| Uri::try_from(text).map_err(|_| CallError::Address(text.to_owned()));
        let credential = request.credential.map(|(username, password)| Credential {
            username,
            password,
            ..Credential::default()
        });
        let option = InviteOption {
            caller_display_name: request.display,
            caller: uri(&request.from)?,
            callee: uri(&request.to)?,
            contact: uri(&format!("sip:{}", self.local))?,
            content_type: Some("application/sdp".to_owned()),
            offer: Some(request.offer.into_bytes()),
            credential,
            ..InviteOption::default()
        };
        let (states, receiver) = self.layer.new_dialog_state_channel();
        let (dialog, response) = self
            .layer
            .do_invite(option, states)
            .await
            .map_err(|error| CallError::Failed(error.to_string()))?;
        let response = response.ok_or(CallError::NoAnswer)?;
        if response.status_code.kind() != StatusCodeKind::Successful {
            return Err(match response.status_code {
                StatusCode::RequestTimeout => CallError::NoAnswer,
                status => CallError::Refused(u16::from(status)),
            });
        }
        let (over, ended) = watch::channel(false);
        tokio::spawn(follow(receiver, over, Arc::clone(&self.layer), dialog.clone()));
        if response.body.is_empty() {
            // RFC 3261 13.2.2.4: what cannot be used is acknowledged and ended.
            let _ = dialog.bye().await;
            return Err(CallError::NoMedia);
        }
        Ok(OutgoingCall { answer: String::from_utf8_lossy(&response.body).into_owned(), dialog, ended })
    }
}

impl Drop for SipClient {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A call that was answered.
#[derive(Clone)]
pub struct OutgoingCall {
    /// The SDP answer.
    pub answer: String,
    dialog: InviteDialog,
    ended: watch::Receiver<bool>,
}

impl std::fmt::Debug for OutgoingCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutgoingCall").field("id", &self.dialog.id().to_string()).finish_non_exhaustive()
    }
}

impl OutgoingCall {
    /// Hangs up and waits for the confirmation.
    ///
    /// # Errors
    /// [`CallError::Failed`] when BYE could not be sent; the call is over all the same.
    pub async fn hang_up(&self) -> Result<(), CallError> {
        self.dialog.bye().await.map_err(|error| CallError::Failed(error.to_string()))
    }

    /// Sends a digit by INFO (`application/dtmf-relay`).
    ///
    /// # Errors
    /// [`CallError::Failed`] when it could not be sent, [`CallError::Refused`] when it was not taken.
    pub async fn digit(&self, digit: char) -> Result<(), CallError> {
        let headers = vec![rsipstack::rsip::Header::ContentType("application/dtmf-relay".into())];
        let body = format!("Signal={digit}\r\nDuration=160\r\n");
        let response = self.dialog.info(Some(headers), Some(body.into_bytes())).await;
        match response.map_err(|error| CallError::Failed(error.to_string()))? {
            Some(response) if response.status_code.kind() == StatusCodeKind::Successful => Ok(()),
            Some(response) => Err(CallError::Refused(u16::from(response.status_code))),
            None => Err(CallError::NoAnswer),
        }
    }

    /// Waits until either side has hung up.
    pub async fn ended(&mut self) {
        // An error means that the client is gone, and the call with it.
        let _ = self.ended.wait_for(|ended| *ended).await;
    }
}

async fn follow(
    mut states: DialogStateReceiver,
    over: watch::Sender<bool>,
    layer: Arc<DialogLayer>,
    dialog: InviteDialog,
) {
    while let Some(state) = states.recv().await {
        if let DialogState::Updated(_, _, handle)
        | DialogState::Info(_, _, handle)
        | DialogState::Options(_, _, handle) = &state
        {
            // The caller changes nothing in mid-call: offers are declined, the rest is confirmed.
            let status = match &state {
                DialogState::Updated(_, request, _) if !request.body.is_empty() => {
                    StatusCode::NotAcceptableHere
                }
                _ => StatusCode::OK,
            };
            let _ = handle.reply(status).await;
        }
        if matches!(state, DialogState::Terminated(..)) {
            break;
        }
    }
    // The library keeps a dialog until it is told not to.
    layer.remove_dialog(&dialog.id());
    over.send_replace(true);
}

async fn answer(layer: Arc<DialogLayer>, mut incoming: TransactionReceiver) {
    while let Some(transaction) = incoming.recv().await {
        match layer.match_dialog(&transaction) {
            Some(Dialog::Invite(dialog)) => {
                tokio::spawn(handle(dialog, transaction));
            }
            _ => {
                tokio::spawn(super::leg::refuse(transaction, 481));
            }
        }
    }
}

async fn handle(mut dialog: InviteDialog, mut transaction: Transaction) {
    if let Err(error) = dialog.handle(&mut transaction).await {
        tracing::debug!(%error, "a request of the far end could not be handled");
    }
}
