//! From labelled segments to turns.
//!
//! A frame is of the voice whose segments over it weigh most, each weighted by how near its middle is: a segment tells
//! of its middle more than of its ends.

use std::ops::Range;

use audio::{HOP_LENGTH, SAMPLE_RATE_HZ};

/// Breath and consonants around a stretch, samples: 0.1 s.
const MARGIN_SAMPLES: usize = SAMPLE_RATE_HZ as usize / 10;

/// A voice that goes on after a pause of up to this keeps its turn, samples: 0.3 s. With longer ones a turn holds what
/// was said in two moods, or by two voices (docs/evaluation.md).
const MAX_PAUSE_SAMPLES: usize = 3 * SAMPLE_RATE_HZ as usize / 10;

/// What is shorter is nobody's turn, but of the voice beside it, samples: 0.32 s.
const MIN_TURN_SAMPLES: usize = 10 * HOP_LENGTH;

/// Whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Counted from 0 in the order of the first turns.
    pub speaker: usize,
    /// At 16 kHz.
    pub samples: Range<usize>,
}

/// A stretch of speech in samples, with its segments and whose they are.
pub struct Stretch<'a> {
    pub samples: Range<usize>,
    pub segments: Vec<Range<usize>>,
    pub labels: &'a [usize],
}

/// Turns of a recording of `n_samples`, in time order.
pub fn turns<'a>(stretches: impl Iterator<Item = Stretch<'a>>, n_samples: usize) -> Vec<Span> {
    let mut turns: Vec<Span> = Vec::new();
    for stretch in stretches {
        for turn in without_short(stretch.turns()) {
            match turns.last_mut() {
                Some(last) if last.is_gone_on_with_by(&turn) => last.samples.end = turn.samples.end,
                _ => turns.push(turn),
            }
        }
    }
    in_order_of_appearance(&mut turns);
    widen(&mut turns, n_samples);
    turns
}

/// Takes breath and consonants in, as far as no other turn does.
fn widen(turns: &mut [Span], n_samples: usize) {
    let starts = turns.iter().skip(1).map(|next| next.samples.start);
    let nexts: Vec<usize> = starts.chain([n_samples]).collect();
    let mut before = 0;
    for (turn, next) in turns.iter_mut().zip(nexts) {
        let Range { start, end } = turn.samples;
        turn.samples =
            start.saturating_sub(MARGIN_SAMPLES).max(before)..next.min(end + MARGIN_SAMPLES);
        before = turn.samples.end;
    }
}

impl Span {
    fn is_gone_on_with_by(&self, next: &Self) -> bool {
        let pause = next.samples.start.saturating_sub(self.samples.end);
        self.speaker == next.speaker && pause <= MAX_PAUSE_SAMPLES
    }
}

impl Stretch<'_> {
    fn turns(&self) -> Vec<Span> {
        let mut turns: Vec<Span> = Vec::new();
        for start in self.samples.clone().step_by(HOP_LENGTH) {
            let end = self.samples.end.min(start + HOP_LENGTH);
            let speaker = self.speaker_at(start.midpoint(end));
            match turns.last_mut() {
                Some(last) if last.speaker == speaker => last.samples.end = end,
                _ => turns.push(Span {
                    speaker,
                    samples: start..end,
                }),
            }
        }
        turns
    }

    /// Whose segments over a sample weigh most; where none is, the nearest one's.
    fn speaker_at(&self, sample: usize) -> usize {
        let mut weights: Vec<(usize, i64)> = Vec::new();
        for (segment, &label) in self.segments.iter().zip(self.labels) {
            let [sample, start, end] = [sample, segment.start, segment.end].map(|at| at as i64);
            // Below 0 outside.
            let weight = (sample - start).min(end - sample);
            match weights.iter_mut().find(|(known, _)| *known == label) {
                Some((_, sum)) if *sum >= 0 && weight >= 0 => *sum += weight,
                Some((_, most)) => *most = weight.max(*most),
                None => weights.push((label, weight)),
            }
        }
        let most = weights.into_iter().max_by_key(|(_, weight)| *weight);
        most.map_or(0, |(label, _)| label)
    }
}

/// Gives what is too short to the turn before it, or to the one behind it.
fn without_short(turns: Vec<Span>) -> Vec<Span> {
    let is_short = |turn: &Span| turn.samples.len() < MIN_TURN_SAMPLES;
    let mut kept: Vec<Span> = Vec::new();
    for turn in turns {
        match kept.last_mut() {
            Some(last) if is_short(&turn) || last.speaker == turn.speaker => {
                last.samples.end = turn.samples.end;
            }
            Some(last) if is_short(last) => {
                last.speaker = turn.speaker;
                last.samples.end = turn.samples.end;
            }
            _ => kept.push(turn),
        }
    }
    kept
}

fn in_order_of_appearance(turns: &mut [Span]) {
    let mut known: Vec<usize> = Vec::new();
    for turn in turns {
        let place = known.iter().position(|&one| one == turn.speaker);
        turn.speaker = place.unwrap_or_else(|| {
            known.push(turn.speaker);
            known.len() - 1
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: usize = SAMPLE_RATE_HZ as usize;

    fn spans(found: &[Span]) -> Vec<(usize, usize, usize)> {
        let tenths = |samples: usize| (samples * 10 + SECOND / 2) / SECOND;
        let span = |span: &Span| {
            let Range { start, end } = span.samples;
            (span.speaker, tenths(start), tenths(end))
        };
        found.iter().map(span).collect()
    }

    fn stretch<'a>(
        samples: Range<usize>,
        segments: &[Range<usize>],
        labels: &'a [usize],
    ) -> Stretch<'a> {
        Stretch {
            samples,
            segments: segments.to_vec(),
            labels,
        }
    }

    #[test]
    fn a_turn_ends_where_the_segments_of_the_next_voice_weigh_more() {
        let segments = [0..2 * SECOND, SECOND..3 * SECOND, 2 * SECOND..4 * SECOND];
        let found = turns(
            [stretch(0..4 * SECOND, &segments, &[4, 4, 2])].into_iter(),
            4 * SECOND,
        );
        assert_eq!(spans(&found), [(0, 0, 25), (1, 25, 40)]);
    }

    #[test]
    fn pauses_join_what_one_voice_says_and_no_more() {
        let at = |start: usize, end: usize| start * SECOND / 10..end * SECOND / 10;
        let [first, second, third] = [at(0, 10), at(13, 25), at(36, 45)];
        let stretches = [&first, &second, &third]
            .map(|samples| stretch(samples.clone(), std::slice::from_ref(samples), &[1]));
        assert_eq!(
            spans(&turns(stretches.into_iter(), 5 * SECOND)),
            [(0, 0, 26), (0, 35, 46)]
        );
        let labels = [[3], [5], [3]];
        let stretches = [&first, &second, &third].into_iter().zip(&labels);
        let stretches = stretches.map(|(samples, labels)| {
            stretch(samples.clone(), std::slice::from_ref(samples), labels)
        });
        let found = turns(stretches, 5 * SECOND);
        assert_eq!(spans(&found), [(0, 0, 11), (1, 12, 26), (0, 35, 46)]);
    }

    #[test]
    fn what_is_too_short_is_nobodys_turn() {
        let turn = |speaker, samples| Span { speaker, samples };
        let found = without_short(vec![
            turn(0, 0..1000),
            turn(1, 1000..20_000),
            turn(0, 20_000..21_000),
            turn(1, 21_000..40_000),
        ]);
        assert_eq!(found, [turn(1, 0..40_000)]);
    }
}
