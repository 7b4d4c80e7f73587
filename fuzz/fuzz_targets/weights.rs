//! `cargo fuzz run weights`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    banglaser_fuzz::checkpoint::open("weights.safetensors", bytes);
});
