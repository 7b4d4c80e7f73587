//! A crowd: everybody gets an answer or is asked to come again, and the probes go on.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Instant,
};

use crate::{
    clips::syllables_wav,
    server::{PATIENCE, Server, upload},
};

const N_CLIENTS: usize = 64;

#[test]
fn sixty_four_clients_are_answered_and_healthz_goes_on() {
    let server = Server::start(&[("QUEUE_TIMEOUT_MS", "500")]);
    let request = upload("/predict", &syllables_wav(2.0));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let probing = scope.spawn(|| {
            let mut n_probes = 0;
            while !is_over.load(Ordering::Relaxed) {
                let started = Instant::now();
                assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
                assert!(started.elapsed() < PATIENCE);
                n_probes += 1;
            }
            n_probes
        });
        let clients: Vec<_> = (0..N_CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    (0..2)
                        .map(|_| server.exchange(&request))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let answers: Vec<String> = clients
            .into_iter()
            .flat_map(|client| client.join().expect("every client is answered"))
            .collect();
        is_over.store(true, Ordering::Relaxed);
        assert!(probing.join().expect("every probe is answered") > 0);
        for said in &answers {
            let is_refused = said.starts_with("HTTP/1.1 503") && said.contains("retry-after: ");
            assert!(said.starts_with("HTTP/1.1 200") || is_refused, "{said}");
        }
        assert!(answers.iter().any(|said| said.starts_with("HTTP/1.1 200")));
    });
}

/// Threads take turns at the pages, and each may have rendered a page in the other language just before.
#[test]
fn pages_of_many_readers_at_once_have_each_ones_title() {
    let server = Server::start(&[]);
    let ask = |(language, title): (&str, &str)| {
        let request = format!(
            "GET / HTTP/1.1\r\nHost: here\r\nCookie: locale={language}\r\nConnection: close\r\n\r\n"
        );
        for _ in 0..300 {
            let said = server.exchange(request.as_bytes());
            assert!(said.starts_with("HTTP/1.1 200"), "{said}");
            assert!(said.contains(title), "not the title in {language}: {said}");
        }
    };
    let titles = [("bn", "আবেগ</title>"), ("en", "Bengali voice</title>")];
    thread::scope(|scope| {
        for reader in titles.into_iter().cycle().take(16) {
            scope.spawn(move || ask(reader));
        }
    });
}
