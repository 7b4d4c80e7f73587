//! Makes confidences mean what they say, and measures how well they do.
//!
//! Input   answers about speakers whom the networks never heard, uncalibrated
//! Source  temperature scaling and ECE, Guo et al. 2017; risk-coverage, Geifman & El-Yaniv 2017

use inference::{CalibrationMetrics, Coverage};
use vocabulary::{BandAccuracy, Calibration, ConfidenceBand, Probabilities};

use crate::{answer::Answer, cross_corpus::BandedAnswer};

/// Bins of the expected calibration error, equally wide.
const N_BINS: usize = 15;

/// Temperatures that are tried, as natural logarithms.
const LOG_TEMPERATURES: std::ops::Range<f64> = -1.5..1.5;

/// Answers with the confidence of these bands' lower bounds are right at least this often: the bounds
/// of the paper.
const LEAST_RIGHT: [(ConfidenceBand, f64); 2] =
    [(ConfidenceBand::High, 0.8), (ConfidenceBand::Medium, 0.6)];

/// Share of all answers, the least sure, that are called unclear.
const UNCLEAR_SHARE: f64 = 0.2;

/// Share of the answers, those to the farthest voices, that are unclear whatever their confidence.
const FAR_SHARE: f64 = 0.05;

/// A band of fewer answers than this share says nothing certain: the band below takes them.
const LEAST_SHARE: f64 = 0.05;

/// Shares of the answers, the surest first, of which the accuracy is told.
const COVERAGES: [f64; 5] = [0.2, 0.4, 0.6, 0.8, 1.0];

/// Confidence and whether the answer is right.
type Judged = (f64, bool);

/// The answers with their bands.
pub fn in_bands(answers: &[Answer], calibration: &Calibration) -> Vec<BandedAnswer> {
    answers
        .iter()
        .map(|answer| {
            let probabilities = answer.probabilities.as_ref();
            let banded = probabilities.map(|all| {
                let (top, confidence) = all.tempered(calibration.temperature).top();
                (top, calibration.band_of(confidence, answer.distance).band)
            });
            (answer.emotion, banded)
        })
        .collect()
}

/// Temperature, bands and the bound on the distance from all answers.
pub fn calibrate(answers: &[Answer]) -> Calibration {
    let temperature = temperature(answers.iter());
    let bounded = Calibration {
        temperature: temperature as f32,
        bands: Vec::new(),
        max_distance: max_distance(answers),
    };
    let (far, near): (Vec<&Answer>, Vec<&Answer>) = answers
        .iter()
        .partition(|answer| bounded.is_far(answer.distance));
    let judged = |answers: Vec<&Answer>| judged(answers.into_iter(), temperature);
    Calibration {
        bands: bands(&judged(near), &judged(far)),
        ..bounded
    }
}

/// Beyond it lie the farthest answers.
fn max_distance(answers: &[Answer]) -> Option<f32> {
    let mut distances: Vec<f32> = answers
        .iter()
        .filter_map(|answer| answer.distance)
        .collect();
    distances.sort_by(f32::total_cmp);
    let last = (distances.len() as f64 * (1.0 - FAR_SHARE)) as usize;
    distances.get(last).copied()
}

/// How good the calibration is: every fold is calibrated with the answers of the others.
pub fn measure(answers: &[Answer]) -> CalibrationMetrics {
    let n_folds = answers
        .iter()
        .map(|answer| answer.fold + 1)
        .max()
        .unwrap_or(0);
    let (mut brier, mut nll) = (0.0, 0.0);
    let mut all = Vec::with_capacity(answers.len());
    for fold in 0..n_folds {
        let inside = |answer: &&Answer| answer.fold == fold;
        let temperature = temperature(answers.iter().filter(|answer| !inside(answer)));
        all.extend(judged(answers.iter().filter(inside), temperature));
        for (answer, probabilities) in answered(answers.iter().filter(inside)) {
            let probabilities = probabilities.tempered(temperature as f32);
            nll -= f64::from(of_label(answer, &probabilities))
                .max(f64::MIN_POSITIVE)
                .ln();
            brier += probabilities
                .iter()
                .map(|(emotion, value)| {
                    let truth = f64::from(u8::from(emotion == answer.emotion));
                    (f64::from(value) - truth).powi(2)
                })
                .sum::<f64>();
        }
    }
    let count = all.len() as f64;
    CalibrationMetrics {
        ece: ece(&all),
        brier: brier / count,
        nll: nll / count,
        ece_uncalibrated: ece(&judged(answers.iter(), 1.0)),
        risk_coverage: risk_coverage(all),
    }
}

