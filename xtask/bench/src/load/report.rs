//! What the crowd saw, as a table, and which of the server's promises were broken.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::crowd::Answer;

/// Slowest answer of /healthz for 99 of 100, milliseconds.
const MAX_PROBE_MS: f64 = 50.0;

/// Slowest answer to an honest client for 99 of 100 while others attack, milliseconds.
const MAX_HONEST_MS: f64 = 2000.0;

/// Memory that may stay behind, KiB.
const MAX_GROWTH_KIB: u64 = 20 * 1024;

/// Memory at most while others attack, KiB.
const MAX_PEAK_KIB: u64 = 512 * 1024;

/// What was measured.
pub struct Report {
    pub answers: Vec<Answer>,
    /// What became of attacks; those that are not answered lose nothing.
    pub attacks: Vec<Answer>,
    /// Times of /healthz; infinite where it failed.
    pub probes_ms: Vec<f64>,
    pub elapsed: Duration,
    /// Memory before the crowd came, after it has gone, and at most.
    pub before_kib: Option<u64>,
    pub after_kib: Option<u64>,
    pub peak_kib: Option<u64>,
}

impl Report {
    /// In words; empty where all were kept.
    pub fn broken_promises(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let n_lost = self
            .answers
            .iter()
            .filter(|answer| answer.status.is_none())
            .count();
        if n_lost > 0 {
            broken.push(format!("{n_lost} requests got no answer"));
        }
        let all = || self.answers.iter().chain(&self.attacks);
        let wrong = |answer: &&Answer| answer.status.is_some() && !answer.is_as_expected;
        if let Some(answer) = all().find(wrong) {
            let n_wrong = all().filter(wrong).count();
            let status = answer.status.unwrap_or_default();
            broken.push(format!(
                "{n_wrong} wrong answers, such as {status} to {}",
                answer.kind
            ));
        }
        let probe_ms = percentile(&self.probes_ms, 99);
        if probe_ms >= MAX_PROBE_MS {
            broken.push(format!("/healthz took {probe_ms:.1} ms (p99)"));
        }
        if !self.attacks.is_empty() {
            let honest_ms = percentile(&times_ms(self.answers.iter()), 99);
            if honest_ms >= MAX_HONEST_MS {
                broken.push(format!("honest clients waited {honest_ms:.0} ms (p99)"));
            }
            if let Some(peak) = self.peak_kib.filter(|&peak| peak > MAX_PEAK_KIB) {
                broken.push(format!("{} MiB at most", peak / 1024));
            }
        } else if let (Some(before), Some(after)) = (self.before_kib, self.after_kib)
            && after > before + MAX_GROWTH_KIB
        {
            broken.push(format!("{} MiB stayed behind", (after - before) / 1024));
        }
        broken
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let elapsed_s = self.elapsed.as_secs_f64();
        let n_requests = self.answers.len();
        let per_second = n_requests as f64 / elapsed_s;
        writeln!(
            f,
            "{n_requests} requests in {elapsed_s:.1} s: {per_second:.1} per second\n"
        )?;
        writeln!(
            f,
            "| request | number | p50, ms | p95, ms | p99, ms | answers |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for (kind, answers) in by_kind(&self.answers) {
            row(f, kind, &answers)?;
        }
        row(f, "all", &self.answers.iter().collect::<Vec<_>>())?;
        for (kind, answers) in by_kind(&self.attacks) {
            row(f, &format!("attack: {kind}"), &answers)?;
        }
        writeln!(
            f,
            "\n/healthz: asked {} times, p50 {:.1} ms, p99 {:.1} ms",
            self.probes_ms.len(),
            percentile(&self.probes_ms, 50),
            percentile(&self.probes_ms, 99)
        )?;
        let mib = |kib: Option<u64>| match kib {
            Some(kib) => format!("{} MiB", kib / 1024),
            None => "not told by this system".to_owned(),
        };
        let (before, after) = (mib(self.before_kib), mib(self.after_kib));
        writeln!(
            f,
            "memory: {before} before, {after} after, {} at most",
            mib(self.peak_kib)
        )
    }
}

fn by_kind(answers: &[Answer]) -> BTreeMap<&str, Vec<&Answer>> {
    let mut kinds: BTreeMap<&str, Vec<&Answer>> = BTreeMap::new();
    for answer in answers {
        kinds.entry(answer.kind).or_default().push(answer);
    }
    kinds
}

fn times_ms<'a>(answers: impl Iterator<Item = &'a Answer>) -> Vec<f64> {
    answers.map(|answer| answer.ms).collect()
}

fn row(f: &mut fmt::Formatter<'_>, kind: &str, answers: &[&Answer]) -> fmt::Result {
    let times_ms = times_ms(answers.iter().copied());
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for answer in answers {
        let status = answer
            .status
            .map_or("none".to_owned(), |status| status.to_string());
        let outcome = match &answer.code {
            Some(code) => format!("{status} {code}"),
            None => status,
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    let outcomes: Vec<_> = outcomes
        .iter()
        .map(|(outcome, n)| format!("{n} x {outcome}"))
        .collect();
    let [p50, p95, p99] = [50, 95, 99].map(|percent| percentile(&times_ms, percent));
    let n_answers = answers.len();
    let outcomes = outcomes.join(", ");
    writeln!(
        f,
        "| {kind} | {n_answers} | {p50:.0} | {p95:.0} | {p99:.0} | {outcomes} |"
    )
}

/// The value that `percent` of 100 do not exceed (nearest rank); 0 of none.
fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: Option<u16>, is_as_expected: bool) -> Answer {
        Answer {
            kind: "clip",
            status,
            code: None,
            is_as_expected,
            ms: 10.0,
        }
    }

    fn report(answers: Vec<Answer>, probes_ms: Vec<f64>, after_kib: u64) -> Report {
        Report {
            answers,
            attacks: Vec::new(),
            probes_ms,
            elapsed: Duration::from_secs(1),
            before_kib: Some(100_000),
            after_kib: Some(after_kib),
            peak_kib: None,
        }
    }

    #[test]
    fn the_nearest_rank_is_taken() {
        let values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!(
            [50, 95, 99].map(|percent| percentile(&values, percent)),
            [100.0, 190.0, 198.0]
        );
        assert_eq!(percentile(&[3.0], 99), 3.0);
        assert_eq!(percentile(&[], 99), 0.0);
    }

    #[test]
    fn broken_promises_are_told() {
        let kept = report(vec![answer(Some(200), true)], vec![1.0; 100], 110_000);
        assert!(kept.broken_promises().is_empty());
        let answers = vec![answer(None, false), answer(Some(500), false)];
        let mut probes_ms = vec![1.0; 98];
        probes_ms.extend([f64::INFINITY; 2]);
        let broken = report(answers, probes_ms, 200_000).broken_promises();
        assert_eq!(broken.len(), 4, "{broken:?}");
        let slow = Answer {
            ms: 2500.0,
            ..answer(Some(200), true)
        };
        let mut attacked = report(vec![slow], vec![1.0; 100], 200_000);
        assert_eq!(attacked.broken_promises().len(), 1, "memory stayed behind");
        attacked.attacks = vec![answer(None, true), answer(Some(500), false)];
        attacked.peak_kib = Some(600 * 1024);
        assert_eq!(attacked.broken_promises().len(), 3);
    }
}
