//! `GET /api/v1/live`: what a voice expresses, told while somebody speaks (WebSocket, RFC 6455).
//!
//! Input   binary messages: 16 kHz mono, 16-bit samples, little-endian; the text `{"type": "session.close"}` ends it
//! Output  text messages, JSON: [`LiveEvent`], or an error in the interface's envelope with `"type": "error"`
//! Cost    four seconds of samples count as a clip; each answer waits for its turn as other clips do

use std::{sync::Arc, time::Duration};

use axum::{
    Extension,
    extract::State,
    http::{
        HeaderMap,
        header::{ORIGIN, UPGRADE},
    },
    response::Response,
};
use futures::{FutureExt, SinkExt, StreamExt};
use serde::Serialize;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_tungstenite::tungstenite::{Error, Message, protocol::frame::coding::CloseCode};
use vocabulary::SAMPLE_RATE_HZ;

use super::{
    model::ModelName,
    moments::{Wanted, WantedLive},
    openapi::Refusals,
};
use crate::{
    error::AppError,
    server::{
        access::Client,
        entry::Entry,
        envelope::{Envelope, Refusal},
        live_session::LiveSession,
        security::is_cross_site,
        state::AppState,
        telemetry::RequestId,
        web_socket::{self, Socket, Upgrade},
    },
};

/// Two seconds of samples: a longer message would be answered late.
const MAX_MESSAGE_BYTES: usize = 2 * 2 * SAMPLE_RATE_HZ as usize;

/// A client that sends no samples for so long is no longer there, or cannot keep up.
const SILENCE_LIMIT: Duration = Duration::from_secs(30);

/// Messages that are taken before they are listened to.
const MAX_AT_ONCE: usize = 64;

/// Proxies close what is quiet for longer.
const PING_PERIOD: Duration = Duration::from_secs(10);

/// An error as it is told over a live connection.
#[derive(Serialize)]
#[serde(tag = "type", rename = "error")]
struct Told {
    #[serde(flatten)]
    envelope: Envelope,
}

/// Tells what a voice expresses while somebody speaks.
///
/// A WebSocket: samples go in as binary messages (16 kHz, mono, 16-bit, little-endian), events come out as JSON.
/// docs/api.md lists them.
///
/// # Errors
/// [`Refusal`].
#[utoipa::path(
    get,
    path = "/api/v1/live",
    tag = "recognition",
    security((), ("key" = [])),
    params(ModelName, WantedLive),
    responses(
        (status = 101, description = "A WebSocket"),
        (status = 403, description = "Another site's page asks", body = Envelope),
        (status = 422, description = "No model of that name", body = Envelope),
        Refusals
    )
)]
pub async fn live(
    State(state): State<AppState>,
    model: ModelName,
    wanted: Wanted,
    Extension(client): Extension<Client>,
    RequestId(request_id): RequestId,
    upgrade: Option<Upgrade>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let answer = async {
        // Browsers let any page open a WebSocket anywhere.
        if is_cross_site(&headers) && !state.access.knows_origin(headers.get(ORIGIN)) {
            return Err(AppError::CrossSite);
        }
        let entry = Entry::of(client).await?;
        let model = model.get().or(entry.usual_model());
        let queue = state.models.named(model).await?;
        let upgrade = upgrade.ok_or_else(|| AppError::UnusableHeader {
            header: UPGRADE.to_string(),
        })?;
        let asked = wanted.alone()?.with_labels(queue.recognizer().labels())?;
        let rules = state.alerts.rules(&entry.beside(asked).rules);
        let alerts = Arc::clone(&state.alerts);
        let session = LiveSession::new(queue, entry, request_id.clone(), alerts, &rules);
        let is_ending = move || state.is_ending();
        Ok(upgrade.accept(MAX_MESSAGE_BYTES, move |socket| {
            hold(socket, session, is_ending)
        }))
    };
    answer.await.map_err(|error| Refusal { error, request_id })
}

