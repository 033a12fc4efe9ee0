//! The listening socket and what every request passes on its way to a handler.

use super::guard::{headers, limits, origin};
use super::state::AppState;
use super::system::web_app;
use super::{route, routes, tls, trace};
use actix_codec::Framed;
use actix_http::{HttpService, Request, h1};
use actix_server::{Server, ServerHandle};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App, Error};
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpSocket;

/// Connections that the kernel holds until we accept them: ten thousand wallboards that come back at once.
const BACKLOG: u32 = 4096;
/// How long a client may take to send the head of a request.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// How long running requests may go on after the server was told to stop, in seconds.
const SHUTDOWN_SECONDS: u64 = 10;

/// Takes connections that ask for an upgrade, such as WebSockets. They never reach the application.
pub trait Upgrades: Clone + Send + 'static {
    /// Serves one connection to its end.
    fn take<S>(&self, request: Request, framed: Framed<S, h1::Codec>) -> impl Future<Output = ()>
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static;
}

/// A server without sockets; refuses upgrades.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSockets;

impl Upgrades for NoSockets {
    async fn take<S>(&self, _: Request, framed: Framed<S, h1::Codec>)
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let mut io = framed.into_parts().io;
        let _client_left =
            io.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
    }
}

/// Why the server does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken, or is none of this machine.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system answered.
        #[source]
        source: std::io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
}

/// A server that listens. It serves while `server` is polled: spawn it or await it.
pub struct Serving {
    /// Where it listens; tells the port when the settings said 0.
    pub address: SocketAddr,
    /// Ends when the server was stopped.
    pub server: Server,
    /// Stops it: `handle.stop(true).await` lets running requests finish.
    pub handle: ServerHandle,
}

/// Starts to listen on the address of the settings, with TLS when they name a certificate. Takes no signals.
///
/// # Errors
/// [`ServeError`].
pub fn serve(
    state: &Data<AppState>,
    upgrades: &impl Upgrades,
    threads: Option<usize>,
) -> Result<Serving, ServeError> {
    let wanted = state.settings.address;
    let refuse = |source| ServeError::Listen { address: wanted, source };
    let socket = if wanted.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.map_err(refuse)?;
    socket.set_reuseaddr(true).map_err(refuse)?;
    socket.bind(wanted).map_err(refuse)?;
    let listener = socket.listen(BACKLOG).and_then(tokio::net::TcpListener::into_std).map_err(refuse)?;
    let address = listener.local_addr().map_err(refuse)?;
    let tls = state.settings.tls.as_ref().map(tls::load).transpose()?;

    let (state, upgrades) = (state.clone(), upgrades.clone());
    let mut builder = Server::build().disable_signals().shutdown_timeout(SHUTDOWN_SECONDS);
    if let Some(threads) = threads {
        builder = builder.workers(threads);
    }
    let builder = match tls {
        None => builder.listen("http", listener, move || {
            let upgrades = upgrades.clone();
            HttpService::build()
                .client_request_timeout(HEAD_WITHIN)
                .local_addr(address)
                .upgrade(fn_service(move |(request, framed)| take(upgrades.clone(), request, framed)))
                .finish(application(state.clone()))
                .tcp()
        }),
        Some(config) => builder.listen("https", listener, move || {
            let upgrades = upgrades.clone();
            HttpService::build()
                .client_request_timeout(HEAD_WITHIN)
                .local_addr(address)
                .secure()
                .upgrade(fn_service(move |(request, framed)| take(upgrades.clone(), request, framed)))
                .finish(application(state.clone()))
                .rustls_0_23(config.clone())
        }),
    };
    let server = builder.map_err(refuse)?.run();
    Ok(Serving { address, handle: server.handle(), server })
}

/// An upgraded connection ends without an error that anybody would read.
async fn take<S>(
    upgrades: impl Upgrades,
    request: Request,
    framed: Framed<S, h1::Codec>,
) -> Result<(), actix_http::Error>
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    upgrades.take(request, framed).await;
    Ok(())
}

/// The application: what a request passes, outermost last.
fn app(
    state: Data<AppState>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(state)
        .configure(|config| route::serve(routes(), config))
        .default_service(web::to(web_app::serve).wrap(Compress::default()))
        .wrap(from_fn(origin::check_origin))
        .wrap(from_fn(limits::limit))
        .wrap(from_fn(headers::secure))
        .wrap(from_fn(trace::in_trace))
}

fn application(
    state: Data<AppState>,
) -> impl ServiceFactory<
    Request,
    Config = (),
    Response = ServiceResponse<impl MessageBody>,
    Error = actix_http::Response<actix_web::body::BoxBody>,
    InitError = (),
> {
    let factory = app(state).into_factory().map_err(|error: Error| error.error_response().into());
    map_config(factory, |()| AppConfig::default())
}
