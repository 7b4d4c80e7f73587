//! What a voice profile changes, and which are refused; how strongly a voice expresses something.

mod untrained;
mod voice;

use audio::{Recording, SAMPLE_RATE_HZ, Waveform};
use inference::{Checkpoint, CheckpointError, Presence, ProfileError, RecognizeError, Recognizer};
use untrained::{ENCODER, checkpoint, prior, rankings, recognizer, speech};
use vocabulary::{ConfidenceBand, Emotion, LabelSet, Note, Profile};
use voice::syllables;

fn profile(voice: Vec<f32>) -> Profile {
    Profile {
        model: "voices".to_owned(),
        n_clips: 2,
        voice,
        bias: Vec::new(),
    }
}

#[test]
fn somebody_like_everybody_is_heard_as_a_stranger_and_nobody_else_is() {
    let (recognizer, clip) = (recognizer(), speech(2.0));
    let stranger = recognizer.recognize(&clip).expect("speech");
    let average = recognizer
        .recognize_voice(&clip, &profile(prior().mean))
        .expect("speech");
    for ((_, left), (_, right)) in stranger
        .probabilities
        .iter()
        .zip(average.probabilities.iter())
    {
        assert!((left - right).abs() < 1e-5);
    }
    let voice = prior().mean.iter().map(|value| value + 0.5).collect();
    let known = recognizer
        .recognize_voice(&clip, &profile(voice))
        .expect("speech");
    let change = |(left, right): ((_, f32), (_, f32))| (left.1 - right.1).abs();
    let pairs = stranger
        .probabilities
        .iter()
        .zip(known.probabilities.iter());
    assert!(pairs.map(change).fold(0.0, f32::max) > 1e-4);
}

#[test]
fn corrections_lean_answers_and_windows_alike() {
    let (recognizer, clip) = (recognizer(), speech(9.0));
    let plain = recognizer.recognize(&clip).expect("speech");
    let n_labels = plain.probabilities.iter().len();
    let mut bias = vec![0.0; n_labels];
    bias[n_labels - 1] = 1.5;
    let corrected = Profile::of_corrections("voices".to_owned(), bias.clone());
    let leaning = recognizer
        .recognize_voice(&clip, &corrected)
        .expect("speech");
    for (before, after) in plain.windows.iter().zip(&leaning.windows) {
        assert_eq!(before.probabilities.biased(&bias), after.probabilities);
    }
    let last = |prediction: &vocabulary::Prediction| {
        prediction
            .probabilities
            .iter()
            .last()
            .map(|(_, value)| value)
    };
    assert!(last(&leaning) > last(&plain));
    assert_eq!(plain.speech, leaning.speech);

    for damaged in [
        vec![0.0; n_labels + 1],
        vec![f32::NAN; n_labels],
        vec![1e9; n_labels],
    ] {
        let damaged = Profile::of_corrections("voices".to_owned(), damaged);
        assert!(recognizer.recognize_voice(&clip, &damaged).is_err());
    }
}

#[test]
fn a_profile_is_the_mean_of_its_clips_less_their_emotions() {
    let recognizer = recognizer();
    let enrol = |profile, emotion| {
        recognizer
            .enrol(profile, &speech(2.0), emotion)
            .expect("speech")
    };
    let calm = enrol(None, Some(Emotion::Neutral));
    let angry = enrol(None, Some(Emotion::Angry));
    let class_of = |emotion| LabelSet::five().class_idx(emotion).expect("a label");
    let offsets = prior().offsets;
    let (of_calm, of_angry) = (
        &offsets[class_of(Emotion::Neutral)],
        &offsets[class_of(Emotion::Angry)],
    );
    let both = enrol(Some(calm.clone()), Some(Emotion::Angry));
    assert_eq!((calm.n_clips, both.n_clips), (1, 2));
    for idx in 0..ENCODER.voice_size() {
        let difference = calm.voice[idx] + of_calm[idx] - angry.voice[idx] - of_angry[idx];
        assert!(difference.abs() < 1e-5, "{difference}");
        let mean = (calm.voice[idx] + angry.voice[idx]) / 2.0;
        assert!((both.voice[idx] - mean).abs() < 1e-5);
    }
}

#[test]
fn of_an_unknown_emotion_the_predicted_one_is_removed() {
    let (recognizer, clip) = (recognizer(), speech(2.0));
    let predicted = recognizer.recognize(&clip).expect("speech").emotion();
    let told = recognizer
        .enrol(None, &clip, Some(predicted))
        .expect("speech");
    assert_eq!(recognizer.enrol(None, &clip, None).expect("speech"), told);
}

