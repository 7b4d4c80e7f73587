//! The names by which the page's JavaScript and WebAssembly find each other.
//!
//! wasm-bindgen ends them with 16 hexadecimal digits of a hash, which no compression makes smaller: 4 KB in the two files.

use std::collections::HashMap;

const HASH_LEN: usize = 16;

/// Puts a number of 16 digits in the place of each hash that ends a name in `javascript`, there and in `wasm`.
pub fn number(javascript: &mut [u8], wasm: &mut [u8]) {
    let mut numbers = HashMap::new();
    let is_in_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    for name in javascript.split(|byte| !is_in_name(byte)) {
        if let Some((before, hash)) = name.split_last_chunk::<HASH_LEN>()
            && ends_a_prefix(before)
            && hash.iter().all(u8::is_ascii_hexdigit)
        {
            let next = numbers.len();
            numbers.entry(*hash).or_insert(next);
        }
    }
    for file in [javascript, wasm] {
        for start in 1..file.len().saturating_sub(HASH_LEN - 1) {
            let (before, rest) = file.split_at_mut(start);
            let Some(hash) = rest.first_chunk_mut::<HASH_LEN>() else {
                continue;
            };
            if ends_a_prefix(before)
                && let Some(number) = numbers.get(hash)
            {
                hash.copy_from_slice(format!("{number:0HASH_LEN$}").as_bytes());
            }
        }
    }
}

/// Imports end in `_<hash>`, closures in `_h<hash>`.
fn ends_a_prefix(before: &[u8]) -> bool {
    before.ends_with(b"_") || before.ends_with(b"_h")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_become_the_same_number_in_both_files() {
        let mut javascript =
            *b"{ __wbg_at_0123456789abcdef: f, invoke__hfedcba9876543210(a), x_0123 }";
        let mut wasm =
            *b"\0\x1einvoke__hfedcba9876543210\0\x1b__wbg_at_0123456789abcdef 0123456789abcdef";
        number(&mut javascript, &mut wasm);
        assert_eq!(
            &javascript,
            b"{ __wbg_at_0000000000000000: f, invoke__h0000000000000001(a), x_0123 }"
        );
        assert_eq!(
            &wasm,
            b"\0\x1einvoke__h0000000000000001\0\x1b__wbg_at_0000000000000000 0123456789abcdef"
        );
    }
}
