//! `cargo fuzz run pytorch`
#![no_main]

#[path = "../../crates/training/src/pytorch.rs"]
#[expect(dead_code, reason = "one of its doors is enough")]
mod pytorch;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let file = std::env::temp_dir().join(format!("banglaser-fuzz-{}.pth", std::process::id()));
    std::fs::write(&file, bytes).expect("writable");
    let _ = pytorch::network(&file);
});
