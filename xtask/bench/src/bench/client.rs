//! Clients of `/predict`: plain HTTP/1.1 on a connection that they keep, so that what is measured is the server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

const BOUNDARY: &str = "the-boundary";

/// A client that waits longer has lost its request.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request, as it goes over the wire.
pub struct Request(Vec<u8>);

impl Request {
    /// A clip for `/predict`.
    pub fn predict(clip: &[u8]) -> Self {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"clip\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let tail = format!("\r\n--{BOUNDARY}--\r\n");
        let n_bytes = head.len() + clip.len() + tail.len();
        let mut request = format!(
            "POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {n_bytes}\r\n\
             Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
        )
        .into_bytes();
        request.extend(head.as_bytes());
        request.extend(clip);
        request.extend(tail.as_bytes());
        Self(request)
    }
}

/// One client.
pub struct Client(BufReader<TcpStream>);

impl Client {
    /// Connects.
    pub fn new(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a request and reads the answer to its end; status and time.
    pub fn send(&mut self, request: &Request) -> Result<(u16, Duration)> {
        let started = Instant::now();
        self.0.get_mut().write_all(&request.0)?;
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("no status in `{line}`"))?;
        let mut n_bytes = 0;
        loop {
            line.clear();
            ensure!(self.0.read_line(&mut line)? > 0, "the answer broke off");
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    n_bytes = value.trim().parse()?;
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; n_bytes];
        self.0.read_exact(&mut body)?;
        Ok((status, started.elapsed()))
    }
}

/// What many clients saw.
pub struct Crowd {
    /// Times of the predictions, ascending, milliseconds.
    pub times_ms: Vec<f64>,
    /// Requests that were answered 503, or whose connection was closed.
    pub n_refused: usize,
    pub elapsed: Duration,
}

impl Crowd {
    /// `n_clients` that send the same request again and again for `duration`.
    pub fn send(
        address: SocketAddr,
        request: &Request,
        n_clients: usize,
        duration: Duration,
    ) -> Result<Self> {
        let started = Instant::now();
        let of_clients = thread::scope(|scope| {
            let clients: Vec<_> = (0..n_clients)
                .map(|_| scope.spawn(|| one_of_many(address, request, started + duration)))
                .collect();
            let seen = clients
                .into_iter()
                .map(|client| client.join().expect("a client does not panic"));
            seen.collect::<Result<Vec<_>>>()
        })?;
        let elapsed = started.elapsed();
        let n_refused = of_clients.iter().map(|(_, n_refused)| n_refused).sum();
        let mut times_ms: Vec<f64> = of_clients
            .into_iter()
            .flat_map(|(times, _)| times)
            .collect();
        times_ms.sort_by(f64::total_cmp);
        Ok(Self {
            times_ms,
            n_refused,
            elapsed,
        })
    }

    /// Predictions per second.
    pub fn per_second(&self) -> f64 {
        self.times_ms.len() as f64 / self.elapsed.as_secs_f64()
    }
}

fn one_of_many(address: SocketAddr, request: &Request, end: Instant) -> Result<(Vec<f64>, usize)> {
    let mut client = Client::new(address)?;
    let (mut times_ms, mut n_refused) = (Vec::new(), 0);
    while Instant::now() < end {
        match client.send(request) {
            Ok((200, time)) => times_ms.push(time.as_secs_f64() * 1000.0),
            // The server does not read what it refuses: it closes the connection, maybe before the answer is seen.
            Ok((503, _)) | Err(_) => {
                n_refused += 1;
                thread::sleep(Duration::from_millis(20));
                client = Client::new(address)?;
            }
            Ok((status, _)) => anyhow::bail!("the server answered {status}"),
        }
    }
    Ok((times_ms, n_refused))
}

/// The value that `percent` of 100 do not exceed (nearest rank) of ascending values; 0 of none.
pub fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_rank_is_taken() {
        let values: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!(
            [50, 99].map(|percent| percentile(&values, percent)),
            [100.0, 198.0]
        );
        assert_eq!(percentile(&[], 99), 0.0);
    }

    #[test]
    fn a_request_tells_its_length() {
        let Request(request) = Request::predict(b"clip");
        let text = String::from_utf8(request).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        assert!(
            head.contains(&format!("Content-Length: {}", body.len())),
            "{text}"
        );
    }
}
