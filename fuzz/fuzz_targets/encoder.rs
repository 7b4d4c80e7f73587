//! `cargo fuzz run encoder`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    banglaser_fuzz::checkpoint::open("tiny.safetensors", bytes);
});
