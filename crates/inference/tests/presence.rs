//! What an encoder takes for no voice, nobody says.

mod untrained;
mod voice;

use audio::{Recording, SAMPLE_RATE_HZ, Waveform};
use inference::{Presence, RecognizeError, Recognizer};
use untrained::{ENCODER, checkpoint, prior, recognizer, speech};
use vocabulary::Probabilities;
use voice::syllables;

fn recognizer_of_voices(least: f32) -> Recognizer {
    let mut checkpoint = checkpoint(Some(prior()));
    checkpoint.presence = Some(Presence {
        direction: (0..ENCODER.voice_size())
            .map(|n| (n as f32).cos())
            .collect(),
        least,
    });
    Recognizer::from(checkpoint)
}

#[test]
fn where_no_window_holds_a_voice_nobody_is_heard_or_enrolled() {
    let (nobody, clip) = (recognizer_of_voices(f32::MAX), speech(6.0));
    let no_speech = Some(RecognizeError::NoSpeech);
    assert_eq!(nobody.recognize(&clip).err(), no_speech);
    assert_eq!(nobody.enrol(None, &clip, None).err(), no_speech);
    let heard = |recognizer: Recognizer| recognizer.recognize(&clip).expect("speech");
    assert_eq!(heard(recognizer_of_voices(f32::MIN)), heard(recognizer()));
}

#[test]
fn windows_without_a_voice_are_left_out() {
    let clip = speech(9.0);
    let whole = recognizer().recognize(&clip).expect("speech");
    let (mut low, mut high) = (-100.0, 100.0);
    let part = (0..40).find_map(|_| {
        let middle = (low + high) / 2.0;
        let heard = recognizer_of_voices(middle).recognize(&clip).ok();
        match &heard {
            Some(heard) if heard.windows.len() == whole.windows.len() => low = middle,
            Some(_) => return heard,
            None => high = middle,
        }
        None
    });
    let part = part.expect("windows differ");
    assert!(!part.windows.is_empty());
    assert!(
        part.windows
            .iter()
            .all(|window| whole.windows.contains(window))
    );
    let all = part
        .windows
        .iter()
        .map(|window| window.probabilities.clone());
    let mean = Probabilities::mean(&all.collect::<Vec<_>>());
    assert_eq!(Some(part.probabilities), mean);
}

#[test]
fn an_encoder_hears_a_voice_that_the_spectrum_takes_for_none() {
    let mut seed = 1_u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed as f32 / u32::MAX as f32 - 0.5
    };
    let in_noise = |level: f32| {
        let samples = syllables(3.0).into_iter();
        Recording::from(&Waveform {
            samples: samples.map(|sample| sample + level * noise()).collect(),
            sample_rate_hz: SAMPLE_RATE_HZ,
        })
    };
    let levels = (1..200).map(|n| n as f32 / 100.0);
    let recording = levels.map(in_noise).find(|recording| {
        let speech = recording.features.speech();
        speech.duration_s() > 0.0 && !speech.is_spoken()
    });
    let recording =
        recording.expect("noise hides a voice from the spectrum before it hides its vowels");
    let judged = |least| recognizer_of_voices(least).recognize(&recording);
    assert_eq!(
        recognizer().recognize(&recording).err(),
        Some(RecognizeError::NoSpeech)
    );
    assert!(judged(f32::MIN).is_ok());
    assert_eq!(judged(f32::MAX).err(), Some(RecognizeError::NoSpeech));
}
