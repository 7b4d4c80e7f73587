//! Hostile files: each gets a result or an error
//! that a person can act on, soon, and never a fault of ours.

use std::time::{Duration, Instant};

use futures::{StreamExt, stream};

use crate::{
    hostile_clips::{Input, changed, clips, made},
    trial::{post_form, send, shipped, upload},
};

/// No input may take longer, even where tests are compiled without optimisation.
const PATIENCE: Duration = Duration::from_secs(5);

/// Inputs at once.
const N_AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn hostile_files_get_an_answer_that_is_no_fault_of_ours() {
    let changed = clips()
        .into_iter()
        .flat_map(|(name, clip)| changed(&name, &clip));
    let inputs: Vec<Input> = made().into_iter().chain(changed).collect();
    assert!(inputs.len() > 200);
    let answer = |(name, bytes): Input| async move {
        let started = Instant::now();
        let answer = send(shipped(), upload("/api/v1/recognitions", &bytes)).await;
        let status = answer.status.as_u16();
        assert!(
            [200, 400, 415, 422].contains(&status),
            "{name}: {status} {}",
            answer.text()
        );
        if status != 200 {
            assert!(!answer.code().is_empty(), "{name}");
        }
        assert!(
            started.elapsed() < PATIENCE,
            "{name} took {:?}",
            started.elapsed()
        );
    };
    let answers = stream::iter(inputs).map(|input| tokio::spawn(answer(input)));
    let mut answers = answers.buffer_unordered(N_AT_ONCE);
    while let Some(outcome) = answers.next().await {
        outcome.expect("no assertion failed");
    }
}

#[tokio::test]
async fn ten_thousand_tiny_parts_are_read_over() {
    let mut form = Vec::new();
    for part in 0..10_000 {
        let head = format!(
            "--the-boundary\r\nContent-Disposition: form-data; name=\"{part}\"\r\n\r\nx\r\n"
        );
        form.extend(head.as_bytes());
    }
    form.extend(b"--the-boundary--\r\n");
    for route in ["/predict", "/api/v1/recognitions", "/api/v1/batches"] {
        let started = Instant::now();
        let answer = send(shipped(), post_form(route, form.clone().into())).await;
        // Every part of a batch has a result, up to the most that are read.
        let expected: &[u16] = match route {
            "/api/v1/batches" => &[200],
            _ => &[400, 413],
        };
        assert!(
            expected.contains(&answer.status.as_u16()),
            "{route} {}",
            answer.status
        );
        assert!(started.elapsed() < PATIENCE, "{route}");
    }
}
