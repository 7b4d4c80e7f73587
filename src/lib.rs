//! BanglaSER, the web application: hears the emotion in Bengali speech.

pub mod error;