fn answered<'a>(
    answers: impl Iterator<Item = &'a Answer>,
) -> impl Iterator<Item = (&'a Answer, &'a Probabilities)> {
    answers.filter_map(|answer| Some((answer, answer.probabilities.as_ref()?)))
}

fn of_label(answer: &Answer, probabilities: &Probabilities) -> f32 {
    let mut all = probabilities.iter();
    all.find(|(emotion, _)| *emotion == answer.emotion)
        .map_or(0.0, |(_, value)| value)
}

fn judged<'a>(answers: impl Iterator<Item = &'a Answer>, temperature: f64) -> Vec<Judged> {
    answered(answers)
        .map(|(answer, probabilities)| {
            let (top, confidence) = probabilities.tempered(temperature as f32).top();
            (f64::from(confidence), top == answer.emotion)
        })
        .collect()
}

/// The temperature with the least negative log-likelihood, by golden-section search.
fn temperature<'a>(answers: impl Iterator<Item = &'a Answer>) -> f64 {
    let answers: Vec<_> = answered(answers).collect();
    let nll = |log_temperature: f64| -> f64 {
        let temperature = log_temperature.exp() as f32;
        answers
            .iter()
            .map(|(answer, probabilities)| {
                let value = of_label(answer, &probabilities.tempered(temperature));
                -f64::from(value).max(f64::MIN_POSITIVE).ln()
            })
            .sum()
    };
    let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (LOG_TEMPERATURES.start, LOG_TEMPERATURES.end);
    while high - low > 1e-3 {
        let (left, right) = (high - ratio * (high - low), low + ratio * (high - low));
        if nll(left) < nll(right) {
            high = right;
        } else {
            low = left;
        }
    }
    f64::midpoint(low, high).exp()
}

/// Mean gap between confidence and accuracy, weighted by the bins' shares.
fn ece(judged: &[Judged]) -> f64 {
    let gap = |bin: usize| {
        let inside = judged.iter().filter(|(confidence, _)| {
            ((confidence * N_BINS as f64) as usize).min(N_BINS - 1) == bin
        });
        inside
            .map(|(confidence, right)| f64::from(u8::from(*right)) - confidence)
            .sum::<f64>()
            .abs()
    };
    (0..N_BINS).map(gap).sum::<f64>() / judged.len() as f64
}

fn accuracy(judged: &[Judged]) -> f64 {
    let right = judged.iter().filter(|(_, right)| *right).count();
    right as f64 / judged.len() as f64
}

/// Accuracy of the surest answers.
fn risk_coverage(mut judged: Vec<Judged>) -> Vec<Coverage> {
    judged.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    COVERAGES
        .map(|coverage| {
            let surest = &judged[..(coverage * judged.len() as f64) as usize];
            Coverage {
                coverage,
                accuracy: accuracy(surest),
            }
        })
        .to_vec()
}

/// Bands by how often answers of about their confidence are right; the least sure are unclear, and all that are `far`.
fn bands(judged: &[Judged], far: &[Judged]) -> Vec<BandAccuracy> {
    let blocks = isotonic(judged);
    let reached = |least: f64| {
        let blocks = blocks.iter().filter(|block| block.accuracy() >= least);
        blocks.map(|block| block.min_confidence).reduce(f64::min)
    };
    let mut confidences: Vec<f64> = judged.iter().map(|(confidence, _)| *confidence).collect();
    confidences.sort_by(f64::total_cmp);
    let low = confidences[(UNCLEAR_SHARE * confidences.len() as f64) as usize];

    let surer = LEAST_RIGHT
        .into_iter()
        .filter_map(|(band, least)| Some((band, reached(least)?)));
    let others = [(ConfidenceBand::Low, low), (ConfidenceBand::Unclear, 0.0)];
    let mut upper = f64::INFINITY;
    let mut bands = Vec::with_capacity(4);
    for (band, min_confidence) in surer.chain(others) {
        let mut inside: Vec<Judged> = judged
            .iter()
            .filter(|(confidence, _)| (min_confidence..upper).contains(confidence))
            .copied()
            .collect();
        if band == ConfidenceBand::Unclear {
            inside.extend(far);
        }
        let share = inside.len() as f64 / judged.len() as f64;
        if share >= LEAST_SHARE || (band == ConfidenceBand::Unclear && !inside.is_empty()) {
            upper = min_confidence;
            bands.push(BandAccuracy {
                band,
                min_confidence: min_confidence as f32,
                accuracy: Some(accuracy(&inside) as f32),
            });
        }
    }
    bands
}

/// Neighbouring answers that are equally often right.
struct Block {
    min_confidence: f64,
    n_answers: f64,
    n_right: f64,
}

impl Block {
    fn accuracy(&self) -> f64 {
        self.n_right / self.n_answers
    }
}

