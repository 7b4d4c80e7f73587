//! Rules that held: told in answers, and to an address that the operator or a tenant names.
//!
//! Input   the rules of the settings (`[banglaser.alerts]`) and of a request
//! Output  [`Alert`]s in the answer; those of the settings' rules also as signed webhooks ([`webhook`])
//! Never   audio, and nothing of a clip in which no rule held

mod lanes;
mod message;
mod outbox;
mod sender;
mod webhook;

use std::{path::PathBuf, sync::Arc};

use inference::Recognizer;
use moments::{MAX_RULES, Rule, UnknownRule};
use pipeline::Queue;
use tenants::Tenant;
use tokio::task::spawn_blocking;
use vocabulary::Prediction;

pub use self::webhook::{WebhookError, address};
use self::{message::Message, outbox::Outbox, sender::Addresses, webhook::Webhook};
use super::{
    access::Access,
    exposure,
    metrics::AlertMetrics,
    moments::{Alert, Asked},
    settings::AlertSettings,
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
    tells_operator: bool,
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
    /// Whose clip it is, where it is a tenant's.
    pub tenant: Option<&'a Tenant>,
}

impl Alerts {
    /// As the settings say; from now on messages that wait are sent.
    ///
    /// # Errors
    /// [`AlertsError`].
    pub fn new(
        settings: &AlertSettings,
        metrics: AlertMetrics,
        access: Arc<Access>,
    ) -> Result<Self, AlertsError> {
        let rules = settings.rules.iter().map(|rule| rule.parse());
        let rules = Asked::new(0, rules.collect::<Result<_, _>>()?).rules;
        if rules.len() > MAX_RULES {
            let n_rules = rules.len();
            return Err(AlertsError::TooManyRules { n_rules });
        }
        let may_send = !settings.webhook_url.is_empty() || access.has_tenants();
        let outbox = match may_send {
            false => None,
            true => Some(open(settings, &metrics, access)?),
        };
        let tells_operator = !settings.webhook_url.is_empty();
        Ok(Self {
            rules,
            outbox,
            tells_operator,
            metrics,
        })
    }

    /// The rules of the settings, and those of a request that are others.
    pub fn rules(&self, asked: &[Rule]) -> Vec<Rule> {
        let all = self.rules.iter().chain(asked);
        Asked::new(0, all.copied().collect()).rules
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
        self.send(&alerts, &about).await;
        alerts
    }

    /// Sends alerts, where they are of a rule of the settings or of the clip's tenant and somebody wants to know: all
    /// of them, even if nobody waits for this any more.
    pub async fn send(&self, alerts: &[Alert], about: &About<'_>) {
        let is_ours = |alert: &&Alert| self.rules.iter().any(|rule| rule.to_string() == alert.rule);
        let ours: Vec<&Alert> = alerts.iter().filter(is_ours).collect();
        self.metrics.held.inc_by(ours.len() as u64);
        let ours = ours.into_iter().filter(|_| self.tells_operator);
        let ours = ours.map(|alert| Message::new(alert, about, None));
        let theirs = alerts.iter().filter_map(|alert| for_tenant(alert, about));
        let messages: Vec<Message> = ours.chain(theirs).collect();
        let Some(outbox) = self.outbox.clone().filter(|_| !messages.is_empty()) else {
            return;
        };
        let (lost, request_id) = (self.metrics.lost.clone(), about.request_id.to_owned());
        let keep = move || {
            for message in messages {
                if let Err(error) = outbox.put(message) {
                    lost.inc();
                    tracing::error!(request_id, %error, "an alert is not sent");
                }
            }
        };
        if let Err(panic) = spawn_blocking(keep).await {
            tracing::error!(error = exposure::chain(&panic), "alerts are not sent");
        }
    }
}

/// A message for the clip's tenant, where it is one of its rules and it has an address.
fn for_tenant(alert: &Alert, about: &About<'_>) -> Option<Message> {
    let tenant = about.tenant?;
    let is_told = !tenant.preferences.webhook_url.is_empty();
    let mut rules = tenant.preferences.rules.iter();
    let is_theirs = rules.any(|rule| {
        rule.parse()
            .is_ok_and(|rule: Rule| rule.to_string() == alert.rule)
    });
    (is_told && is_theirs).then(|| Message::new(alert, about, Some(&tenant.name)))
}

fn open(
    settings: &AlertSettings,
    metrics: &AlertMetrics,
    access: Arc<Access>,
) -> Result<Arc<Outbox>, AlertsError> {
    let (url, secret) = (&settings.webhook_url, &settings.webhook_secret);
    let to_private_addresses = settings.webhook_to_private_addresses;
    let operator = match &**url {
        "" => None,
        url => Some(Webhook::new(url, secret, to_private_addresses)?),
    };
    if operator.is_some() && settings.rules.is_empty() {
        tracing::warn!("alerts.webhook_url is never told anything: alerts.rules is empty");
    }
    let folder = settings.outbox.clone();
    let cannot_use = |source| AlertsError::Outbox {
        folder: folder.clone(),
        source,
    };
    let outbox = Outbox::open(folder.clone(), metrics.waiting.clone()).map_err(cannot_use)?;
    let outbox = Arc::new(outbox);
    let addresses = Addresses {
        operator,
        access,
        to_private_addresses,
    };
    sender::start(Arc::clone(&outbox), addresses, metrics.clone()).map_err(cannot_use)?;
    Ok(outbox)
}
