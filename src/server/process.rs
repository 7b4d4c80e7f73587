//! The server as a process: from a socket to the last answer.

use std::{future::Future, io, net::SocketAddr, time::Duration};

use axum_server::{Handle, Server};
use tokio::{net::TcpListener, runtime::Runtime, signal};

use super::{router, state::AppState};

/// Why the server did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The threads could not be started.
    #[error("cannot start the runtime")]
    Runtime(#[source] io::Error),
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The socket failed.
    #[error("the socket failed")]
    Socket(#[source] io::Error),
}

/// Answers requests until SIGTERM or Ctrl-C; then takes no more and finishes those in flight.
///
/// # Errors
/// [`ServeError`].
pub fn serve(state: AppState) -> Result<(), ServeError> {
    let runtime = Runtime::new().map_err(ServeError::Runtime)?;
    let outcome = runtime.block_on(answer(state, told_to_end()));
    // A recognition that outlived the shutdown timeout does not hold the process.
    runtime.shutdown_background();
    outcome
}

async fn answer(
    state: AppState,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let address = state.leptos_options.site_addr;
    let settings = state.settings.server.clone();
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Listen { address, source })?;
    let address = listener.local_addr().map_err(ServeError::Socket)?;
    tracing::info!("listening on http://{address}");

    let handle = Handle::new();
    let timeout = settings.shutdown_timeout();
    tokio::spawn(finish(end, state.clone(), handle.clone(), timeout));
    let mut server = Server::from_listener(listener)
        .http1_only()
        .handle(handle.clone())
        .first_request_timeout(settings.header_timeout())
        .accept_error_handler(|_, error| tracing::warn!(%error, "a connection was not accepted"));
    let mut http = server.http_builder().http1();
    http.header_read_timeout(settings.keep_alive_timeout());
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    server.serve(service).await.map_err(ServeError::Socket)?;
    if handle.connection_count() > 0 {
        tracing::warn!("requests in flight were cut off after {timeout:?}");
    }
    Ok(())
}

/// Waits for `end`; then lets the server finish what it has begun.
async fn finish(
    end: impl Future<Output = ()>,
    state: AppState,
    handle: Handle<SocketAddr>,
    timeout: Duration,
) {
    end.await;
    state.end();
    tracing::info!("finishing the requests in flight");
    handle.graceful_shutdown(Some(timeout));
}

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
