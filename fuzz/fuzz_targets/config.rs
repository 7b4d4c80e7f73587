//! `cargo fuzz run config`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    banglaser_fuzz::checkpoint::open("config.json", bytes);
});
