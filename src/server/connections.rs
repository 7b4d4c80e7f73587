//! Connections: no more than the process can hold, and none whose client does not read.
//!
//! Where all places are taken, the connection that has been idle longest gives its place to a new one; busy ones
//! keep theirs, and the new one is closed.

use std::{
    collections::HashMap,
    future::{Ready, ready},
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{
    extract::Request,
    http::{Response, StatusCode},
};
use axum_server::accept::Accept;
use futures::{FutureExt, future::BoxFuture};
use prometheus_client::metrics::gauge::Gauge;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::oneshot,
};
use tokio_io_timeout::TimeoutStream;
use tower::Service;

/// Descriptors for anything but connections: files of the site, the log, the listener.
#[cfg(unix)]
const N_SPARE_DESCRIPTORS: u64 = 64;

/// What a process may open where nobody said otherwise.
#[cfg(unix)]
const DEFAULT_DESCRIPTORS: u64 = 1024;

/// How many connections the process can hold: raises its limit of descriptors as far as it may.
#[cfg(unix)]
pub fn n_possible() -> usize {
    let n_descriptors = rlimit::increase_nofile_limit(u64::MAX).unwrap_or_else(|error| {
        tracing::warn!(%error, "the limit of descriptors stays as it is");
        DEFAULT_DESCRIPTORS
    });
    let n_connections = n_descriptors.saturating_sub(N_SPARE_DESCRIPTORS).max(1);
    n_connections.try_into().unwrap_or(usize::MAX)
}

/// How many connections the process can hold.
#[cfg(not(unix))]
pub fn n_possible() -> usize {
    usize::MAX
}

/// Takes connections in; clones share the places.
#[derive(Clone, Debug)]
pub struct Connections {
    max: usize,
    write_timeout: Duration,
    n_open: Gauge,
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    n_ever: u64,
    by_id: HashMap<u64, Known>,
}

#[derive(Debug)]
struct Known {
    n_requests: Arc<AtomicUsize>,
    idle_since: Instant,
    /// Dropped, it closes the connection.
    _closer: oneshot::Sender<()>,
}

