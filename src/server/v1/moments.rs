//! What matters in a clip, where the address or the form asks.

use std::{convert::Infallible, mem};

use axum::{extract::FromRequestParts, http::request::Parts};
use utoipa::IntoParams;

use super::model::pairs;
use crate::{
    error::AppError,
    server::{asked, form::Fields, moments::Asked},
};

/// What is told beside the answer.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The strongest moments of each emotion, so many of each at most, up to 20: the answer has `peaks`.
    #[param(example = "3")]
    peaks: Option<String>,
    /// Rules, several with `;` between them: the answer has `alerts` where one held. Those of the server's settings are
    /// looked for too.
    #[param(example = "angry >= high for 10 s")]
    alerts: Option<String>,
}

/// What a live connection is told beside the results.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what is read as [`Wanted`]")]
pub struct WantedLive {
    /// Rules, several with `;` between them: an event `alert` tells when one holds.
    #[param(example = "angry >= high for 10 s")]
    alerts: Option<String>,
}

impl Wanted {
    /// What is asked for, with what the form says where the address is silent.
    ///
    /// # Errors
    /// [`AppError::UnknownValue`].
    pub fn with(&self, fields: &Fields) -> Result<Asked, AppError> {
        let peaks = self.peaks.as_deref();
        let alerts = self.alerts.as_deref();
        Ok(Asked::new(
            asked::n_peaks(peaks.or(asked::word(fields.peaks.as_ref())))?,
            asked::rules(alerts.or(asked::word(fields.alerts.as_ref())))?,
        ))
    }

    /// What is asked for by the address alone.
    ///
    /// # Errors
    /// [`AppError::UnknownValue`].
    pub fn alone(&self) -> Result<Asked, AppError> {
        self.with(&Fields::default())
    }
}

impl<S: Sync> FromRequestParts<S> for Wanted {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let mut wanted = Self::default();
        let mut rules = Vec::new();
        for (name, value) in pairs(parts).filter(|(_, value)| !value.is_empty()) {
            match &*name {
                "peaks" => wanted.peaks = wanted.peaks.or(Some(value)),
                "alerts" => rules.push(value),
                _ => {}
            }
        }
        wanted.alerts = (!rules.is_empty()).then(|| mem::take(&mut rules).join(";"));
        Ok(wanted)
    }
}
