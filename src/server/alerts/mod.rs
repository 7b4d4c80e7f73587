//! Rules that held: told in answers, and to an address that the operator names.
//!
//! Input   the rules of the settings (`[banglaser.alerts]`) and of a request
//! Output  [`Alert`]s in the answer; those of the settings' rules also as signed webhooks ([`webhook`])
//! Never   audio, and nothing of a clip in which no rule held

mod message;
mod outbox;
mod sender;
mod webhook;

use std::{path::PathBuf, sync::Arc};

use inference::Recognizer;
use moments::{MAX_RULES, Rule, UnknownRule};
use pipeline::Queue;
use tokio::task::spawn_blocking;
use vocabulary::Prediction;

use self::{
    message::Message,
    outbox::Outbox,
    webhook::{Webhook, WebhookError},
};
use super::{
    exposure,
    metrics::AlertMetrics,
    settings::AlertSettings,
    v1::moments::{Alert, Asked},
};

/// Why alerts cannot be told as the settings want it.
#[derive(Debug, thiserror::Error)]
pub enum AlertsError {
    /// A rule that is none.
    #[error("alerts.rules")]
    Rule(#[from] UnknownRule),
    /// More rules than are looked for.
    #[error("alerts.rules: there are {n_rules}, at most {MAX_RULES} are looked for")]
    TooManyRules {
        /// So many.
        n_rules: usize,
    },
    /// The address or the secret does not fit.
    #[error("alerts.webhook_url, alerts.webhook_secret")]
    Webhook(#[from] WebhookError),
    /// Where messages wait cannot be used.
    #[error("alerts.outbox: cannot use {}", folder.display())]
    Outbox {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// What is looked for in every clip of other programs, and who is told.
#[derive(Debug)]
pub struct Alerts {
    rules: Vec<Rule>,
    outbox: Option<Arc<Outbox>>,
    metrics: AlertMetrics,
}

/// What a message says of the clip beside the alert.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// Request of the clip.
    pub request_id: &'a str,
    /// Name of its file, where somebody told one.
    pub file_name: Option<&'a str>,
    /// What heard it.
    pub model: &'a str,
}

impl Alerts {
    /// As the settings say; from now on messages that wait are sent.
    ///
    /// # Errors
    /// [`AlertsError`].
    pub fn new(settings: &AlertSettings, metrics: AlertMetrics) -> Result<Self, AlertsError> {
        let rules = settings.rules.iter().map(|rule| rule.parse());
        let rules = rules.collect::<Result<Vec<Rule>, _>>()?;
        if rules.len() > MAX_RULES {
            let n_rules = rules.len();
            return Err(AlertsError::TooManyRules { n_rules });
        }
        let outbox = match &*settings.webhook_url {
            "" => None,
            _ => Some(open(settings, &metrics)?),
        };
        Ok(Self {
            rules,
            outbox,
            metrics,
        })
    }

    /// The rules of the settings, and those of a request that are others.
    pub fn rules(&self, asked: &[Rule]) -> Vec<Rule> {
        let mut rules = self.rules.clone();
        for rule in asked {
            if !rules.contains(rule) {
                rules.push(*rule);
            }
        }
        rules
    }

    /// What is looked for in a clip.
    pub fn beside(&self, asked: Asked) -> Asked {
        let rules = self.rules(&asked.rules);
        Asked { rules, ..asked }
    }

    /// The alerts of a clip. Before this returns, what is to be sent lies where nothing is lost.
    pub async fn of(
        &self,
        asked: &Asked,
        prediction: &Prediction,
        hearing: &Queue,
        about: About<'_>,
    ) -> Vec<Alert> {
        let recognizer: &Recognizer = hearing.recognizer();
        let alerts = asked.alerts(prediction, recognizer.calibration());
        for alert in &alerts {
            self.send(alert, &about).await;
        }
        alerts
    }

    /// Sends an alert, where it is of a rule of the settings and somebody wants to know.
    pub async fn send(&self, alert: &Alert, about: &About<'_>) {
        if !self.rules.iter().any(|rule| rule.to_string() == alert.rule) {
            return;
        }
        self.metrics.held.inc();
        let Some(outbox) = self.outbox.clone() else {
            return;
        };
        let message = Message::new(alert, about);
        let kept = spawn_blocking(move || outbox.put(message)).await;
        let failure = match kept {
            Ok(Ok(())) => return,
            Ok(Err(error)) => exposure::chain(&error),
            Err(panic) => exposure::chain(&panic),
        };
        self.metrics.lost.inc();
        let request_id = about.request_id;
        tracing::error!(request_id, error = failure, "an alert is not sent");
    }
}

fn open(settings: &AlertSettings, metrics: &AlertMetrics) -> Result<Arc<Outbox>, AlertsError> {
    let webhook = Webhook::new(settings)?;
    let folder = settings.outbox.clone();
    let cannot_use = |source| AlertsError::Outbox {
        folder: folder.clone(),
        source,
    };
    let outbox = Outbox::open(folder.clone()).map_err(cannot_use)?;
    let outbox = Arc::new(outbox);
    sender::start(Arc::clone(&outbox), webhook, metrics.clone()).map_err(cannot_use)?;
    Ok(outbox)
}
