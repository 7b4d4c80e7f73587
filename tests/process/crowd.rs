//! A crowd: everybody gets an answer, who is asked to come again too, and the probes go on.

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

/// Runs `client` on as many threads as there are clients, and asks /healthz until the last has gone.
fn crowd<T: Send>(server: &Server, client: impl Fn() -> T + Sync) -> Vec<T> {
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
        let clients: Vec<_> = (0..N_CLIENTS).map(|_| scope.spawn(&client)).collect();
        let joined: Vec<_> = clients.into_iter().map(|client| client.join()).collect();
        is_over.store(true, Ordering::Relaxed);
        assert!(probing.join().expect("every probe is answered") > 0);
        let answered = joined.into_iter();
        answered
            .map(|said| said.expect("every client is answered"))
            .collect()
    })
}

/// Places for all and time enough to wait: nobody may be refused.
#[test]
fn sixty_four_clients_are_answered_and_healthz_goes_on() {
    let server = Server::start(&[("QUEUE_TIMEOUT_MS", "25000")]);
    let request = upload("/predict", &syllables_wav(2.0));
    let answers = crowd(&server, || [(); 2].map(|()| server.exchange(&request)));
    for said in answers.iter().flatten() {
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    }
}

/// Without time to wait most are refused; whoever comes again is answered in the end.
#[test]
fn who_is_refused_may_come_again_and_is_answered() {
    let server = Server::start(&[("QUEUE_TIMEOUT_MS", "1")]);
    let request = upload("/predict", &syllables_wav(2.0));
    let n_refusals = crowd(&server, || {
        let started = Instant::now();
        let mut n_refusals = 0;
        loop {
            let said = server.exchange(&request);
            if said.starts_with("HTTP/1.1 200") {
                return n_refusals;
            }
            let is_refused = said.starts_with("HTTP/1.1 503") && said.contains("retry-after: ");
            assert!(is_refused, "{said}");
            assert!(started.elapsed() < PATIENCE, "refused {n_refusals} times");
            n_refusals += 1;
        }
    });
    assert!(n_refusals.into_iter().sum::<u32>() > 0);
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
