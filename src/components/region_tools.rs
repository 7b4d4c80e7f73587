//! What can be done with a part of an answered clip.

use leptos::{ev, prelude::*, task::spawn_local};

use super::{Action, SpanSlider};
use crate::{
    browser::{Clip, Decoded, Player, open_details, save_clip},
    fixed::fixed,
    i18n::{number, td_string, text, use_i18n},
    live::{live, react},
    region::{Region, Span},
    workbench::Workbench,
};

/// Chooses a part with sliders; listens to it, once or again and again, shows it larger, hears it alone, saves it.
#[component]
pub fn RegionTools(
    region: RwSignal<Region>,
    /// The clip's samples, once they are needed and known.
    samples: RwSignal<Option<Decoded>>,
    duration_s: f32,
    player: Player,
) -> AnyView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let is_open = Memo::new(move |_| region.with(|region| region.chosen.is_some()));
    let chosen = Signal::derive(move || region.with(|region| region.chosen).unwrap_or_default());
    react(move || {
        let clip = is_open.get().then(|| workbench.heard()).flatten();
        if let Some(clip) = clip.filter(|_| samples.with_untracked(Option::is_none)) {
            spawn_local(async move {
                samples.try_set(Decoded::of(&clip).await);
            });
        }
    });
    // What is repeated follows the sliders.
    react(move || player.keep_within(chosen.get()));
    let end = move |of: fn(Span) -> f32| Signal::derive(move || f64::from(of(chosen.get())));
    let change = move |change: fn(&mut Region, f32)| {
        Callback::new(move |at_s: f64| region.update(|region| change(region, at_s as f32)))
    };
    let cut = move || {
        let (clip, (start_s, end_s)) = (workbench.heard()?, chosen.get_untracked());
        samples
            .with_untracked(|samples| samples.as_ref()?.part(start_s.into(), end_s.into(), &clip))
    };
    let save = move |()| {
        if let Some(part) = cut() {
            save_clip(&file_name(&part, chosen.get_untracked()), part);
        }
    };
    let play = move |()| {
        let (start_s, end_s) = chosen.get_untracked();
        player.play_between(start_s, end_s);
    };
    let has_samples = Memo::new(move |_| samples.with(Option::is_some));
    let can_analyse = Memo::new(move |_| has_samples.get() && workbench.trim.decoded().is_some());
    let toggled = move |event: ev::Event| {
        let is_open = open_details(&event);
        region.update(|region| region.open(is_open));
    };
    let label = move |words: fn(crate::i18n::Locale) -> &'static str| {
        Signal::derive(move || words(i18n.get_locale()))
    };
    view! {
        <details class="region" prop:open=live(move || is_open.get()) on:toggle=toggled>
            <summary>{text!(i18n, region.choose)}</summary>
            <fieldset class="trim">
                <legend class="visually-hidden">{text!(i18n, region.choose)}</legend>
                <p class="fine">{text!(i18n, region.help)}</p>
                <SpanSlider
                    label=label(|locale| td_string!(locale, review.start))
                    duration_s=duration_s.into()
                    at_s=end(|span| span.0)
                    set=change(Region::set_start)
                />
                <SpanSlider
                    label=label(|locale| td_string!(locale, review.end))
                    duration_s=duration_s.into()
                    at_s=end(|span| span.1)
                    set=change(Region::set_end)
                />
                <p class="region-span" aria-live="polite">
                    {live(move || {
                        let (start_s, end_s) = chosen.get();
                        number::span(i18n.get_locale(), start_s, end_s)
                    })}
                </p>
                <div class="buttons">
                    <Action act=play label=text!(i18n, region.play) />
                    <button
                        type="button"
                        class="button"
                        aria-pressed=live(move || player.is_repeating().to_string())
                        on:click=move |_| player.repeat(!player.is_repeating())
                    >
                        {text!(i18n, region.repeat)}
                    </button>
                    {view! { <Zoom region /> }.into_any()}
                    <button
                        type="button"
                        class="button"
                        hidden=live(move || !can_analyse.get())
                        on:click=move |_| workbench.analyse_part(chosen.get_untracked())
                    >
                        {text!(i18n, region.analyse)}
                    </button>
                    <button
                        type="button"
                        class="button"
                        disabled=live(move || !has_samples.get())
                        on:click=move |_| save(())
                    >
                        {text!(i18n, region.save)}
                    </button>
                </div>
            </fieldset>
        </details>
    }
    .into_any()
}

/// Shows the part larger, moves along, and shows all again.
#[component]
fn Zoom(region: RwSignal<Region>) -> AnyView {
    let i18n = use_i18n();
    let can_zoom = Memo::new(move |_| region.with(Region::can_zoom));
    let is_zoomed = Memo::new(move |_| region.with(Region::is_zoomed));
    let button = move |label, is_possible: Memo<bool>, act: fn(&mut Region)| {
        view! {
            <button
                type="button"
                class="button"
                disabled=live(move || !is_possible.get())
                on:click=move |_| region.update(act)
            >
                {label}
            </button>
        }
        .into_any()
    };
    [
        button(text!(i18n, region.zoom), can_zoom, |region| {
            region.zoom(true)
        }),
        button(text!(i18n, region.earlier), is_zoomed, |region| {
            region.pan(false)
        }),
        button(text!(i18n, region.later), is_zoomed, |region| {
            region.pan(true)
        }),
        button(text!(i18n, region.all), is_zoomed, |region| {
            region.zoom(false)
        }),
    ]
    .into_any()
}

/// `NAME_1.5-3.0s.wav`.
fn file_name(part: &Clip, (start_s, end_s): Span) -> String {
    let name = part.file_name.as_deref().unwrap_or("banglaser");
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    format!("{stem}_{}-{}s.wav", fixed(start_s, 1), fixed(end_s, 1))
}
