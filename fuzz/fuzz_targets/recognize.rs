//! `cargo fuzz run recognize`
#![no_main]

libfuzzer_sys::fuzz_target!(
    // As in decode.rs.
    init: drop(std::panic::take_hook()),
    |clip: &[u8]| banglaser_fuzz::recognize(clip)
);
