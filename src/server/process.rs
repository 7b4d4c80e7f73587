//! The server as a process: from a socket to the last answer.

use std::{future::Future, io, net::SocketAddr};

use tokio::{net::TcpListener, runtime::Runtime, signal, sync::oneshot, time::sleep};

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
    let timeout = state.settings.server.shutdown_timeout();
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Listen { address, source })?;
    let address = listener.local_addr().map_err(ServeError::Socket)?;
    tracing::info!("listening on http://{address}");

    let (ending, ended) = oneshot::channel();
    let told = state.clone();
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        end.await;
        told.end();
        tracing::info!("finishing the requests in flight");
        // The receiver lives as long as the server.
        let _ = ending.send(());
    });
    tokio::select! {
        outcome = server => outcome.map_err(ServeError::Socket),
        () = async { let _ = ended.await; sleep(timeout).await } => {
            tracing::warn!("requests in flight were cut off after {timeout:?}");
            Ok(())
        }
    }
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
