//! What the body of a request may cost: bytes, time, a lowest rate, and a share of the memory for uploads.
//!
//! The bounds sit in the body itself, so that they also hold for server functions, which read their bodies without
//! axum's extractors, and for bodies that do not tell their length. A route gets them with a layer.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, BodyDataStream, Bytes},
    extract::{Request, State},
    http::header::{CONTENT_ENCODING, CONTENT_LENGTH, EXPECT},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::{Stream, StreamExt, stream::try_unfold};
use tokio::{
    select,
    sync::Mutex,
    time::{Instant, timeout_at},
};

use super::{
    access::Client,
    body_fault::{BodyFault, Bounded},
    envelope::Refusal,
    form_boundary,
    form_guard::guard,
    telemetry::RequestId,
    upload_memory::UploadMemory,
};
use crate::error::AppError;

/// What a form may add to its file: boundaries, part headers, small fields.
const FORM_OVERHEAD_BYTES: u64 = 64 * 1024;

/// A browser that is still sending does not read an answer, so a body that is refused is read on
/// and thrown away, up to this many times the limit.
const DISCARD_FACTOR: u64 = 8;

/// What a request body may cost.
#[derive(Clone, Debug)]
pub struct BodyLimits {
    /// Largest file.
    pub max_file_bytes: u64,
    /// Most files: each adds to the bytes and to the time.
    pub n_files: u32,
    /// How long a file may take.
    pub timeout: Duration,
    /// A body of which less than [`min_bytes_per_s`](Self::min_bytes_per_s) arrived in so long is given up.
    pub stall_timeout: Duration,
    /// Lowest rate.
    pub min_bytes_per_s: u32,
    /// What all bodies may hold together.
    pub memory: UploadMemory,
    /// When to try again where the memory is used up.
    pub retry_after_s: u32,
}

impl BodyLimits {
    /// The same for a body of so many files.
    pub fn for_files(&self, n_files: usize) -> Self {
        Self {
            n_files: n_files.try_into().unwrap_or(u32::MAX),
            ..self.clone()
        }
    }

    fn max_bytes(&self) -> u64 {
        (self.max_file_bytes + FORM_OVERHEAD_BYTES).saturating_mul(self.n_files.into())
    }

    /// Less in one [`stall_timeout`](Self::stall_timeout) is too slow.
    fn min_bytes(&self) -> u64 {
        let n_bytes = self.stall_timeout.as_secs_f32() * self.min_bytes_per_s as f32;
        (n_bytes as u64).max(1)
    }
}

/// Bounds a request body.
pub async fn bound(State(limits): State<BodyLimits>, mut request: Request, next: Next) -> Response {
    if let Some(error) = encoded(&request) {
        let request_id = RequestId::of(request.extensions()).0;
        return Refusal { error, request_id }.into_response();
    }
    // Without one only where nobody is let in.
    let client = request.extensions().get::<Client>();
    let turn = client.map_or(pipeline::Client(0), Client::turn);
    let n_declared = declared_bytes(request.headers());
    let n_expected = n_declared.min(limits.max_file_bytes);
    let bounded = Bounded {
        max_file_bytes: limits.max_file_bytes,
        fault: BodyFault::default(),
        share: Arc::new(limits.memory.share(turn, n_expected)),
        retry_after_s: limits.retry_after_s,
    };
    request.extensions_mut().insert(bounded.clone());
    let boundary = form_boundary::read(request.headers());
    let (head, body) = request.into_parts();
    let arrival = Arc::new(Mutex::new(Arrival {
        chunks: body.into_data_stream(),
        n_bytes: n_declared,
        n_arrived: 0,
        client_waits: head.headers.contains_key(EXPECT),
        deadline: Instant::now() + limits.timeout * limits.n_files,
        waited: Duration::ZERO,
        n_lately: 0,
        is_open: true,
        is_refused: false,
        bounded: bounded.clone(),
        limits,
    }));
    let pieces = stream(Arc::clone(&arrival));
    let body = match boundary {
        Ok(boundary) => {
            Body::from_stream(guard(Box::pin(pieces), &boundary, bounded.fault.clone()))
        }
        Err(_) => Body::from_stream(pieces),
    };
    let request_id = RequestId::of(&head.extensions).0;
    let response = select! {
        biased;
        response = next.run(Request::from_parts(head, body)) => response,
        () = bounded.share.revoked() => {
            let error = bounded.overloaded();
            Refusal { error, request_id }.into_response()
        }
    };
    // Whoever read the body holds nothing of it any more.
    arrival.lock().await.discard().await;
    response
}

