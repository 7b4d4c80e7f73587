//! Calls into the browser by name: for what is used once, a typed binding costs more than it gives.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A member of a browser object; `None` where it has none.
pub fn member(object: &JsValue, name: &str) -> Option<JsValue> {
    let found = Reflect::get(object, &name.into()).ok()?;
    (!found.is_undefined() && !found.is_null()).then_some(found)
}

/// Sets a member of a browser object.
pub fn set_member(object: &JsValue, name: &str, value: impl Into<JsValue>) {
    // Only frozen objects refuse, and none of these is.
    drop(Reflect::set(object, &name.into(), &value.into()));
}

/// Calls a method; `None` where there is none, it throws, or it returns nothing.
pub fn call(object: &JsValue, method: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let method: Function = member(object, method)?.dyn_into().ok()?;
    let answer = method
        .apply(object, &arguments.iter().collect::<Array>())
        .ok()?;
    (!answer.is_undefined() && !answer.is_null()).then_some(answer)
}