/// Accuracy as a function of confidence that never falls, surest last: isotonic regression by
/// pooling adjacent violators (Ayer et al. 1955).
fn isotonic(judged: &[Judged]) -> Vec<Block> {
    let mut sorted = judged.to_vec();
    sorted.sort_by(|(left, _), (right, _)| left.total_cmp(right));
    let mut blocks: Vec<Block> = Vec::new();
    for (confidence, right) in sorted {
        blocks.push(Block {
            min_confidence: confidence,
            n_answers: 1.0,
            n_right: f64::from(u8::from(right)),
        });
        while let [.., before, last] = &blocks[..]
            && before.accuracy() >= last.accuracy()
        {
            let last = blocks.pop().expect("two blocks");
            let before = blocks.last_mut().expect("two blocks");
            before.n_answers += last.n_answers;
            before.n_right += last.n_right;
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use vocabulary::LabelSet;

    use super::*;

    /// Answers whose confidence is `claimed` where the top emotion is right 7 times out of 10.
    fn answers(claimed: f32) -> Vec<Answer> {
        let labels = LabelSet::five();
        let rest = (1.0 - claimed) / 4.0;
        let values = [claimed, rest, rest, rest, rest];
        (0..1000)
            .map(|idx| Answer {
                fold: idx % 5,
                speaker: (idx % 20).to_string(),
                sex: None,
                sentence: None,
                emotion: vocabulary::Emotion::ALL[usize::from(idx / 20 % 10 >= 7)],
                probabilities: Probabilities::new(&labels, &values).ok(),
                distance: Some(idx as f32),
                members: Vec::new(),
                profiled: Default::default(),
            })
            .collect()
    }

    #[test]
    fn the_temperature_makes_confidence_the_accuracy() {
        for claimed in [0.45, 0.7, 0.95] {
            let answers = answers(claimed);
            let calibration = calibrate(&answers);
            let first = answers[0].probabilities.as_ref().expect("one");
            let (_, confidence) = first.tempered(calibration.temperature).top();
            assert!((confidence - 0.7).abs() < 0.02, "{claimed}: {confidence}");
            let metrics = measure(&answers);
            assert!(metrics.ece < 0.02, "{metrics:?}");
            let expected = f64::from((claimed - 0.7).abs());
            assert!((metrics.ece_uncalibrated - expected).abs() < 1e-3);
        }
    }

    #[test]
    fn bands_keep_their_promise() {
        // The higher the confidence, the more often right.
        let judged: Vec<Judged> = (0..1000)
            .map(|idx| {
                let confidence = f64::from(idx) / 1000.0;
                (confidence, f64::from(idx * 37 % 1000) < confidence * 1000.0)
            })
            .collect();
        let bands = bands(&judged, &[]);
        let names: Vec<_> = bands.iter().map(|one| one.band).collect();
        use ConfidenceBand::{High, Low, Medium, Unclear};
        assert_eq!(names, [High, Medium, Low, Unclear]);
        for (band, bound) in bands.iter().zip([0.8, 0.6, 0.2, 0.0]) {
            let accuracy = band.accuracy.expect("measured");
            assert!((band.min_confidence - bound).abs() < 0.05, "{band:?}");
            assert!((bound..bound + 0.3).contains(&accuracy), "{band:?}");
        }
    }

    #[test]
    fn the_farthest_are_unclear_whatever_their_confidence() {
        let answers = answers(0.9);
        let calibration = calibrate(&answers);
        assert_eq!(calibration.max_distance, Some(950.0));
        let unclear = in_bands(&answers, &calibration);
        let unclear = unclear.iter().map(|(_, answer)| answer.expect("one").1);
        let unclear: Vec<_> = unclear
            .map(|band| band == ConfidenceBand::Unclear)
            .collect();
        assert!(unclear[951..].iter().all(|&unclear| unclear));
        let far = [(0.99, false)];
        let sure: Vec<Judged> = (0..100).map(|idx| (f64::from(idx) / 100.0, true)).collect();
        let last = *bands(&sure, &far).last().expect("bands");
        assert!(last.accuracy < Some(1.0), "{last:?}");
    }

    #[test]
    fn a_narrow_band_joins_the_one_below() {
        // Right 4 times in 10 below 0.21, 7 times above: from 0.2 to 0.21 there is no band.
        let judged: Vec<Judged> = (0..1000)
            .map(|idx| {
                let right = if idx < 210 { 4 } else { 7 };
                (f64::from(idx) / 1000.0, idx * 3 % 10 < right)
            })
            .collect();
        let bands = bands(&judged, &[]);
        let names: Vec<_> = bands.iter().map(|one| one.band).collect();
        assert_eq!(names, [ConfidenceBand::Medium, ConfidenceBand::Unclear]);
    }
}
