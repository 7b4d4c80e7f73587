//! What becomes of a panic: a line in the log, and an answer where the connection would have been closed.

use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;

use super::{envelope::Refusal, telemetry::RequestId};
use crate::error::AppError;

/// Tells panics to the log. The standard hook would write to standard error itself, past the log's form, and
/// wait there for a reader that does not read.
pub fn log_panics() {
    panic::set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string);
    let text = panic.payload_as_str().unwrap_or("no text");
    tracing::error!(location, text, "panic");
}

/// Answers 500 where a panic would have closed the connection.
pub async fn answer(request: Request, next: Next) -> Response {
    let request_id = RequestId::of(request.extensions()).0;
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answered.unwrap_or_else(|_| {
        tracing::error!(request_id, "panic, see above");
        let error = AppError::Internal {
            request_id: request_id.clone(),
        };
        Refusal { error, request_id }.into_response()
    })
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("one thread").extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_a_line_of_the_log_in_the_logs_form() {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_writer(move || writer.clone())
            .finish();
        let before = panic::take_hook();
        log_panics();
        let outcome = tracing::subscriber::with_default(subscriber, || {
            panic::catch_unwind(|| panic!("no {} here", "clip"))
        });
        panic::set_hook(before);
        assert!(outcome.is_err());
        let written = written.0.lock().expect("one thread").clone();
        let text = String::from_utf8(written).expect("UTF-8");
        assert_eq!(text.lines().count(), 1, "{text}");
        let line: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert!(text.contains("no clip here"), "{text}");
        assert!(
            line["location"]
                .as_str()
                .is_some_and(|place| place.contains("panics.rs"))
        );
    }
}
