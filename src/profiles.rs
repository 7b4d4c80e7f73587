//! Voice profiles as a browser keeps them: named, one of them in use. The server keeps none (SECURITY.md).

use serde::{Deserialize, Serialize};
use vocabulary::Profile;

use crate::error::AppError;

/// A profile under the name that its owner gave it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedProfile {
    /// Its name; no other has it.
    pub name: String,
    /// Opaque to everybody but the model that made it.
    pub profile: Profile,
}

/// The profiles of one browser.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Profiles {
    /// In the order in which they were made.
    pub all: Vec<NamedProfile>,
    /// Name of the one in use.
    pub in_use: Option<String>,
}

impl Profiles {
    /// The one of this name.
    pub fn named(&self, name: &str) -> Option<&NamedProfile> {
        self.all.iter().find(|one| one.name == name)
    }

    /// The one in use, if it is the model's.
    pub fn used(&self, model_id: &str) -> Option<&NamedProfile> {
        let one = self.named(self.in_use.as_ref()?);
        one.filter(|one| one.profile.model == model_id)
    }

    /// A name that nobody has yet: `wish`, or `wish` with a number.
    pub fn free_name(&self, wish: &str) -> String {
        let wish = match wish.trim() {
            "" => "1",
            wish => wish,
        };
        let numbered = (2..).map(|n| format!("{wish} {n}"));
        let mut names = std::iter::once(wish.to_owned()).chain(numbered);
        names
            .find(|name| self.named(name).is_none())
            .unwrap_or_default()
    }

    /// With a profile under `name`, in the place of the one that had it; it is in use from now on.
    #[must_use]
    pub fn with(mut self, name: &str, profile: Profile) -> Self {
        match self.all.iter_mut().find(|one| one.name == name) {
            Some(one) => one.profile = profile,
            None => self.all.push(NamedProfile {
                name: name.to_owned(),
                profile,
            }),
        }
        self.using(Some(name))
    }

    /// With `profile` in the place of the one that it betters; nothing where that changed or went meanwhile.
    #[must_use]
    pub fn bettered(mut self, before: &NamedProfile, profile: Profile) -> Self {
        if let Some(one) = self.all.iter_mut().find(|one| *one == before) {
            one.profile = profile;
        }
        self
    }

    /// With another one in use, or none.
    #[must_use]
    pub fn using(mut self, name: Option<&str>) -> Self {
        self.in_use = name.map(str::to_owned);
        self
    }

    /// Without the profile of this name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.all.retain(|one| one.name != name);
        self.in_use = self.in_use.filter(|in_use| in_use != name);
        self
    }

    /// With a profile under another name.
    #[must_use]
    pub fn renamed(mut self, name: &str, wish: &str) -> Self {
        let Some(place) = self.all.iter().position(|one| one.name == name) else {
            return self;
        };
        let profile = self.all.remove(place).profile;
        let new_name = self.free_name(wish);
        if self.in_use.as_deref() == Some(name) {
            self.in_use = Some(new_name.clone());
        }
        let renamed = NamedProfile {
            name: new_name,
            profile,
        };
        self.all.insert(place, renamed);
        self
    }
}

/// A profile as it is given away: what `banglaser enrol` prints and `analyze --profile` reads.
pub fn to_json(profile: &Profile) -> String {
    serde_json::to_string(profile).unwrap_or_default()
}

/// The profile in a file that [`to_json`] or `banglaser enrol` made.
///
/// # Errors
/// [`AppError::ProfileRefused`] when it is none, or another model's.
pub fn of_json(json: &str, model_id: &str) -> Result<Profile, AppError> {
    let profile: Option<Profile> = serde_json::from_str(json).ok();
    let knows_something = |profile: &Profile| profile.n_clips > 0 || !profile.bias.is_empty();
    let ours = profile.filter(|profile| profile.model == model_id && knows_something(profile));
    ours.ok_or_else(|| AppError::ProfileRefused {
        model: model_id.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(model: &str) -> Profile {
        Profile::new(model.to_owned()).with_clip(&[1.0, 2.0])
    }

    fn two() -> Profiles {
        Profiles::default()
            .with("Asha", profile("a"))
            .with("Bina", profile("b"))
    }

    #[test]
    fn only_a_profile_of_the_model_is_used() {
        assert_eq!(two().used("b").map(|one| one.name.as_str()), Some("Bina"));
        assert_eq!(two().used("a"), None);
        assert_eq!(two().using(None).used("b"), None);
        assert_eq!(two().without("Bina").used("b"), None);
        assert_eq!(two().without("Asha").all.len(), 1);
    }

    #[test]
    fn names_stay_different() {
        let renamed = two().renamed("Bina", " Asha ");
        assert_eq!(renamed.all[1].name, "Asha 2");
        assert!(renamed.used("b").is_some(), "it stays in use");
        assert_eq!(two().renamed("Bina", "Bina"), two());
        assert_eq!(two().renamed("nobody", "Asha"), two());
        assert_eq!(two().with("Bina", profile("c")).all.len(), 2);
    }

    #[test]
    fn what_is_given_away_comes_back_and_nothing_else_does() {
        let corrected = Profile::of_corrections("a".to_owned(), vec![0.5, -0.5]);
        for profile in [profile("a"), corrected] {
            assert_eq!(of_json(&to_json(&profile), "a"), Ok(profile));
        }
        let given = to_json(&profile("a"));
        for (json, model) in [(&*given, "b"), ("{}", "a"), ("", "a")] {
            let refused = of_json(json, model);
            assert!(
                matches!(refused, Err(AppError::ProfileRefused { .. })),
                "{json}"
            );
        }
    }
}
