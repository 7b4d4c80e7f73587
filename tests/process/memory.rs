//! What bombs and large uploads take, and what comes back.
#![cfg(target_os = "linux")]

use std::{fs, io::Write, thread, time::Instant};

use crate::{
    clips::syllables_wav,
    hostile_clips::{changed, clips, made},
    server::{PATIENCE, Server, upload},
};

/// What may stay behind.
const MAX_GROWTH_KIB: u64 = 20 * 1024;

/// What the longest clip that is accepted takes while it is decoded: ten minutes at 16 kHz, 4 bytes a sample, and as
/// much again for its features and for what the allocator has not given back yet.
const MAX_PEAK_KIB: u64 = 2 * 600 * 16_000 * 4 / 1024 + MAX_GROWTH_KIB;

/// Memory of the server in RAM (`VmRSS`), or the most since it was last asked for (`VmHWM`).
fn memory_kib(server: &Server, key: &str) -> u64 {
    let process = format!("/proc/{}", server.process.id());
    let status = fs::read_to_string(format!("{process}/status")).expect("it runs");
    // From here on the maximum counts anew.
    fs::write(format!("{process}/clear_refs"), "5").expect("our own child");
    let line = status.lines().find(|line| line.starts_with(key));
    let digits = line.expect("Linux tells").split_whitespace().nth(1);
    digits.expect("a number").parse().expect("of KiB")
}

/// The allocator gives memory back a moment after it was freed.
fn wait_until_given_back(server: &Server, before_kib: u64) {
    let started = Instant::now();
    loop {
        let after_kib = memory_kib(server, "VmRSS");
        if after_kib < before_kib + MAX_GROWTH_KIB {
            break;
        }
        assert!(started.elapsed() < PATIENCE, "{after_kib} KiB stay");
        server.get("/healthz");
    }
}

/// The original application took 7.2 GB for the first and 5.4 GB for the second.
#[test]
fn bombs_take_no_more_than_the_longest_clip() {
    let server = Server::start(&[]);
    server.exchange(&upload("/predict", &syllables_wav(2.0)));
    let inputs: Vec<_> = clips().into_iter().chain(made()).collect();
    for (name, code) in [
        ("bomb_hour_of_silence.flac", "too_long"),
        ("44,099 Hz", "too_short"),
    ] {
        let (_, bomb) = inputs
            .iter()
            .find(|(input, _)| input == name)
            .expect("ours");
        let before_kib = memory_kib(&server, "VmRSS");
        let started = Instant::now();
        let said = server.exchange(&upload("/api/v1/recognitions", bomb));
        assert!(said.contains(code), "{name}: {said}");
        let took = started.elapsed();
        let peak_kib = memory_kib(&server, "VmHWM");
        println!("{name}: {took:?}, {before_kib} KiB before, {peak_kib} at most");
        assert!(
            peak_kib < before_kib + MAX_PEAK_KIB,
            "{name}: {peak_kib} KiB"
        );
        wait_until_given_back(&server, before_kib);
    }
}

/// The original application read such uploads whole, and answered nobody meanwhile.
#[test]
fn ten_large_uploads_are_refused_and_not_kept() {
    let server = Server::start(&[]);
    let large = upload("/predict", &vec![0x55; 50 << 20]);
    let before_kib = memory_kib(&server, "VmRSS");
    thread::scope(|scope| {
        let uploads: Vec<_> = (0..10)
            .map(|_| scope.spawn(|| server.exchange(&large)))
            .collect();
        let started = Instant::now();
        assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
        assert!(started.elapsed() < PATIENCE);
        for upload in uploads {
            let said = upload.join().expect("an answer");
            assert!(said.starts_with("HTTP/1.1 413"), "{said}");
        }
    });
    let peak_kib = memory_kib(&server, "VmHWM");
    println!("{before_kib} KiB before, {peak_kib} at most");
    assert!(peak_kib < before_kib + 2 * MAX_GROWTH_KIB, "{peak_kib} KiB");
}