fn stream(arrival: Arc<Mutex<Arrival>>) -> impl Stream<Item = Result<Bytes, AppError>> + Send {
    try_unfold(arrival, |arrival| async move {
        let chunk = arrival.lock().await.next().await?;
        Ok(chunk.map(|chunk| (chunk, arrival)))
    })
}

/// The refusal of a body that is not sent as it is.
fn encoded(request: &Request) -> Option<AppError> {
    let encodings = request.headers().get_all(CONTENT_ENCODING);
    let is_plain = |value: &[u8]| value.eq_ignore_ascii_case(b"identity") || value.is_empty();
    let is_encoded = encodings.iter().any(|value| !is_plain(value.as_bytes()));
    is_encoded.then(|| AppError::UnusableHeader {
        header: CONTENT_ENCODING.to_string(),
    })
}

/// From the request's headers; 0 when not told.
fn declared_bytes(headers: &axum::http::HeaderMap) -> u64 {
    let declared = headers.get(CONTENT_LENGTH);
    declared
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .unwrap_or(0)
}

/// A body on its way.
struct Arrival {
    chunks: BodyDataStream,
    /// Arrived or declared, whichever is more.
    n_bytes: u64,
    n_arrived: u64,
    /// The client sends its body only after having been asked for it.
    client_waits: bool,
    deadline: Instant,
    /// For bytes, since [`n_lately`](Self::n_lately) was last looked at. Time in which nobody asked does not count.
    waited: Duration,
    n_lately: u64,
    /// Whether more may arrive.
    is_open: bool,
    /// Whether that is thrown away.
    is_refused: bool,
    bounded: Bounded,
    limits: BodyLimits,
}

impl Arrival {
    /// The next piece of a body that costs no more than it may.
    async fn next(&mut self) -> Result<Option<Bytes>, AppError> {
        let max_bytes = self.limits.max_bytes();
        if self.n_bytes > max_bytes {
            return Err(self.refuse(self.too_large()));
        }
        let Some(chunk) = self.arrive().await? else {
            return Ok(None);
        };
        if self.n_bytes > max_bytes {
            return Err(self.refuse(self.too_large()));
        }
        if !self.bounded.share.take(chunk.len() as u64) {
            return Err(self.refuse(self.bounded.overloaded()));
        }
        Ok(Some(chunk))
    }

    fn refuse(&mut self, error: AppError) -> AppError {
        self.is_refused = true;
        self.bounded.share.give_back();
        self.bounded.fault.record(error)
    }

    /// Reads on what is left of a body that was refused, and throws it away.
    async fn discard(&mut self) {
        let is_refused = self.is_refused || self.bounded.share.is_revoked();
        let is_asked_for = !self.client_waits || self.n_arrived > 0;
        let at_most = self.limits.max_bytes().saturating_mul(DISCARD_FACTOR);
        while is_refused && is_asked_for && self.is_open && self.n_arrived <= at_most {
            // What arrives does not matter, only that it ends.
            let _ = self.arrive().await;
        }
    }

    /// What arrives next, if it arrives in time.
    async fn arrive(&mut self) -> Result<Option<Bytes>, AppError> {
        let arrived = self.arrive_in_time().await;
        self.is_open = matches!(arrived, Ok(Some(_)));
        arrived
    }

    async fn arrive_in_time(&mut self) -> Result<Option<Bytes>, AppError> {
        loop {
            let asked = Instant::now();
            let patience = self.limits.stall_timeout.saturating_sub(self.waited);
            let arrived = timeout_at(self.deadline.min(asked + patience), self.chunks.next()).await;
            self.waited += asked.elapsed();
            if let Ok(chunk) = arrived {
                let chunk = chunk.transpose().map_err(|_| self.incomplete())?;
                let n_bytes = chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
                self.n_lately += n_bytes;
                self.n_arrived = self.n_arrived.saturating_add(n_bytes);
                self.n_bytes = self.n_bytes.max(self.n_arrived);
                return Ok(chunk);
            }
            let is_slow = self.n_lately < self.limits.min_bytes();
            if is_slow || Instant::now() >= self.deadline {
                return Err(self.incomplete());
            }
            (self.waited, self.n_lately) = (Duration::ZERO, 0);
        }
    }

    fn incomplete(&self) -> AppError {
        self.bounded.fault.record(AppError::UploadIncomplete)
    }

    fn too_large(&self) -> AppError {
        AppError::TooLarge {
            max_bytes: self.limits.max_file_bytes,
        }
    }
}
