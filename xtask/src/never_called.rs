//! Functions of the page that nobody calls, and that the compiler keeps.
//!
//! Every type-erased view of Leptos carries a table of functions. One of them hydrates asynchronously, which only a
//! page in islands or with lazy routes needs; ours hydrates in one go. They are a fifth of the WebAssembly.

use walrus::{FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module};

/// How a mangled name ends before its hash, where the function is the body of `async fn hydrate_async`; closures in it
/// repeat the second half.
const FUNCTION: &str = "13hydrate_async";
const CLOSURE: &str = "28_$u7b$$u7b$closure$u7d$$u7d$";
const HASH: &str = "17h";

/// The compiler merges functions that are equal, under the name of either. A short one may so be called after all.
const MIN_INSTRUCTIONS: u64 = 100;

/// Gives every such function a body that traps, so that what only they call goes, too; returns how many there were.
///
/// Where the page has none, Leptos or the compiler names them otherwise, and the page is a fifth larger.
pub fn empty(module: &mut Module) -> usize {
    let is_long = |function: &LocalFunction| function.size() >= MIN_INSTRUCTIONS;
    let never_called: Vec<FunctionId> = module
        .funcs
        .iter_local()
        .filter(|&(id, function)| {
            let name = module.funcs.get(id).name.as_deref();
            is_long(function) && name.is_some_and(hydrates_asynchronously)
        })
        .map(|(id, _)| id)
        .collect();
    for &id in &never_called {
        let (params, results) = module.types.params_results(module.funcs.get(id).ty());
        let (params, results) = (params.to_vec(), results.to_vec());
        let mut body = FunctionBuilder::new(&mut module.types, &params, &results);
        body.func_body().unreachable();
        let args = params.iter().map(|&kind| module.locals.add(kind)).collect();
        module.funcs.get_mut(id).kind = FunctionKind::Local(body.local_func(args));
    }
    never_called.len()
}

fn hydrates_asynchronously(name: &str) -> bool {
    let path = name.rsplit_once(HASH).map_or(name, |(path, _)| path);
    let function = path.trim_end_matches(CLOSURE);
    function.len() < path.len() && function.ends_with(FUNCTION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hydrates_asynchronously_is_known_by_its_name() {
        let into_any = "_ZN57_$LT$T$u20$as$u20$tachys..view..any_view..IntoAny$GT$8into_any";
        let hash = "17h0123456789abcdefE";
        let is = |end: &str| hydrates_asynchronously(&format!("{into_any}{end}{hash}"));
        assert!(is(&format!("{FUNCTION}{CLOSURE}")));
        assert!(is(&format!("{FUNCTION}{CLOSURE}{CLOSURE}")));
        // Helpers within it are equal to those of the other hydration.
        assert!(!is(&format!("{FUNCTION}4prep")));
        assert!(!is(&format!("{FUNCTION}{CLOSURE}{CLOSURE}9get_guard")));
        assert!(!is(&format!("19hydrate_from_server{CLOSURE}")));
    }
}
