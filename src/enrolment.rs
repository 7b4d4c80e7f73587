//! The making of a voice profile: sentences to read one after the other, and how far that is.

use leptos::prelude::*;
use vocabulary::{Emotion, Note, Profile};

use crate::{
    api::Enrolled,
    browser::{Clip, Recorder},
    error::AppError,
    voices::Voices,
};

/// A sentence to read, and what it is to express.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// How to read it.
    pub emotion: Emotion,
    /// In Bengali, whatever the language of the page; about four seconds.
    pub sentence: &'static str,
}

/// A profile is there after so many of [`STEPS`]: the calm ones.
pub const N_CALM: usize = 3;

const LAST: &str = "আজ দুপুরে ভাতের সঙ্গে মাছ আর ডাল রান্না হয়েছে, সবাই একসঙ্গে খেতে বসেছি।";

/// Three calm sentences, and the last one in the other moods.
pub const STEPS: [Step; N_CALM + 4] = [
    read(
        Emotion::Neutral,
        "সকালে ঘুম থেকে উঠে আমি জানালা খুলে বাইরের গাছগুলো কিছুক্ষণ দেখি।",
    ),
    read(
        Emotion::Neutral,
        "আমাদের বাড়ির পাশে একটা ছোট পুকুর আছে, সেখানে হাঁস সাঁতার কাটে।",
    ),
    read(Emotion::Neutral, LAST),
    read(Emotion::Happy, LAST),
    read(Emotion::Sad, LAST),
    read(Emotion::Angry, LAST),
    read(Emotion::Surprise, LAST),
];

const fn read(emotion: Emotion, sentence: &'static str) -> Step {
    Step { emotion, sentence }
}

/// What became of the sentence that was read last.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Reading {
    /// It is in the profile, or none was read yet.
    #[default]
    Taken,
    /// The server hears it.
    Sent,
    /// It could not be heard.
    Failed(AppError),
    /// It is hard to hear, and the reader decides.
    Doubtful(Note, Box<Enrolled>),
}

/// The making of a profile. In the context of every page, so that nothing is lost on the way to another page and back;
/// copies share it.
#[derive(Clone, Copy)]
pub struct Enrolment {
    /// How many of [`STEPS`] are done.
    pub n_done: ReadSignal<usize>,
    /// What became of the last one.
    pub reading: ReadSignal<Reading>,
    set_n_done: WriteSignal<usize>,
    set_reading: WriteSignal<Reading>,
    profile: StoredValue<Option<Profile>>,
    /// Under which it is kept.
    name: StoredValue<Option<String>>,
    recorder: Recorder,
    voices: Voices,
}

impl Enrolment {
    /// One that has not begun.
    pub fn new(recorder: Recorder, voices: Voices) -> Self {
        let (n_done, set_n_done) = signal(0);
        let (reading, set_reading) = signal(Reading::default());
        Self {
            n_done,
            reading,
            set_n_done,
            set_reading,
            profile: StoredValue::new(None),
            name: StoredValue::new(None),
            recorder,
            voices,
        }
    }

    /// What is to be read now; `None` at the end.
    pub fn step(self) -> Option<Step> {
        STEPS.get(self.n_done.get()).copied()
    }

    /// Records the sentence that is to be read, and sends it. `wish` is the name of the profile.
    pub fn record(self, wish: String) {
        let is_others = |profile: &Profile| profile.model != untrack(|| self.voices.model_id());
        if self
            .profile
            .with_value(|profile| profile.as_ref().is_some_and(is_others))
        {
            self.begin();
        }
        self.set_reading.set(Reading::Taken);
        self.recorder.start_unkept(move |clips| {
            if let [clip] = &clips[..] {
                self.send(clip, wish.clone());
            }
        });
    }

    /// Takes a sentence that is hard to hear nevertheless.
    pub fn take_doubtful(self, wish: &str) {
        if let Reading::Doubtful(_, enrolled) = self.reading.get_untracked() {
            self.take(enrolled.profile, wish);
        }
    }

    /// Begins anew; a profile that is there stays.
    pub fn begin(self) {
        self.leave();
        self.profile.set_value(None);
        self.name.set_value(None);
        self.set_n_done.set(0);
        self.set_reading.set(Reading::Taken);
    }

    /// Lets go of the microphone and of what is on its way.
    pub fn leave(self) {
        self.recorder.discard();
        self.voices.give_up();
    }

    fn send(self, clip: &Clip, wish: String) {
        let Some(step) = STEPS.get(self.n_done.get_untracked()) else {
            return;
        };
        self.set_reading.set(Reading::Sent);
        let profile = self.profile.get_value();
        let on_end = move |outcome: Result<Enrolled, AppError>| match outcome {
            Err(error) => {
                self.set_reading.try_set(Reading::Failed(error));
            }
            Ok(enrolled) => match enrolled.notes.first() {
                Some(&note) => {
                    let doubtful = Reading::Doubtful(note, Box::new(enrolled));
                    self.set_reading.try_set(doubtful);
                }
                None => self.take(enrolled.profile, &wish),
            },
        };
        self.voices
            .enrol(clip, profile.as_ref(), Some(step.emotion), on_end);
    }

    fn take(self, profile: Profile, wish: &str) {
        let Some(n_before) = self.n_done.try_get_untracked() else {
            return;
        };
        let name = self.name.get_value();
        let profiles = self.voices.profiles;
        let is_gone =
            |name: &String| profiles.with_untracked(|profiles| profiles.named(name).is_none());
        // It was deleted or renamed meanwhile.
        if name.as_ref().is_some_and(is_gone) {
            self.begin();
            return;
        }
        self.profile.set_value(Some(profile.clone()));
        if n_before + 1 >= N_CALM {
            self.voices.change(|profiles| {
                let name = name.unwrap_or_else(|| profiles.free_name(wish));
                self.name.set_value(Some(name.clone()));
                profiles.with(&name, profile)
            });
        }
        self.set_n_done.set(n_before + 1);
        self.set_reading.set(Reading::Taken);
    }
}
