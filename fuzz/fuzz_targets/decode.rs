//! `cargo fuzz run decode`
#![no_main]

libfuzzer_sys::fuzz_target!(|clip: &[u8]| {
    let _ = banglaser_fuzz::decode(clip);
});
