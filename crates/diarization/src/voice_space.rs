//! The vectors by which a voice is told from others.
//!
//! Input   segments of speech, 16 kHz
//! Output  vectors of length 1, `[256]`
//! Source  Wan et al. 2018 (GE2E): three LSTM layers, the last state, one dense layer, ReLU; as Resemblyzer has them

use std::{
    collections::BTreeMap,
    ops::{ControlFlow, Range},
};

use audio::{Samples, VoiceBands, dot};
use inference::{CheckpointError, EncoderShape, PackedEncoder, Weights, shared};

/// Values of a vector.
pub const VECTOR_SIZE: usize = 256;

/// Segments that are heard at once, by two threads.
const N_AT_ONCE: usize = 16;

/// Name of the typical vector.
pub const TYPICAL: &str = "typical";

/// Name of the layers' tensors.
const ENCODER: &str = "speaker_encoder";

/// The layers in front of the projection.
pub const fn encoder_shape() -> EncoderShape {
    EncoderShape {
        hidden_size: VECTOR_SIZE,
        n_layers: 3,
    }
}

/// What makes vectors of speech.
#[derive(Debug)]
pub struct VoiceSpace {
    encoder: PackedEncoder,
    /// `[VECTOR_SIZE, VECTOR_SIZE]`, and what is added.
    projection: [Vec<f32>; 2],
    /// Mean of many voices' vectors, `[VECTOR_SIZE]`.
    typical: Vec<f32>,
}

impl VoiceSpace {
    /// Lays out weights.
    ///
    /// # Errors
    /// [`CheckpointError`] names the tensor that is missing, of another shape, or too many.
    pub fn new(weights: &Weights) -> Result<Self, CheckpointError> {
        weights.verify(&Self::tensors())?;
        Ok(Self {
            encoder: PackedEncoder::new(weights, ENCODER, encoder_shape()),
            projection: ["weight", "bias"]
                .map(|kind| weights.values(&format!("projection.{kind}")).to_vec()),
            typical: weights.values(TYPICAL).to_vec(),
        })
    }

    /// Name and shape of every tensor.
    pub fn tensors() -> BTreeMap<String, Vec<usize>> {
        let mut tensors: BTreeMap<_, _> = encoder_shape().tensors(ENCODER).into_iter().collect();
        let square = ("projection.weight".to_owned(), vec![VECTOR_SIZE; 2]);
        let flat = ["projection.bias", TYPICAL].map(|name| (name.to_owned(), vec![VECTOR_SIZE]));
        tensors.extend(flat.into_iter().chain([square]));
        tensors
    }

    /// A vector for each segment of some samples, in order; segments of silence have vectors of their own. `watch` is
    /// called whenever some were heard, and may stop it.
    pub fn vectors<B>(
        &self,
        samples: &Samples,
        segments: impl IntoIterator<Item = Range<usize>>,
        mut watch: impl FnMut() -> ControlFlow<B>,
    ) -> ControlFlow<B, Vec<Vec<f32>>> {
        let segments: Vec<_> = segments.into_iter().collect();
        let mut vectors = Vec::with_capacity(segments.len());
        for at_once in segments.chunks(N_AT_ONCE) {
            vectors.extend(shared(at_once, |segments| self.hear(samples, segments)));
            watch()?;
        }
        ControlFlow::Continue(vectors)
    }

    fn hear(&self, samples: &Samples, segments: &[Range<usize>]) -> Vec<Vec<f32>> {
        let mut extractor = VoiceBands::fine();
        let samples = segments
            .iter()
            .map(|segment| samples.range(segment.clone()));
        let bands: Vec<Vec<f32>> = samples.map(|samples| extractor.bands(&samples)).collect();
        let bands: Vec<&[f32]> = bands.iter().map(Vec::as_slice).collect();
        let states = self.encoder.last_states(&bands).into_iter();
        states.map(|state| self.vector(&state)).collect()
    }

    fn vector(&self, state: &[f32]) -> Vec<f32> {
        let [weight, bias] = &self.projection;
        let rows = weight.chunks_exact(VECTOR_SIZE).zip(bias);
        let mut vector: Vec<f32> = rows
            .map(|(row, bias)| (dot(row, state) + bias).max(0.0))
            .collect();
        normalise(&mut vector);
        vector
    }

    /// How vectors differ from the typical one, of length 1.
    pub fn distinct(&self, vectors: &[Vec<f32>]) -> Vec<Vec<f32>> {
        less(vectors, &self.typical)
    }
}

/// Vectors less a mean, of length 1.
pub fn less(vectors: &[Vec<f32>], mean: &[f32]) -> Vec<Vec<f32>> {
    let differences = vectors.iter().map(|vector| {
        let pairs = vector.iter().zip(mean);
        let mut difference: Vec<f32> = pairs.map(|(value, mean)| value - mean).collect();
        normalise(&mut difference);
        difference
    });
    differences.collect()
}

/// Brings a vector to length 1, unless it is 0.
pub fn normalise(vector: &mut [f32]) {
    let length = length(vector);
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value /= length);
    }
}

/// The root of the squares' sum.
pub fn length(vector: &[f32]) -> f32 {
    dot(vector, vector).sqrt()
}
