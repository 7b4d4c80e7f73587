//! Sends what waits in the outbox, one message after the other.

use std::{io, sync::Arc, thread, time::SystemTime};

use super::{
    message::{Message, since_1970_ms},
    outbox::{Outbox, Unreadable},
    webhook::{Delivery, Webhook},
};
use crate::server::{exposure, metrics::AlertMetrics};

/// Starts a thread that sends for as long as the process runs.
///
/// # Errors
/// When there is no thread.
pub fn start(outbox: Arc<Outbox>, webhook: Webhook, metrics: AlertMetrics) -> io::Result<()> {
    let send = move || {
        loop {
            match outbox.next() {
                Ok(message) => attempt(&outbox, &webhook, &metrics, message),
                Err(error @ Unreadable::Later { .. }) => {
                    tracing::error!(error = exposure::chain(&error), "an alert waits");
                }
                Err(error @ Unreadable::Gone { .. }) => {
                    metrics.lost.inc();
                    tracing::error!(%error, "an alert is not sent");
                }
            }
        }
    };
    let thread = thread::Builder::new().name("alerts".to_owned());
    thread.spawn(send).map(drop)
}

fn attempt(outbox: &Outbox, webhook: &Webhook, metrics: &AlertMetrics, message: Message) {
    let id = message.id.clone();
    let kept = match webhook.send(&message) {
        Delivery::Taken => {
            metrics.sent.inc();
            outbox.taken(&message)
        }
        Delivery::Refused { why } => give_up(outbox, metrics, &message, &why),
        Delivery::Failed { why, retry_after } => {
            let now_ms = since_1970_ms(SystemTime::now());
            match message.clone().later(now_ms, retry_after) {
                Some(later) => {
                    tracing::warn!(id, why, "an alert could not be sent, and is tried again");
                    outbox.later(later)
                }
                None => give_up(outbox, metrics, &message, &why),
            }
        }
    };
    if let Err(error) = kept {
        tracing::error!(id, %error, "the outbox cannot be written");
    }
}

fn give_up(
    outbox: &Outbox,
    metrics: &AlertMetrics,
    message: &Message,
    why: &str,
) -> io::Result<()> {
    metrics.lost.inc();
    let id = &message.id;
    tracing::error!(id, why, "an alert was given up; it lies in failed/");
    outbox.given_up(message)
}