impl Connections {
    /// So many places, told in `n_open`; a client that reads nothing for `write_timeout` loses its own.
    pub fn new(max: usize, write_timeout: Duration, n_open: Gauge) -> Self {
        Self {
            max,
            write_timeout,
            n_open,
            open: Arc::default(),
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // Nothing panics between two changes.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a new connection; `None` where all have requests in flight.
    fn enter(&self) -> Option<Place> {
        let mut open = self.open();
        if open.by_id.len() >= self.max {
            let longest_idle = open.longest_idle()?;
            open.by_id.remove(&longest_idle);
        }
        let (closer, closed) = oneshot::channel();
        let n_requests = Arc::new(AtomicUsize::new(0));
        let id = open.n_ever;
        open.n_ever += 1;
        let known = Known {
            n_requests: Arc::clone(&n_requests),
            idle_since: Instant::now(),
            _closer: closer,
        };
        open.by_id.insert(id, known);
        drop(open);
        self.n_open.inc();
        Some(Place {
            connections: self.clone(),
            id,
            n_requests,
            closed: Some(closed),
        })
    }
}

impl Open {
    fn longest_idle(&self) -> Option<u64> {
        let known = self.by_id.iter();
        let idle = known.filter(|(_, known)| known.n_requests.load(Ordering::Relaxed) == 0);
        idle.min_by_key(|(_, known)| known.idle_since)
            .map(|(&id, _)| id)
    }
}

/// A place of a connection, until it is dropped.
struct Place {
    connections: Connections,
    id: u64,
    n_requests: Arc<AtomicUsize>,
    /// Ends when the place was given to another; `None` once it has ended.
    closed: Option<oneshot::Receiver<()>>,
}

impl Place {
    fn is_lost(&mut self, context: &mut Context<'_>) -> bool {
        let Some(closed) = &mut self.closed else {
            return true;
        };
        let is_lost = closed.poll_unpin(context).is_ready();
        if is_lost {
            self.closed = None;
        }
        is_lost
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.n_open.dec();
        self.connections.open().by_id.remove(&self.id);
    }
}

/// A connection's bytes. What was given to another place ends here.
pub struct Stream {
    inner: Pin<Box<TimeoutStream<TcpStream>>>,
    place: Place,
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.place.is_lost(context) {
            true => Poll::Ready(Ok(())),
            false => self.inner.as_mut().poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.inner.as_mut().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.as_mut().poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.inner.as_mut().poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

impl<S> Accept<TcpStream, S> for Connections {
    type Stream = Stream;
    type Service = Counted<S>;
    type Future = Ready<io::Result<(Stream, Counted<S>)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let Some(place) = self.enter() else {
            return ready(Err(io::Error::other("every connection is busy")));
        };
        let counted = Counted {
            service,
            connections: self.clone(),
            id: place.id,
            n_requests: Arc::clone(&place.n_requests),
        };
        let mut inner = TimeoutStream::new(stream);
        inner.set_write_timeout(Some(self.write_timeout));
        let inner = Box::pin(inner);
        ready(Ok((Stream { inner, place }, counted)))
    }
}

/// A connection's service, which tells whether the connection is idle.
#[derive(Clone, Debug)]
pub struct Counted<S> {
    service: S,
    connections: Connections,
    id: u64,
    n_requests: Arc<AtomicUsize>,
}

impl<S, B, R> Service<Request<B>> for Counted<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: 'static,
    S::Error: 'static,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let in_flight = InFlight::new(self.connections.clone(), self.id, &self.n_requests);
        let answering = self.service.call(request);
        Box::pin(async move {
            let answer = answering.await;
            let becomes_socket =
                |answer: &Response<R>| answer.status() == StatusCode::SWITCHING_PROTOCOLS;
            in_flight.end(answer.as_ref().is_ok_and(becomes_socket));
            answer
        })
    }
}

/// A request that is being answered; also when its client leaves.
struct InFlight {
    connections: Connections,
    id: u64,
    n_requests: Arc<AtomicUsize>,
    /// Whether the connection stays busy: it is a socket now.
    is_for_good: bool,
}

impl InFlight {
    fn new(connections: Connections, id: u64, n_requests: &Arc<AtomicUsize>) -> Self {
        let n_requests = Arc::clone(n_requests);
        n_requests.fetch_add(1, Ordering::Relaxed);
        Self {
            connections,
            id,
            n_requests,
            is_for_good: false,
        }
    }

    /// The request is answered.
    fn end(mut self, is_for_good: bool) {
        self.is_for_good = is_for_good;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if self.is_for_good {
            return;
        }
        if let Some(known) = self.connections.open().by_id.get_mut(&self.id) {
            known.idle_since = Instant::now();
        }
        self.n_requests.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test]
    async fn the_longest_idle_makes_place() {
        let connections = Connections::new(2, Duration::from_secs(1), Gauge::default());
        let mut first = connections.enter().expect("a place");
        let mut second = connections.enter().expect("a place");
        drop(InFlight::new(
            connections.clone(),
            first.id,
            &first.n_requests,
        ));
        let third = connections.enter().expect("the second was idle longest");
        let is_lost =
            |place: &mut Place, context: &mut Context<'_>| Poll::Ready(place.is_lost(context));
        assert!(poll_fn(|context| is_lost(&mut second, context)).await);
        assert!(!poll_fn(|context| is_lost(&mut first, context)).await);
        let busy = [&first, &third]
            .map(|place| InFlight::new(connections.clone(), place.id, &place.n_requests));
        assert!(connections.enter().is_none(), "both are busy");
        let [socket, other] = busy;
        socket.end(true);
        other.end(false);
        drop(third);
        let fourth = connections.enter().expect("the other one has gone");
        let busy = InFlight::new(connections.clone(), fourth.id, &fourth.n_requests);
        assert!(connections.enter().is_none(), "a socket stays busy");
        drop(busy);
        drop(first);
        assert!(connections.enter().is_some());
        assert!(connections.open().by_id.len() <= 2);
    }
}
