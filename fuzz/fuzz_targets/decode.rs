//! `cargo fuzz run decode`
#![no_main]

libfuzzer_sys::fuzz_target!(
    // libFuzzer's hook ends the process before `audio` can catch what a decoder of others panics at. A panic that
    // nothing catches still ends it.
    init: drop(std::panic::take_hook()),
    |clip: &[u8]| {
        let _ = banglaser_fuzz::decode(clip);
    }
);
