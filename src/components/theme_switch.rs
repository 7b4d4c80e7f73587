//! Light, dark, or as the system has it.

use leptos::prelude::*;

use crate::{
    browser::storage::set_cookie,
    i18n::{Locale, td_string, text, use_i18n},
    live::{live, react},
    preferences::THEME_COOKIE,
    theme::Theme,
};

fn name(locale: Locale, theme: Option<Theme>) -> &'static str {
    match theme {
        None => td_string!(locale, theme.system),
        Some(Theme::Light) => td_string!(locale, theme.light),
        Some(Theme::Dark) => td_string!(locale, theme.dark),
    }
}

/// Three buttons, of which one is pressed. They work once the page is alive; until then, and without scripts, the
/// page looks as the cookie or the system says.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let i18n = use_i18n();
    let chosen = expect_context::<RwSignal<Option<Theme>>>();
    let is_live = RwSignal::new(false);
    react(move || is_live.set(true));
    let buttons = [None, Some(Theme::Light), Some(Theme::Dark)].map(|theme| {
        let choose = move |_| {
            chosen.set(theme);
            set_cookie(THEME_COOKIE, theme.map_or("", Theme::code));
        };
        view! {
            <button
                type="button"
                disabled=live(move || !is_live.get())
                aria-pressed=live(move || (chosen.get() == theme).to_string())
                on:click=choose
            >
                {live(move || name(i18n.get_locale(), theme))}
            </button>
        }
    });
    view! {
        <div class="segments" role="group" aria-label=text!(i18n, site.theme)>
            {buttons.into_iter().collect_view()}
        </div>
    }
}
