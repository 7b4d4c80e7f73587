//! What more cores than there are would do, from how long answers took on one.
//!
//! Clients ask again as soon as they are answered, as those of `Crowd` do; who waits longest is heard next, by
//! whichever core is idle first. Nothing is lost to the cores' sharing memory or to the network: an upper bound.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Answers that are simulated.
const N_ANSWERS: usize = 10_000;

/// Requests of `n_clients` that `n_cores` answer, each in one of `service_ms`, over and over; returns answers per
/// second and how long each was waited for, milliseconds.
///
/// # Panics
/// Without cores, clients or times.
pub fn answers(service_ms: &[f64], n_cores: usize, n_clients: usize) -> (f64, Vec<f64>) {
    let of_time = |ms: f64| (ms * 1e6) as u64;
    let mut idle_from: BinaryHeap<Reverse<u64>> = (0..n_cores).map(|_| Reverse(0)).collect();
    let mut asked_at: BinaryHeap<Reverse<u64>> = (0..n_clients).map(|_| Reverse(0)).collect();
    let mut waited_ms = Vec::with_capacity(N_ANSWERS);
    let mut last = 0;
    for answer in 0..N_ANSWERS {
        // Long and short ones mixed: they may come in order.
        let service_ms = service_ms[answer * 7919 % service_ms.len()];
        let Reverse(core) = idle_from.pop().expect("a core");
        let Reverse(asked) = asked_at.pop().expect("a client");
        let answered = core.max(asked) + of_time(service_ms);
        idle_from.push(Reverse(answered));
        asked_at.push(Reverse(answered));
        waited_ms.push((answered - asked) as f64 / 1e6);
        last = last.max(answered);
    }
    (N_ANSWERS as f64 / (last as f64 / 1e9), waited_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_cores_answer_twice_as_many_while_there_are_clients() {
        let of = |n_cores, n_clients| answers(&[10.0, 12.0, 8.0], n_cores, n_clients);
        let (one, waited_ms) = of(1, 16);
        assert!((one - 100.0).abs() < 1.0, "{one}");
        // Fifteen others are before.
        let mean = waited_ms.iter().sum::<f64>() / waited_ms.len() as f64;
        assert!((mean - 160.0).abs() < 2.0, "{mean}");
        assert!((of(4, 16).0 / one - 4.0).abs() < 0.05);
        assert!((of(4, 2).0 / one - 2.0).abs() < 0.05);
    }
}