#[test]
fn what_is_no_profile_of_the_checkpoint_is_refused_by_name() {
    let (recognizer, clip) = (recognizer(), speech(2.0));
    let refusal = |profile: &Profile| match recognizer.recognize_voice(&clip, profile) {
        Err(RecognizeError::Profile(error)) => error,
        other => panic!("{other:?}"),
    };
    let foreign = Profile {
        model: "bilstm-v1".to_owned(),
        ..profile(prior().mean)
    };
    let message = refusal(&foreign).to_string();
    assert!(
        message.contains("bilstm-v1") && message.contains("voices"),
        "{message}"
    );
    for voice in [
        vec![],
        vec![0.0; 3],
        vec![f32::INFINITY; ENCODER.voice_size()],
    ] {
        assert!(matches!(
            refusal(&profile(voice)),
            ProfileError::Damaged { .. }
        ));
    }
    let unknown = recognizer.enrol(None, &clip, Some(Emotion::Fear));
    assert!(matches!(
        unknown,
        Err(RecognizeError::Profile(ProfileError::UnknownEmotion { .. }))
    ));
    let without = Recognizer::from(checkpoint(None)).enrol(None, &clip, None);
    assert!(matches!(
        without,
        Err(RecognizeError::Profile(ProfileError::NotTaken { .. }))
    ));
}

#[test]
fn a_voice_unlike_those_of_the_training_is_told_and_never_sure() {
    let clip = speech(2.0);
    let heard = recognizer().recognize(&clip).expect("speech");
    let distance = heard.distance.expect("there are axes");
    assert!(!heard.notes.contains(&Note::Unfamiliar));
    for (max_distance, is_far) in [(0.9 * distance, true), (1.1 * distance, false)] {
        let mut bounded = checkpoint(Some(prior()));
        bounded.config.calibration.max_distance = Some(max_distance);
        // Any answer would be sure.
        bounded.config.calibration.bands[0].min_confidence = 0.0;
        let answer = Recognizer::from(bounded).recognize(&clip).expect("speech");
        assert_eq!(answer.notes.contains(&Note::Unfamiliar), is_far);
        assert_eq!(answer.certainty.band == ConfidenceBand::High, !is_far);
        assert_eq!(answer.probabilities, heard.probabilities);
    }
}

#[test]
fn files_keep_the_prior_and_one_of_another_shape_is_refused() {
    let files = checkpoint(Some(prior())).files();
    let open = |files: &[(String, Vec<u8>)]| {
        let read = |name: &str| {
            Ok(files
                .iter()
                .find(|(file, _)| *file == name)
                .expect("written")
                .1
                .clone())
        };
        Checkpoint::open(read)
    };
    let whole = open(&files).expect("whole");
    assert_eq!(whole.voice_prior, Some(prior()));
    assert_eq!(whole.rankings, rankings());
    assert_eq!(whole.presence, None);
    let mut judging = checkpoint(None);
    judging.presence = Some(Presence {
        direction: vec![0.5; ENCODER.voice_size()],
        least: 1.0,
    });
    let kept = open(&judging.files()).expect("whole");
    assert_eq!(kept.presence, judging.presence);
    let mut other = prior();
    other.offsets.pop();
    let refused = open(&checkpoint(Some(other)).files());
    assert!(
        matches!(refused, Err(CheckpointError::Shape { .. })),
        "{refused:?}"
    );
}

#[test]
fn how_strong_a_voice_is_does_not_follow_its_level() {
    let recognizer = recognizer();
    let heard = |gain_db: f32| {
        let gain = 10_f32.powf(gain_db / 20.0);
        let samples = syllables(6.0).iter().map(|sample| gain * sample).collect();
        let recording = Recording::from(&Waveform {
            samples,
            sample_rate_hz: SAMPLE_RATE_HZ,
        });
        recognizer.recognize(&recording).expect("speech")
    };
    let plain = heard(0.0);
    let intensity = plain.intensity.expect("every emotion has a ranking");
    assert!((0.05..0.95).contains(&intensity.value), "{intensity:?}");
    let windows = plain.windows.iter().map(|window| window.intensity);
    let values: Vec<f32> = windows.map(|told| told.expect("likewise").value).collect();
    assert!(values.len() > 1);
    for gain_db in [-12.0, 12.0] {
        let changed = heard(gain_db).intensity.expect("likewise");
        assert!((changed.value - intensity.value).abs() < 0.01);
        assert_eq!(changed.word, intensity.word);
    }
}

#[test]
fn what_is_unclear_or_has_no_ranking_is_not_called_strong() {
    let whole = recognizer().recognize(&speech(3.0)).expect("speech");
    let mut checkpoint = checkpoint(Some(prior()));
    checkpoint.config.calibration.bands[2].band = ConfidenceBand::Unclear;
    checkpoint.config.calibration.bands.drain(..2);
    let unclear = Recognizer::from(checkpoint.clone());
    let unclear = unclear.recognize(&speech(3.0)).expect("speech");
    assert_eq!(unclear.certainty.band, ConfidenceBand::Unclear);
    assert_eq!(unclear.intensity, None);
    checkpoint.rankings.0.remove(&whole.emotion());
    checkpoint.config.calibration = Default::default();
    let blind = Recognizer::from(checkpoint).recognize(&speech(3.0));
    let blind = blind.expect("speech");
    assert_eq!((blind.intensity, blind.emotion()), (None, whole.emotion()));
}
