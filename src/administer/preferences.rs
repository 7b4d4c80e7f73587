//! What a tenant prefers, held against what the server that reads it would take.

use moments::MAX_RULES;
use tenants::Preferences;

use super::{AdministerError, acts::PreferenceFlags};
use crate::server::{alerts, origin, settings::Settings};

impl PreferenceFlags {
    /// These where they are given, and those where they are not; with a new secret where one is wanted or needed.
    ///
    /// # Errors
    /// [`AdministerError`]: a model, an address or an origin that would not do in the settings, or too many rules. What
    /// was there before is not looked at again.
    pub fn above(
        self,
        before: Preferences,
        settings: &Settings,
    ) -> Result<Preferences, AdministerError> {
        let mut all = before;
        let some = |texts: Vec<String>| texts.into_iter().filter(|text| !text.is_empty());
        if let Some(model) = self.model {
            if !model.is_empty() {
                settings.recognizer.named(&model)?;
            }
            all.model = model;
        }
        if let Some(rules) = self.alerts {
            all.rules = some(rules).collect();
        }
        let n_rules = all.rules.len();
        if n_rules > MAX_RULES {
            return Err(AdministerError::TooManyRules { n_rules });
        }
        if let Some(origins) = self.cors_origins {
            all.cors_origins = some(origins).collect();
            for origin in &all.cors_origins {
                origin::of(origin)?;
            }
        }
        if let Some(url) = self.webhook_url {
            if !url.is_empty() {
                alerts::address(&url, settings.alerts.webhook_to_private_addresses)?;
            }
            all.webhook_url = url;
        }
        let needs_secret = !all.webhook_url.is_empty() && all.webhook_secret.is_empty();
        if self.new_webhook_secret || needs_secret {
            all.webhook_secret = Preferences::random_webhook_secret()?;
        }
        Ok(all)
    }
}
