//! One routed page per file.

mod about;
mod home;
mod model;
mod not_found;

pub use about::AboutPage;
pub use home::HomePage;
pub use model::ModelPage;
pub use not_found::NotFoundPage;
