//! What an [`AppError`] means and what to do about it, in the reader's language.

use super::{Locale, number, td_string};
use crate::error::AppError;

/// A day, seconds.
const DAY_S: u32 = 24 * 3600;

/// One or two sentences: what happened, and what to do.
pub fn error_message(locale: Locale, error: &AppError) -> String {
    let seconds = |duration_s: f32| number::decimal(locale, f64::from(duration_s), 1);
    match error {
        AppError::NoFile => td_string!(locale, error.no_file).to_owned(),
        AppError::FileUnreadable => td_string!(locale, error.file_unreadable).to_owned(),
        AppError::EmptyFile => td_string!(locale, error.empty_file).to_owned(),
        AppError::TooLarge { max_bytes } => {
            let max = number::mebibytes(locale, *max_bytes);
            td_string!(locale, error.too_large, max)
        }
        AppError::TooManyFiles { max_files } => {
            let max = number::decimal(locale, *max_files as f64, 0);
            td_string!(locale, error.too_many_files, max)
        }
        AppError::NoBoundary => td_string!(locale, error.no_boundary).to_owned(),
        AppError::UnusableHeader { header } => {
            td_string!(locale, error.unusable_header, header)
        }
        AppError::UploadIncomplete => td_string!(locale, error.upload_incomplete).to_owned(),
        AppError::TooShort {
            duration_s,
            min_duration_s,
        } => {
            let (duration, min) = (seconds(*duration_s), seconds(*min_duration_s));
            td_string!(locale, error.too_short, duration, min)
        }
        AppError::TooLong { max_duration_s } => {
            let max = seconds(max_duration_s / 60.0);
            td_string!(locale, error.too_long, max)
        }
        AppError::NoSpeech => td_string!(locale, error.no_speech).to_owned(),
        AppError::ProfileRefused { model } => td_string!(locale, error.profile_refused, model),
        AppError::UnknownEmotion => {
            unknown_value(locale, "emotion", &["/api/v1/emotions".to_owned()])
        }
        AppError::UnknownModel { models } => unknown_value(locale, "model", models),
        AppError::UnknownValue { field, known } => unknown_value(locale, field, known),
        AppError::UnsupportedAudio { found } => {
            let found = found
                .as_deref()
                .map_or(String::new(), |found| format!(" ({found})"));
            td_string!(locale, error.unsupported, found)
        }
        AppError::DamagedAudio => td_string!(locale, error.damaged).to_owned(),
        AppError::TooSlow { .. } => td_string!(locale, error.too_slow).to_owned(),
        AppError::NotFound => td_string!(locale, error.not_found).to_owned(),
        AppError::MethodNotAllowed => td_string!(locale, error.method_not_allowed).to_owned(),
        AppError::HeadTooLarge { max_bytes } => {
            let max = number::decimal(locale, *max_bytes as f64 / 1024.0, 0);
            td_string!(locale, error.head_too_large, max)
        }
        AppError::InvalidFrame => td_string!(locale, error.invalid_frame).to_owned(),
        AppError::CrossSite => td_string!(locale, error.cross_site).to_owned(),
        AppError::Unauthorized => td_string!(locale, error.unauthorized).to_owned(),
        AppError::TooManyRequests { retry_after_s } => {
            let seconds = number::decimal(locale, f64::from(*retry_after_s), 0);
            td_string!(locale, error.too_many_requests, seconds)
        }
        AppError::MonthSpent { retry_after_s } => {
            let days = number::decimal(locale, f64::from(retry_after_s.div_ceil(DAY_S)), 0);
            td_string!(locale, error.month_spent, days)
        }
        AppError::Overloaded { retry_after_s } => {
            let seconds = number::decimal(locale, f64::from(*retry_after_s), 0);
            td_string!(locale, error.overloaded, seconds)
        }
        AppError::MicrophoneDenied => td_string!(locale, error.microphone_denied).to_owned(),
        AppError::MicrophoneMissing => td_string!(locale, error.microphone_missing).to_owned(),
        AppError::MicrophoneBusy => td_string!(locale, error.microphone_busy).to_owned(),
        AppError::InsecureOrigin => td_string!(locale, error.insecure_origin).to_owned(),
        AppError::RecordingUnsupported => {
            td_string!(locale, error.recording_unsupported).to_owned()
        }
        AppError::Unreachable => td_string!(locale, error.unreachable).to_owned(),
        AppError::DeviceFailed => td_string!(locale, error.device_failed).to_owned(),
        AppError::Internal { request_id } if request_id.is_empty() => {
            td_string!(locale, error.internal).to_owned()
        }
        AppError::Internal { request_id } => td_string!(locale, error.internal_id, request_id),
    }
}

fn unknown_value(locale: Locale, field: &str, known: &[String]) -> String {
    let (field, known) = (field.to_owned(), known.join(", "));
    td_string!(locale, error.unknown_value, field, known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_the_readers_digits() {
        let error = AppError::TooShort {
            duration_s: 0.25,
            min_duration_s: 0.5,
        };
        assert!(error_message(Locale::en, &error).contains("0.2 seconds; at least 0.5"));
        assert!(error_message(Locale::bn, &error).contains("০.২ সেকেন্ডের; অন্তত ০.৫"));
    }

    #[test]
    fn limits_are_told_in_units_that_people_use() {
        let too_large = AppError::TooLarge {
            max_bytes: 10 << 20,
        };
        let too_long = AppError::TooLong {
            max_duration_s: 600.0,
        };
        assert!(error_message(Locale::bn, &too_large).contains("১০ মেগাবাইটের"));
        assert!(error_message(Locale::en, &too_long).contains("10 minutes"));
    }

    #[test]
    fn a_request_id_is_told_only_where_there_is_one() {
        let message = |request_id: &str| {
            let request_id = request_id.to_owned();
            error_message(Locale::en, &AppError::Internal { request_id })
        };
        assert!(message("7f3a").contains("7f3a"));
        assert!(!message("").contains("number"));
    }
}
