//! What is there only while something is so.

use leptos::prelude::*;

use crate::live::live;

/// Its children while `is`. Leptos has `Show`, and compiles it anew for each place that uses it.
#[component]
pub fn When(is: Signal<bool>, children: ChildrenFn) -> impl IntoView {
    let is = Memo::new(move |_| is.get());
    live(move || is.get().then(|| children()))
}
