//! Listens to the clip before it is sent.

use leptos::prelude::*;

use crate::{
    i18n::{t, t_string, use_i18n},
    workbench::Workbench,
};

/// Name and player of the clip.
#[component]
pub fn ClipReview() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let url = move || workbench.clip().and_then(|clip| clip.url());
    // A file's name is in whatever language its owner speaks.
    let file_name = move || workbench.clip().and_then(|clip| clip.file_name);
    let title = move || match file_name() {
        Some(name) => view! { <bdi lang="">{name}</bdi> }.into_any(),
        None => view! { <span>{t!(i18n, review.recorded)}</span> }.into_any(),
    };
    view! {
        <div class="review">
            <p class="review-title">{title}</p>
            <audio
                controls
                preload="metadata"
                src=url
                aria-label=move || t_string!(i18n, review.listen)
            ></audio>
        </div>
    }
}
