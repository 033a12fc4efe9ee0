//! Who may open which socket: `/ws/operator` for people who work at a desk, `/ws/wallboard` for screens.

use super::socket::{Recheck, Rights};
use super::upgrade::{Refusal, Sockets};
use crate::http::caller::{Caller, identify};
use crate::http::door::{admit, admit_stranger};
use crate::http::problem::{ApiError, Code};
use crate::http::server::Upgrades;
use crate::http::state::AppState;
use crate::live::{Floor, Live};
use access::Operation;
use actix_codec::Framed;
use actix_http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};
use actix_http::{HttpMessage, Request, h1};
use actix_web::ResponseError;
use actix_web::web::Data;
use actors::world::World;
use base::id::OperatorId;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// The sockets of a running server.
#[derive(Clone)]
pub struct LiveSockets {
    sockets: Sockets,
    state: Data<AppState>,
    world: Arc<World>,
    floor: Floor,
}

impl LiveSockets {
    /// Sockets onto `world`, for callers that `state` knows.
    #[must_use]
    pub fn new(sockets: Sockets, state: Data<AppState>, live: &Live) -> Self {
        let (world, floor) = (Arc::clone(&live.world), live.floor.clone());
        Self { sockets, state, world, floor }
    }

    async fn open(&self, request: &Request) -> Result<Rights, Refusal> {
        match request.path() {
            "/ws/operator" => self.open_desk(request).await.map_err(|error| refusal(&error)),
            "/ws/wallboard" => self.open_board(request).await.map_err(|error| refusal(&error)),
            other => {
                let detail = format!("there is no socket at {other}: use /ws/operator or /ws/wallboard");
                Err(Refusal { status: 404, code: "not-found", detail })
            }
        }
    }

    async fn open_desk(&self, request: &Request) -> Result<Rights, ApiError> {
        let caller = admit(request, &self.state).await?;
        caller.require(Operation::DeskUse)?;
        let person = caller.person().ok_or_else(|| {
            ApiError::new(Code::Forbidden, "a desk is for a person: sign in, an API key is not enough")
        })?;
        let operator = OperatorId::from(person);
        let desk =
            self.floor.open_desk(operator).await.map_err(|error| ApiError::unavailable(error.to_string()))?;
        let mut topics = self.topics(&caller);
        topics.insert("desk", desk.topic.clone());
        let still = self.recheck(&credentials(request.headers()), Operation::DeskUse);
        Ok(Rights { topics, desk: Some((operator, desk)), still })
    }

    async fn open_board(&self, request: &Request) -> Result<Rights, ApiError> {
        let headers = match token_of(request) {
            None => {
                let caller = admit(request, &self.state).await?;
                return self.board_of(&caller, credentials(request.headers()));
            }
            Some(token) => bearer(&token)?,
        };
        admit_stranger(request, &self.state)?;
        let caller = identify(&headers, &self.state).await?;
        self.board_of(&caller, headers)
    }

    fn board_of(&self, caller: &Caller, headers: HeaderMap) -> Result<Rights, ApiError> {
        caller.require(Operation::BoardRead)?;
        let still = self.recheck(&headers, Operation::BoardRead);
        Ok(Rights { topics: self.topics(caller), desk: None, still })
    }

    fn topics(&self, caller: &Caller) -> BTreeMap<&'static str, actors::live::Topic> {
        let all = [
            (Operation::BoardRead, self.world.board.clone()),
            (Operation::FloorRead, self.world.floor.clone()),
        ];
        let allowed = all.into_iter().filter(|(operation, _)| caller.require(*operation).is_ok());
        allowed.map(|(_, topic)| (topic.name(), topic)).collect()
    }

    /// Keeps the credentials as text: a map of headers is ten times as large, and there may be ten thousand.
    fn recheck(&self, headers: &HeaderMap, operation: Operation) -> Recheck {
        let state = self.state.clone();
        let kept: Box<[(HeaderName, Box<[u8]>)]> =
            headers.iter().map(|(name, value)| (name.clone(), value.as_bytes().into())).collect();
        Box::new(move || {
            let mut headers = HeaderMap::new();
            for (name, value) in &kept {
                if let Ok(value) = HeaderValue::from_bytes(value) {
                    headers.append(name.clone(), value);
                }
            }
            let state = state.clone();
            Box::pin(async move {
                match identify(&headers, &state).await {
                    Ok(caller) => caller.require(operation).is_ok(),
                    // The database is away: nobody lost a right.
                    Err(error) => error.status_code().is_server_error(),
                }
            })
        })
    }
}

impl Upgrades for LiveSockets {
    async fn take<S>(&self, request: Request, framed: Framed<S, h1::Codec>)
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let rights = self.open(&request).await;
        let sockets = self.sockets.clone();
        // On its own task, so that the connection's HTTP machinery is freed.
        actix_rt::spawn(async move { sockets.take(rights, request, framed).await });
    }
}

/// `?token=` of a wallboard: an API key that allows `board.read`, because a screen on a wall holds no sign-in.
fn token_of(request: &Request) -> Option<String> {
    let pairs = request.uri().query()?.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(key, _)| *key == "token").map(|(_, token)| token.to_owned()).next()
}

/// What says who the caller is: all that a socket keeps of its request.
fn credentials(headers: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for name in [AUTHORIZATION, COOKIE] {
        for value in headers.get_all(&name) {
            kept.append(name.clone(), value.clone());
        }
    }
    kept
}

fn bearer(token: &str) -> Result<HeaderMap, ApiError> {
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|_| ApiError::new(Code::NotSignedIn, "token is no API key of this server"))?;
    headers.insert(AUTHORIZATION, value);
    Ok(headers)
}

fn refusal(error: &ApiError) -> Refusal {
    Refusal { status: error.status_code().as_u16(), code: error.code().slug(), detail: error.to_string() }
}
