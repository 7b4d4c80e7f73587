//! Who speaks in a clip, and for how long.

use leptos::prelude::*;
use vocabulary::speaker_name;

use crate::{
    conversation::{Conversation, Speaker},
    i18n::{
        Locale, td_string, text,
        time_words::length,
        turn_words::{called, share},
        use_i18n,
    },
    live::live,
};

fn spoken(locale: Locale, one: &Speaker) -> String {
    share(
        locale,
        length(locale, one.speaking_s.into()),
        one.share,
        one.mostly,
    )
}

/// Every speaker with a name that can be changed, the share of the speaking time, and the way to make two one.
#[component]
pub fn SpeakerList(conversation: RwSignal<Conversation>) -> impl IntoView {
    let i18n = use_i18n();
    let speakers = Memo::new(move |_| conversation.with(Conversation::speakers));
    let rows = live(move || {
        let all = speakers.get();
        let rows = all.iter().map(|one| {
            let (speaker, one) = (one.speaker, one.clone());
            let rename = move |event| {
                let name = event_target_value(&event);
                conversation.update(|conversation| conversation.rename(speaker, &name));
            };
            let merge = move |event| {
                if let Ok(into) = event_target_value(&event).parse() {
                    conversation.update(|conversation| conversation.merge(speaker, into));
                }
            };
            let others = all.iter().filter(|other| other.speaker != speaker);
            let others = others.map(|other| {
                let name = called(other.speaker, other.name.as_deref());
                view! { <option value=other.speaker.to_string()>{name}</option> }
            });
            let letter = speaker_name(speaker);
            view! {
                <li class="speaker">
                    <label class="field">
                        <span>
                            {live(move || {
                                td_string!(i18n.get_locale(), talk.name, speaker = letter.clone())
                            })}
                        </span>
                        <input
                            type="text"
                            maxlength="60"
                            lang=""
                            value=called(speaker, one.name.as_deref())
                            on:change=rename
                        />
                    </label>
                    <p class="fine">{live(move || spoken(i18n.get_locale(), &one))}</p>
                    <label class="field" hidden=all.len() < 2>
                        <span>{text!(i18n, talk.merge)}</span>
                        <select on:change=merge>
                            <option value="" selected>"–"</option>
                            {others.collect_view()}
                        </select>
                    </label>
                </li>
            }
        });
        rows.collect_view()
    });
    view! {
        <ul class="speakers" role="list" aria-label=text!(i18n, talk.speakers)>
            {rows}
        </ul>
    }
}
