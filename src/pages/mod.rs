//! One routed page per file.

mod about;
mod history;
mod home;
mod model;
mod not_found;
mod voice;

pub use about::AboutPage;
pub use history::HistoryPage;
pub use home::HomePage;
pub use model::ModelPage;
pub use not_found::NotFoundPage;
pub use voice::VoicePage;
