//! Clips of ours, for who has no microphone at hand.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    browser::fetch_clip,
    i18n::{number, td_string, text, use_i18n},
    live::live,
    workbench::Workbench,
};

/// Files in public/examples; tools/make-examples.sh makes them.
const EXAMPLES: [&str; 3] = ["voice-1.flac", "voice-2.flac", "voice-3.flac"];

/// A button for each example.
#[component]
pub fn ExampleShelf() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let buttons = EXAMPLES.into_iter().enumerate().map(|(example_idx, file)| {
        let number = move || number::decimal(i18n.get_locale(), example_idx as f64 + 1.0, 0);
        let label = live(move || td_string!(i18n.get_locale(), examples.label, number = number()));
        let name = move || td_string!(i18n.get_locale(), examples.name, number = number());
        let take = move |_| {
            let name = untrack(name);
            spawn_local(async move {
                match fetch_clip(&format!("/examples/{file}"), name).await {
                    Ok(clip) => workbench.take(vec![clip]),
                    Err(error) => workbench.fail(error),
                }
            });
        };
        view! {
            <li>
                <button
                    type="button"
                    class="button button-small"
                    disabled=live(move || !workbench.is_live.get())
                    on:click=take
                >
                    {label}
                </button>
            </li>
        }
    });
    view! {
        <section class="examples" aria-labelledby="examples-heading">
            <h3 id="examples-heading">{text!(i18n, examples.heading)}</h3>
            <p class="fine">{text!(i18n, examples.synthetic)}</p>
            <ul class="shelf">{buttons.collect_view()}</ul>
        </section>
    }
}