/// Answers until one of both ends it.
async fn hold(mut socket: Socket, mut session: LiveSession, is_ending: impl Fn() -> bool) {
    let ended = converse(&mut socket, &mut session, is_ending).await;
    // Who has gone away does not want to know.
    let code = match ended {
        Ok(code) => {
            let _ = tell(&mut socket, &session.closed()).await;
            code
        }
        Err(Ended::Gone) => CloseCode::Normal,
        Err(Ended::Broken(code)) => code,
        Err(Ended::Refused(error)) => {
            let code = close_code_of(&error);
            let _ = refuse(&mut socket, &session, error).await;
            code
        }
    };
    // Its place is another's while this client is heard out.
    drop(session);
    web_socket::close(socket, code).await;
}

/// Why a conversation ends before its time.
enum Ended {
    /// The client has closed, or is gone.
    Gone,
    /// The client breaks the protocol, which this code says.
    Broken(CloseCode),
    /// The client is told why.
    Refused(AppError),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        match error {
            Error::Capacity(_) => Self::Refused(AppError::TooLarge {
                max_bytes: MAX_MESSAGE_BYTES as u64,
            }),
            Error::Protocol(_) => Self::Broken(CloseCode::Protocol),
            Error::Utf8(_) => Self::Broken(CloseCode::Invalid),
            _ => Self::Gone,
        }
    }
}

impl From<AppError> for Ended {
    fn from(error: AppError) -> Self {
        Self::Refused(error)
    }
}

async fn converse(
    socket: &mut Socket,
    session: &mut LiveSession,
    is_ending: impl Fn() -> bool,
) -> Result<CloseCode, Ended> {
    tell(socket, &session.created()).await?;
    let mut pings = interval(PING_PERIOD);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last_samples = Instant::now();
    while !is_ending() {
        let first = tokio::select! {
            message = socket.next() => message,
            _ = pings.tick() => {
                if last_samples.elapsed() > SILENCE_LIMIT {
                    let max_decode_s = SILENCE_LIMIT.as_secs_f32();
                    return Err(AppError::TooSlow { max_decode_s }.into());
                }
                socket.send(Message::Ping(Vec::new().into())).await?;
                continue;
            }
        };
        let mut next = Some(first);
        let (mut n_taken, mut is_leaving) = (0, false);
        while let Some(message) = next {
            match message.transpose()? {
                Some(Message::Binary(bytes)) => {
                    if !bytes.is_empty() {
                        last_samples = Instant::now();
                    }
                    session.take(&bytes).await?;
                }
                Some(Message::Text(text)) if is_farewell(&text) => is_leaving = true,
                Some(Message::Text(_)) => return Err(AppError::InvalidFrame.into()),
                Some(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
                Some(Message::Close(_)) | None => return Err(Ended::Gone),
            }
            // What has come in the meantime, too.
            n_taken += 1;
            next = (n_taken < MAX_AT_ONCE && !is_leaving)
                .then(|| socket.next().now_or_never())
                .flatten();
        }
        session.listen().await?;
        while let Some(heard) = session.next().await {
            match heard {
                Ok(event) => tell(socket, &event).await?,
                Err(error @ AppError::Overloaded { .. }) => refuse(socket, session, error).await?,
                Err(error) => return Err(error.into()),
            }
        }
        if is_leaving {
            return Ok(CloseCode::Normal);
        }
    }
    Ok(CloseCode::Away)
}

fn is_farewell(text: &str) -> bool {
    let message: Result<serde_json::Value, _> = serde_json::from_str(text);
    message.is_ok_and(|message| message["type"] == "session.close")
}

async fn tell(socket: &mut Socket, event: &impl Serialize) -> Result<(), Error> {
    let json = serde_json::to_string(event).expect("events have names for keys");
    socket.send(Message::Text(json.into())).await
}

async fn refuse(socket: &mut Socket, session: &LiveSession, error: AppError) -> Result<(), Error> {
    let envelope = Envelope::new(error, session.request_id().to_owned());
    tell(socket, &Told { envelope }).await
}

fn close_code_of(error: &AppError) -> CloseCode {
    match error {
        AppError::InvalidFrame => CloseCode::Unsupported,
        AppError::TooLarge { .. } => CloseCode::Size,
        AppError::Overloaded { .. } => CloseCode::Again,
        AppError::Internal { .. } => CloseCode::Error,
        _ => CloseCode::Policy,
    }
}
