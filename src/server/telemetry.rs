//! What the server says about itself: one log line per request, and the request's id.
//!
//! A line holds method, route, status, latency and request id; never audio, labels, file names or
//! the path of an unknown address.

use std::{
    convert::Infallible,
    io::{self, IsTerminal},
    sync::Arc,
    time::Instant,
};

use axum::{
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::{Extensions, HeaderName, HeaderValue, request::Parts},
    middleware::Next,
    response::Response,
};
use tower_http::request_id::{MakeRequestId, MakeRequestUuid};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

use super::{metrics::Metrics, settings::LogFormat};

/// Carries the request's id, in both directions.
pub const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Longest request id that is taken over from a proxy; a UUID has 36 characters.
const MAX_REQUEST_ID_LEN: usize = 64;

/// Without `RUST_LOG`: ours and every warning, but for the demuxers'. They quote clips, and a clip can
/// make them warn as often as it likes; what they could not read is in the answer.
const DEFAULT_FILTER: &str = "warn,symphonia=off,banglaser=info";

/// Under this id the log tells about a request.
#[derive(Clone, Debug, Default)]
pub struct RequestId(pub String);

impl RequestId {
    /// The id that [`observe`] left in a request's extensions.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get().cloned().unwrap_or_default()
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}

/// Lines that may wait for standard error; what is more is lost, not waited for.
const MAX_WAITING_LINES: usize = 10_000;

/// Writes log lines to standard error, filtered by `RUST_LOG`, on a thread of its own: requests do not
/// wait for a log that is slow, full or gone. The lines that wait are written when the guard is dropped.
#[must_use = "without the guard nothing is written"]
pub fn start_logging(format: LogFormat) -> WorkerGuard {
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(MAX_WAITING_LINES)
        .lossy(true)
        .finish(io::stderr());
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| DEFAULT_FILTER.into());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(writer);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    guard
}

/// Gives the request its id, counts it, and logs one line when it has been answered.
pub async fn observe(
    State(metrics): State<Arc<Metrics>>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = taken_over(&request).unwrap_or_else(|| fresh(&request));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(RequestId(id.clone()));

    let start = Instant::now();
    let mut response = next.run(request).await;
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let status = response.status().as_u16();
    let latency = start.elapsed();
    metrics.count(route, status, latency);
    tracing::info!(
        %method,
        route,
        status,
        latency_ms = latency.as_millis() as u64,
        request_id = id,
        "answered"
    );
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID_HEADER, id);
    }
    response
}

fn fresh(request: &Request) -> String {
    let id = MakeRequestUuid.make_request_id(request);
    id.and_then(|id| id.into_header_value().to_str().map(str::to_owned).ok())
        .unwrap_or_default()
}

/// The id that a proxy gave the request, where it can stand in a log line as it is.
fn taken_over(request: &Request) -> Option<String> {
    let id = request.headers().get(REQUEST_ID_HEADER)?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    ((1..=MAX_REQUEST_ID_LEN).contains(&id.len()) && id.bytes().all(plain)).then(|| id.to_owned())
}
