//! Listens to an open microphone and tells how loud it is.

use js_sys::Reflect;
use web_sys::{AnalyserNode, AudioContext, MediaStream, MediaStreamAudioSourceNode, Window};

/// Samples looked at per tick: 85 ms at 48 kHz, about a tick.
const N_SAMPLES: u32 = 4096;

/// Hears what the microphone hears; its audio context is closed on drop.
pub struct LevelMeter {
    context: AudioContext,
    source: MediaStreamAudioSourceNode,
    analyser: AnalyserNode,
}

impl LevelMeter {
    /// `None` where the browser has no audio contexts: then one records without a meter.
    pub fn open(window: &Window, stream: &MediaStream) -> Option<Self> {
        if !Reflect::has(window, &"AudioContext".into()).unwrap_or(false) {
            return None;
        }
        let context = AudioContext::new().ok()?;
        let connected = connect(&context, stream);
        if connected.is_none() {
            drop(context.close());
        }
        let (source, analyser) = connected?;
        Some(Self {
            context,
            source,
            analyser,
        })
    }

    /// Largest absolute sample of the last moment, full scale 1.
    pub fn peak(&self) -> f32 {
        let mut samples = vec![0.0; N_SAMPLES as usize];
        self.analyser.get_float_time_domain_data(&mut samples);
        samples
            .iter()
            .fold(0.0, |peak, sample| sample.abs().max(peak))
    }
}

impl Drop for LevelMeter {
    fn drop(&mut self) {
        // Both fail only for what is disconnected or closed already.
        drop(self.source.disconnect());
        drop(self.context.close());
    }
}

fn connect(
    context: &AudioContext,
    stream: &MediaStream,
) -> Option<(MediaStreamAudioSourceNode, AnalyserNode)> {
    let source = context.create_media_stream_source(stream).ok()?;
    let analyser = context.create_analyser().ok()?;
    analyser.set_fft_size(N_SAMPLES);
    source.connect_with_audio_node(&analyser).ok()?;
    Some((source, analyser))
}