/// What they had sent was kept while the rest still came, beside the memory for uploads: 496 MiB for 200 such.
#[test]
fn of_uploads_that_are_refused_half_way_nothing_is_kept() {
    let n_bytes: u64 = 16 << 20;
    let memory = n_bytes.to_string();
    let server = Server::start(&[("MAX_UPLOAD_MEMORY_BYTES", &memory)]);
    let clip = upload("/api/v1/recognitions", &ten_minutes());
    let half = &clip[..clip.len() / 2];
    let before_kib = memory_kib(&server, "VmRSS");
    let mut unfinished = Vec::new();
    for _ in 0..5 {
        let first = unfinished.len();
        unfinished.extend((0..20).map(|_| server.connect()));
        for piece in half.chunks(64 << 10) {
            for stream in &mut unfinished[first..] {
                stream.write_all(piece).expect("the server reads");
            }
        }
    }
    let peak_kib = memory_kib(&server, "VmHWM");
    println!("{before_kib} KiB before, {peak_kib} at most");
    let at_most_kib = before_kib + 3 * n_bytes / 1024 + MAX_GROWTH_KIB;
    assert!(peak_kib < at_most_kib, "{peak_kib} KiB");
}

#[test]
fn what_hostile_files_take_comes_back() {
    let server = Server::start(&[]);
    // Tables that each decoder makes once, and the pages that the allocator keeps for each thread and size.
    for (_, clip) in clips() {
        server.exchange(&upload("/api/v1/recognitions", &clip));
    }
    let before_kib = memory_kib(&server, "VmRSS");
    let changed = clips()
        .into_iter()
        .flat_map(|(name, clip)| changed(&name, &clip));
    for (name, bytes) in made().into_iter().chain(changed) {
        let said = server.exchange(&upload("/api/v1/recognitions", &bytes));
        let is_answer = ["200", "400", "415", "422"]
            .iter()
            .any(|status| said.starts_with(&format!("HTTP/1.1 {status} ")));
        assert!(is_answer, "{name}: {said}");
    }
    println!("{before_kib} KiB before");
    wait_until_given_back(&server, before_kib);
}

/// Most of what the program may hold in RAM, whatever is uploaded to two threads of recognition (docs/operations.md).
const MAX_TOTAL_KIB: u64 = 512 * 1024;

/// What may be left of it a while later.
const MAX_LEFT_KIB: u64 = 120 * 1024;

/// Ten minutes at 8 kHz and 16 bits, in a WAV of 9.6 MB.
fn ten_minutes() -> Vec<u8> {
    let n_bytes: u32 = 600 * 8_000 * 2;
    let mut wav = b"RIFF".to_vec();
    wav.extend((n_bytes + 36).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(8_000_u32.to_le_bytes());
    wav.extend(16_000_u32.to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend(n_bytes.to_le_bytes());
    let noise = (0..n_bytes / 2).map(|n| (n.wrapping_mul(2_654_435_761) >> 20) as u16);
    wav.extend(noise.flat_map(u16::to_le_bytes));
    wav
}

#[test]
fn sixty_four_of_the_longest_clips_at_once_take_no_more_than_they_may() {
    let server = Server::start(&[("MAX_RECOGNITIONS", "2")]);
    let clip = upload("/api/v1/recognitions", &ten_minutes());
    thread::scope(|scope| {
        let uploads: Vec<_> = (0..64)
            .map(|_| scope.spawn(|| server.exchange(&clip)))
            .collect();
        for upload in uploads {
            let said = upload.join().expect("an answer");
            let status = said.split(' ').nth(1).expect("a status");
            assert!(["200", "422", "503"].contains(&status), "{said}");
            assert!(status != "503" || said.contains("retry-after: "), "{said}");
        }
    });
    let peak_kib = memory_kib(&server, "VmHWM");
    assert!(peak_kib < MAX_TOTAL_KIB, "{peak_kib} KiB");
    let started = Instant::now();
    let mut left_kib = memory_kib(&server, "VmRSS");
    while left_kib > MAX_LEFT_KIB {
        assert!(started.elapsed() < PATIENCE, "{left_kib} KiB are left");
        // Allocators give back while they work.
        server.exchange(&upload("/predict", &syllables_wav(1.0)));
        left_kib = memory_kib(&server, "VmRSS");
    }
    println!("{peak_kib} KiB at most, {left_kib} left");
}
