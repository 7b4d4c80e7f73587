//! Cuts stretches of speech into the segments that a vector is made of.

use std::ops::Range;

use audio::SAMPLE_RATE_HZ;

/// Samples of a segment: 1.6 s, what the encoder was trained on.
const SEGMENT_SAMPLES: usize = SAMPLE_RATE_HZ as usize * 8 / 5;

/// Samples from one segment to the next: 0.8 s.
const HOP_SAMPLES: usize = SEGMENT_SAMPLES / 2;

/// Segments of a stretch of samples, in time order; a short stretch is one. The last one ends with the stretch, unless
/// the one before nearly does.
pub fn segments(stretch: Range<usize>) -> Vec<Range<usize>> {
    let last_start = stretch
        .end
        .saturating_sub(SEGMENT_SAMPLES)
        .max(stretch.start);
    let mut starts: Vec<usize> = (stretch.start..=last_start).step_by(HOP_SAMPLES).collect();
    if starts
        .last()
        .is_some_and(|start| last_start - start > HOP_SAMPLES / 4)
    {
        starts.push(last_start);
    }
    let segment = |start| start..stretch.end.min(start + SEGMENT_SAMPLES);
    starts.into_iter().map(segment).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_in_a_segment() {
        for n_samples in (1..100_000).step_by(997) {
            let found = segments(500..500 + n_samples);
            let mut covered = 500;
            for segment in &found {
                assert!(segment.start <= covered && segment.len() <= SEGMENT_SAMPLES);
                covered = segment.end;
            }
            assert!(500 + n_samples - covered <= HOP_SAMPLES / 4, "{n_samples}");
        }
        assert!(segments(3..10).into_iter().eq(std::iter::once(3..10)));
    }
}
