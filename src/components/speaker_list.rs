//! Who speaks in a clip, and for how long.

use leptos::prelude::*;
use vocabulary::speaker_name;

use crate::{
    conversation::{Conversation, Speaker},
    i18n::{
        I18n, td_string, text,
        time_words::length,
        turn_words::{called, share},
        use_i18n,
    },
    live::live,
};

/// Longest name, characters.
const MAX_NAME: &str = "60";

/// Everybody who has a turn now.
pub type Speakers = Memo<Vec<Speaker>>;

/// What a speaker is called now; nothing where none of the turns is theirs.
pub fn name_of(speakers: Speakers, speaker: usize) -> Option<String> {
    speakers.with(|all| {
        let one = all.iter().find(|one| one.speaker == speaker)?;
        Some(called(speaker, one.name.as_deref()))
    })
}

/// A choice for each of `all` the speakers but one; those who have lost their turns cannot be chosen.
pub fn speaker_options(
    speakers: Speakers,
    all: &[usize],
    but: Option<usize>,
    chosen: Memo<Option<usize>>,
) -> AnyView {
    let others = all.iter().copied().filter(|speaker| Some(*speaker) != but);
    let options = others.map(|speaker| {
        let name = Memo::new(move |_| name_of(speakers, speaker));
        view! {
            <option
                value=speaker.to_string()
                hidden=live(move || name.with(Option::is_none))
                disabled=live(move || name.with(Option::is_none))
                selected=live(move || chosen.get() == Some(speaker))
            >
                {live(move || name.get().unwrap_or_default())}
            </option>
        }
    });
    options.collect_view().into_any()
}

/// Every speaker with a name that can be changed, the share of the speaking time, and the way to make two one.
#[component]
pub fn SpeakerList(
    conversation: RwSignal<Conversation>,
    speakers: Speakers,
    all: StoredValue<Vec<usize>>,
) -> impl IntoView {
    let i18n = use_i18n();
    // Rows stay where they are, so that the keyboard's place does.
    let rows = all.with_value(|all| {
        let rows = all
            .iter()
            .map(|&speaker| row(i18n, conversation, speakers, speaker, all));
        rows.collect_view()
    });
    view! {
        <ul class="speakers" role="list" aria-label=text!(i18n, talk.speakers)>
            {rows}
        </ul>
    }
}

fn row(
    i18n: I18n,
    conversation: RwSignal<Conversation>,
    speakers: Speakers,
    speaker: usize,
    all: &[usize],
) -> AnyView {
    let name = Memo::new(move |_| name_of(speakers, speaker));
    let told = live(move || {
        let locale = i18n.get_locale();
        speakers.with(|speakers| {
            let one = speakers.iter().find(|one| one.speaker == speaker)?;
            let time = length(locale, one.speaking_s.into());
            Some(share(locale, time, one.share, one.mostly))
        })
    });
    let label = live(move || {
        td_string!(
            i18n.get_locale(),
            talk.name,
            speaker = speaker_name(speaker)
        )
    });
    let rename = move |event| {
        let name = event_target_value(&event);
        conversation.update(|conversation| conversation.rename(speaker, &name));
    };
    let merge = move |event| {
        if let Ok(into) = event_target_value(&event).parse() {
            conversation.update(|conversation| conversation.merge(speaker, into));
        }
    };
    let options = speaker_options(speakers, all, Some(speaker), Memo::new(|_| None));
    view! {
        <li class="speaker" hidden=live(move || name.with(Option::is_none))>
            <label class="field">
                <span>{label}</span>
                <input
                    type="text"
                    maxlength=MAX_NAME
                    lang=""
                    prop:value=live(move || name.get().unwrap_or_default())
                    on:change=rename
                />
            </label>
            <p class="fine">{told}</p>
            <label class="field" hidden=live(move || speakers.with(Vec::len) < 2)>
                <span>{text!(i18n, talk.merge)}</span>
                <select on:change=merge>
                    <option value="" selected>"–"</option>
                    {options}
                </select>
            </label>
        </li>
    }
    .into_any()
}
