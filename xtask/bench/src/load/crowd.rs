//! Clients that send one request after the other, all at once.

use std::mem;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use xtask::trial_server::TrialServer;

use super::hostile::Attack;
use super::requests::{Mix, Request};

/// One request in so many is an attack, where there are attacks.
const REQUESTS_PER_ATTACK: usize = 20;

/// A client that waits longer has lost its request.
const PATIENCE: Duration = Duration::from_secs(60);

/// When the crowd goes home.
pub enum Until {
    Requests(usize),
    Time(Instant),
}

impl Until {
    pub fn requests(n_requests: usize) -> Self {
        Self::Requests(n_requests)
    }

    pub fn time(duration: Duration) -> Self {
        Self::Time(Instant::now() + duration)
    }

    fn is_over(&self, place: usize) -> bool {
        match self {
            Self::Requests(n_requests) => place >= *n_requests,
            Self::Time(end) => Instant::now() >= *end,
        }
    }
}

/// What became of a request.
pub struct Answer {
    pub kind: &'static str,
    /// `None`: no answer.
    pub status: Option<u16>,
    /// The error's code, where the answer is an error.
    pub code: Option<String>,
    pub is_as_expected: bool,
    pub ms: f64,
}

/// What became of all requests.
#[derive(Default)]
pub struct Seen {
    pub honest: Vec<Answer>,
    pub hostile: Vec<Answer>,
}

/// Sends the mix until the end is reached, and the attacks beside it, each on a thread of its own.
pub fn send(
    server: &TrialServer,
    mix: &Mix,
    attacks: &[Attack],
    n_clients: usize,
    until: Until,
) -> Seen {
    let next = AtomicUsize::new(0);
    let (next, until) = (&next, &until);
    let attacked = &Mutex::new(Vec::new());
    let mut honest = Vec::new();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..n_clients)
            .map(|_| {
                scope.spawn(move || {
                    let client = Client::new(&server.base_url());
                    let mut answers = Vec::new();
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        if until.is_over(place) {
                            return answers;
                        }
                        let (number, turn) =
                            (place / REQUESTS_PER_ATTACK, place % REQUESTS_PER_ATTACK);
                        if turn == 0 && !attacks.is_empty() {
                            let attack = &attacks[number % attacks.len()];
                            scope.spawn(move || {
                                let answer = attack.send(server.address(), number);
                                attacked.lock().expect("no thread panics").push(answer);
                            });
                            continue;
                        }
                        answers.push(client.send(mix.at(place)));
                    }
                })
            })
            .collect();
        let answers = clients.into_iter().map(|client| client.join());
        honest.extend(answers.flat_map(|answers| answers.expect("a client does not panic")));
    });
    let hostile = mem::take(&mut *attacked.lock().expect("no thread panics"));
    Seen { honest, hostile }
}

/// One client with a connection that it keeps.
pub struct Client {
    agent: ureq::Agent,
    base_url: String,
}

impl Client {
    pub fn new(base_url: &str) -> Self {
        let settings = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE));
        Self {
            agent: settings.build().into(),
            base_url: base_url.to_owned(),
        }
    }

    /// Status of an address; `None` without an answer.
    pub fn get(&self, path: &str) -> Option<u16> {
        let mut answer = self
            .agent
            .get(format!("{}{path}", self.base_url))
            .call()
            .ok()?;
        answer.body_mut().read_to_vec().ok()?;
        Some(answer.status().as_u16())
    }

    fn send(&self, request: &Request) -> Answer {
        let started = Instant::now();
        let said = self.exchange(request);
        let (status, code, may_return) = said.unwrap_or((None, None, false));
        let is_as_expected = match status {
            Some(503) => may_return,
            Some(status) => request.expected.contains(&status),
            None => false,
        };
        Answer {
            kind: request.kind,
            status,
            code,
            is_as_expected,
            ms: started.elapsed().as_secs_f64() * 1000.0,
        }
    }

    /// Status, error code, and whether the client is told when to come again.
    fn exchange(&self, request: &Request) -> Option<(Option<u16>, Option<String>, bool)> {
        let url = format!("{}{}", self.base_url, request.path);
        let mut answer = match &request.body {
            None => self.agent.get(url).call().ok()?,
            Some((content_type, body)) => {
                let post = self.agent.post(url).content_type(content_type);
                post.send(body.as_slice()).ok()?
            }
        };
        let status = answer.status().as_u16();
        let may_return = answer.headers().contains_key("retry-after");
        let body = answer.body_mut().read_to_vec().ok()?;
        let code = match status {
            200 => None,
            _ => code_of(&body),
        };
        Some((Some(status), code, may_return))
    }
}

/// In either shape that errors have.
fn code_of(body: &[u8]) -> Option<String> {
    let json: serde_json::Value = serde_json::from_slice(body).ok()?;
    let code = json["error"]["code"].as_str().or(json["code"].as_str())?;
    Some(code.to_owned())
}
