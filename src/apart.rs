//! What the reader wants to know of a clip's voices.

use leptos::prelude::*;

/// How the next clip's voices are told apart; copies share it.
#[derive(Clone, Copy)]
pub struct Apart {
    /// How many there are, as the server reads it; empty where nobody asks.
    pub speakers: RwSignal<String>,
    /// Whether each channel is heard by itself.
    pub channels: RwSignal<bool>,
}

impl Apart {
    /// One answer for the whole clip.
    pub fn new() -> Self {
        Self {
            speakers: RwSignal::new(String::new()),
            channels: RwSignal::new(false),
        }
    }

    /// The form's fields, where there is anything to ask.
    pub fn fields(self) -> [(&'static str, Option<String>); 2] {
        let speakers = self.speakers.get_untracked();
        let channels = self.channels.get_untracked();
        [
            ("speakers", (!speakers.is_empty()).then_some(speakers)),
            ("channels", channels.then(|| "separate".to_owned())),
        ]
    }
}

impl Default for Apart {
    fn default() -> Self {
        Self::new()
    }
}
