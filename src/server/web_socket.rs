//! WebSockets (RFC 6455) whose last words are read.
//!
//! A connection that is dropped while bytes of its client lie unread is reset, and what the client was told last may be
//! lost with it. So whoever ends one hears the client out, and forgets what it still sends. axum's own WebSocket lends
//! nobody the connection below it, which is all there is to read from once a message was refused by its length.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    extract::OptionalFromRequestParts,
    http::{Request, request::Parts},
    response::Response,
};
use futures::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncWriteExt, copy, sink},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::server::create_response,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

/// Who has not gone by then is left.
const FAREWELL_LIMIT: Duration = Duration::from_secs(30);

/// The server's end of a WebSocket.
pub type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// A request that can become a WebSocket.
pub struct Upgrade {
    on_upgrade: OnUpgrade,
    response: Response,
}

impl<S: Sync> OptionalFromRequestParts<S> for Upgrade {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        let on_upgrade = parts.extensions.remove::<OnUpgrade>();
        let mut request = Request::new(());
        *request.method_mut() = parts.method.clone();
        *request.version_mut() = parts.version;
        *request.headers_mut() = parts.headers.clone();
        let response = create_response(&request).ok();
        let upgrade = on_upgrade.zip(response);
        Ok(upgrade.map(|(on_upgrade, response)| Self {
            on_upgrade,
            response: response.map(|()| Body::empty()),
        }))
    }
}

impl Upgrade {
    /// The answer after which `hold` has the socket. A longer message than `max_message_bytes` is an error as soon as
    /// its length is known.
    pub fn accept<F>(
        self,
        max_message_bytes: usize,
        hold: impl FnOnce(Socket) -> F + Send + 'static,
    ) -> Response
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let Self {
            on_upgrade,
            response,
        } = self;
        let config = WebSocketConfig::default()
            .max_message_size(Some(max_message_bytes))
            .max_frame_size(Some(max_message_bytes));
        tokio::spawn(async move {
            // Who has gone away already needs no socket.
            if let Ok(upgraded) = on_upgrade.await {
                let connection = TokioIo::new(upgraded);
                hold(Socket::from_raw_socket(connection, Role::Server, Some(config)).await).await;
            }
        });
        response
    }
}

/// Closes with `code`, or as the client wants where it closed first, and hears the client out.
pub async fn close(mut socket: Socket, code: CloseCode) {
    let closing = async {
        let frame = CloseFrame {
            code,
            reason: "".into(),
        };
        // Nothing here may fail: whom it does not reach has gone.
        let _ = socket.close(Some(frame)).await;
        // Sends the answer to a client that closed first.
        let _ = socket.flush().await;
        while let Some(Ok(_)) = socket.next().await {}
        // After an error the socket reads no more, but its connection does.
        let connection = socket.get_mut();
        let _ = connection.shutdown().await;
        let _ = copy(connection, &mut sink()).await;
    };
    let _ = timeout(FAREWELL_LIMIT, closing).await;
}
