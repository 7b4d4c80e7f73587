//! Sends what waits in the outbox, one message at a time to each address.

use std::{io, sync::Arc, thread, time::SystemTime};

use super::{
    lanes::N_SENDERS,
    message::{Message, since_1970_ms},
    outbox::{Outbox, Unreadable},
    webhook::{Delivery, Webhook},
};
use crate::server::{access::Access, exposure, metrics::AlertMetrics};

/// Where messages go.
pub struct Addresses {
    /// Of the settings.
    pub operator: Option<Webhook>,
    /// Knows the tenants'.
    pub access: Arc<Access>,
    /// Whether those may lie in private networks.
    pub to_private_addresses: bool,
}

impl Addresses {
    /// Makes one attempt to bring a message where it goes.
    fn send(&self, message: &Message) -> Delivery {
        let Some(tenant) = &message.tenant else {
            let operator = self.operator.as_ref();
            return operator.map_or_else(nobody, |webhook| webhook.send(message));
        };
        let tenants = self.access.tenants();
        let Some(account) = tenants.and_then(|tenants| tenants.named(tenant)) else {
            // After a start the tenants may not be known yet.
            return match tenants {
                Some(_) => nobody(),
                None => Delivery::Failed {
                    why: "tenants are not known yet".to_owned(),
                    retry_after: None,
                },
            };
        };
        let preferences = &account.tenant().preferences;
        let (url, secret) = (&preferences.webhook_url, &preferences.webhook_secret);
        match Webhook::new(url, secret, self.to_private_addresses) {
            Ok(webhook) => webhook.send(message),
            Err(error) => Delivery::Refused {
                why: error.to_string(),
            },
        }
    }
}

fn nobody() -> Delivery {
    Delivery::Refused {
        why: "nobody has an address for it any more".to_owned(),
    }
}

/// Starts the threads that send for as long as the process runs: one where all goes to the operator.
///
/// # Errors
/// When there is no thread.
pub fn start(outbox: Arc<Outbox>, addresses: Addresses, metrics: AlertMetrics) -> io::Result<()> {
    let n_senders = match addresses.access.has_tenants() {
        true => N_SENDERS,
        false => 1,
    };
    let addresses = Arc::new(addresses);
    for _ in 0..n_senders {
        let (outbox, addresses) = (Arc::clone(&outbox), Arc::clone(&addresses));
        let metrics = metrics.clone();
        let thread = thread::Builder::new().name("alerts".to_owned());
        thread.spawn(move || send_on(&outbox, &addresses, &metrics))?;
    }
    Ok(())
}

fn send_on(outbox: &Outbox, addresses: &Addresses, metrics: &AlertMetrics) -> ! {
    loop {
        match outbox.next() {
            Ok(message) => attempt(outbox, addresses, metrics, message),
            Err(error @ Unreadable::Later { .. }) => {
                tracing::error!(error = exposure::chain(&error), "an alert waits");
            }
            Err(error @ Unreadable::Gone { .. }) => {
                metrics.lost.inc();
                tracing::error!(%error, "an alert is not sent");
            }
        }
    }
}

fn attempt(outbox: &Outbox, addresses: &Addresses, metrics: &AlertMetrics, message: Message) {
    let id = message.id.clone();
    let kept = match addresses.send(&message) {
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
