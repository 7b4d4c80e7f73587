//! The server as a process: from a socket to the last answer.

use std::{future::Future, io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, header::CONNECTION},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::get,
};
use axum_server::{Handle, Server};
use tokio::{net::TcpListener, runtime::Runtime, signal, time::sleep};

use super::{
    admin::SettingError,
    connections::{self, Connections},
    exposure, probes, router,
    security::MAX_HEAD_BYTES,
    settings::Settings,
    state::AppState,
};

/// Most that is read of a connection at once: heads of the size that the page's errors tell of, and some more.
const MAX_READ_BYTES: usize = 2 * MAX_HEAD_BYTES;

/// Why the server did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The threads could not be started.
    #[error("cannot start the runtime")]
    Runtime(#[source] io::Error),
    /// The page's files are missing.
    #[error("site-root: there is no folder {}", path.display())]
    NoSite {
        /// Where they should be.
        path: PathBuf,
    },
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The database of tenants is not there, or not as it should be.
    #[error("tenants.database_url")]
    Tenants(#[from] tenants::LedgerError),
    /// The settings of the admin page.
    #[error("[banglaser.admin]")]
    Admin(#[from] SettingError),
    /// The socket failed.
    #[error("the socket failed")]
    Socket(#[source] io::Error),
}

/// Answers requests until SIGTERM or Ctrl-C; then takes no more and finishes those in flight.
///
/// # Errors
/// [`ServeError`].
pub fn serve(state: AppState, settings: &Settings) -> Result<(), ServeError> {
    let path = PathBuf::from(&*state.leptos_options.site_root);
    if !path.is_dir() {
        return Err(ServeError::NoSite { path });
    }
    let runtime = Runtime::new().map_err(ServeError::Runtime)?;
    let outcome = runtime.block_on(answer(state, settings));
    // A recognition that outlived the shutdown timeout does not hold the process.
    runtime.shutdown_background();
    outcome
}

async fn answer(state: AppState, settings: &Settings) -> Result<(), ServeError> {
    let max_clip = Duration::from_secs(settings.audio.max_duration_s.get().into());
    let (tenants, max_wait) = (&settings.tenants, settings.server.queue_timeout());
    let meter = tenants.meter(max_clip, max_wait);
    let access = Arc::clone(&state.access);
    access.open_tenants(&tenants.database_url, meter).await?;
    let state = match access.tenants() {
        Some(meter) => state.with_admin(meter.ledger().clone(), &settings.admin)?,
        None => state,
    };
    let settings = &settings.server;
    let (listener, address) = listen(state.leptos_options.site_addr).await?;
    if let Some(address) = settings.metrics_address {
        tokio::spawn(answer_watchers(listen(address).await?.0, state.clone()));
    }
    read_keys_on_hangup(state.clone());
    tracing::info!("listening on http://{address}");

    let handle = Handle::new();
    let (delay, timeout) = (settings.shutdown_delay(), settings.shutdown_timeout());
    let end = finish(told_to_end(), state.clone(), handle.clone(), delay, timeout);
    tokio::spawn(end);
    let n_connections = settings
        .max_connections
        .get()
        .min(connections::n_possible());
    let n_open = state.metrics.connections();
    let connections = Connections::new(n_connections, settings.write_timeout(), n_open);
    let mut server = Server::from_listener(listener)
        .handle(handle.clone())
        .acceptor(connections)
        .first_request_timeout(settings.header_timeout())
        .accept_error_handler(|_, error| tracing::warn!(%error, "a connection was not accepted"));
    // The server's own `http1_only` would end what becomes a WebSocket.
    let builder = server.http_builder();
    *builder = builder.clone().http1_only();
    let mut http = builder.http1();
    http.header_read_timeout(settings.keep_alive_timeout());
    http.max_buf_size(MAX_READ_BYTES);
    let router = router(state.clone()).layer(from_fn_with_state(state, close_at_the_end));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    server.serve(service).await.map_err(ServeError::Socket)?;
    if let Some(tenants) = access.tenants()
        && let Err(error) = tenants.finish().await
    {
        let error = exposure::chain(&error);
        tracing::error!(error, "usage of the last seconds is lost");
    }
    if handle.connection_count() > 0 {
        tracing::warn!("requests in flight were cut off after {timeout:?}");
    }
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let listener = TcpListener::bind(address).await;
    let listener = listener.map_err(|source| ServeError::Listen { address, source })?;
    let address = listener.local_addr().map_err(ServeError::Socket)?;
    Ok((listener, address))
}

/// Answers what watches over the server at an address of its own.
async fn answer_watchers(listener: TcpListener, state: AppState) {
    let router = Router::new()
        .route("/healthz", get(probes::live))
        .route("/readyz", get(probes::ready))
        .route("/metrics", get(probes::metrics))
        .with_state(state);
    let server = Server::<SocketAddr>::from_listener(listener).http1_only();
    if let Err(error) = server.serve(router.into_make_service()).await {
        tracing::error!(%error, "the address for metrics failed");
    }
}

/// Lets clients look for another server: after this answer the connection ends.
async fn close_at_the_end(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if state.is_ending() {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

/// Waits for `end`; tells so at `/readyz` for `delay`, and then lets the server finish what it has begun.
async fn finish(
    end: impl Future<Output = ()>,
    state: AppState,
    handle: Handle<SocketAddr>,
    delay: Duration,
    timeout: Duration,
) {
    end.await;
    state.end();
    sleep(delay).await;
    tracing::info!("finishing the requests in flight");
    handle.graceful_shutdown(Some(timeout));
}

/// From now on reads the file of API keys again whenever the process gets SIGHUP, which would end it otherwise.
#[cfg(unix)]
fn read_keys_on_hangup(state: AppState) {
    let Ok(mut hangups) = signal::unix::signal(signal::unix::SignalKind::hangup()) else {
        return;
    };
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            match state.access.read_keys_again() {
                Ok(()) => tracing::info!("read the API keys again"),
                Err(error) => {
                    tracing::error!(error = exposure::chain(&error), "the API keys stay");
                }
            }
        }
    });
}

#[cfg(not(unix))]
fn read_keys_on_hangup(_: AppState) {}

/// Ends when the process is told to end.
async fn told_to_end() {
    let interrupted = async {
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => drop(terminate.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! { () = interrupted => {}, () = terminated => {} }
}
