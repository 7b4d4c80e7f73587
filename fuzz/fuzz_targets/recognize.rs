//! `cargo fuzz run recognize`
#![no_main]

libfuzzer_sys::fuzz_target!(|clip: &[u8]| {
    banglaser_fuzz::recognize(clip);
});
