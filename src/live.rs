//! What views and effects read again whenever it changes.

use leptos::prelude::Effect;

/// A value that follows signals; every view and attribute of the same kind shares one type.
pub type Live<T> = Box<dyn FnMut() -> T + Send>;

/// Puts a closure behind a type that others share. Leptos compiles its code for building, hydrating and changing once
/// for each type, and every closure is one: this is what keeps the page small.
pub fn live<T>(read: impl FnMut() -> T + Send + 'static) -> Live<T> {
    Box::new(read)
}

/// Runs `act` once the page is there, and again whenever what it has read changes: an effect whose type others share.
pub fn react<T>(mut act: impl FnMut() -> T + 'static) {
    let mut act: Box<dyn FnMut()> = Box::new(move || drop(act()));
    Effect::new(move |_| act());
}
