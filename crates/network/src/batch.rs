//! Windows as tensors: side by side, padded with zeros to the longest.
//!
//! Output  frames `[batch, n_frames, n_features]`, voice vectors `[batch, voice_size]`

use burn::tensor::{Device, Tensor, TensorData};

/// Windows side by side, padded with zeros at their ends.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `[batch, n_frames, n_features]`.
    pub frames: Tensor<3>,
    /// Frames of each window, `[batch]`.
    pub lengths: Vec<usize>,
    /// The voice vector of each window, `[batch, voice_size]`, where the network has a speaker encoder.
    pub voices: Option<Tensor<2>>,
}

impl Batch {
    /// Of windows with `n_features` values per frame, at least one frame each.
    pub fn new(windows: &[impl AsRef<[f32]>], n_features: usize, device: &Device) -> Self {
        let windows: Vec<&[f32]> = windows.iter().map(AsRef::as_ref).collect();
        let lengths: Vec<usize> = windows.iter().map(|one| one.len() / n_features).collect();
        let n_frames = lengths.iter().copied().max().unwrap_or(0);
        let mut values = Vec::with_capacity(windows.len() * n_frames * n_features);
        for window in &windows {
            let end = values.len() + n_frames * n_features;
            values.extend_from_slice(window);
            values.resize(end, 0.0);
        }
        let data = TensorData::new(values, [windows.len(), n_frames, n_features]);
        Self {
            frames: Tensor::from_data(data, device),
            lengths,
            voices: None,
        }
    }

    /// The same windows with their voice vectors, one each.
    #[must_use]
    pub fn with_voices(mut self, voices: &[Vec<f32>]) -> Self {
        let shape = [voices.len(), voices.first().map_or(0, Vec::len)];
        let data = TensorData::new(voices.concat(), shape);
        self.voices = (shape[1] > 0).then(|| Tensor::from_data(data, &self.frames.device()));
        self
    }

    /// The same on the autodiff device of its device.
    #[must_use]
    pub fn autodiff(&self) -> Self {
        Self {
            frames: self.frames.clone().autodiff(),
            lengths: self.lengths.clone(),
            voices: self.voices.clone().map(Tensor::autodiff),
        }
    }

    /// Frames of each window, every `stride`th, `[batch]`.
    pub fn lengths(&self, stride: usize) -> Vec<usize> {
        let lengths = self.lengths.iter();
        lengths.map(|length| length.div_ceil(stride)).collect()
    }

    /// 1 where a frame is, 0 where padding is, `[batch, n_frames, 1]`, every `stride`th frame.
    pub fn mask(&self, stride: usize) -> Tensor<3> {
        let n_frames = self.frames.dims()[1].div_ceil(stride);
        mask(&self.lengths(stride), n_frames, &self.frames.device())
    }
}

/// 1 in the first frames of each window, as many as `lengths` says, else 0: `[batch, n_frames, 1]`.
pub(crate) fn mask(lengths: &[usize], n_frames: usize, device: &Device) -> Tensor<3> {
    let of_window = |&length: &usize| (0..n_frames).map(move |idx| f32::from(idx < length));
    let values: Vec<f32> = lengths.iter().flat_map(of_window).collect();
    let data = TensorData::new(values, [lengths.len(), n_frames, 1]);
    Tensor::from_data(data, device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_masked() {
        let windows = [vec![1.0; 6], vec![1.0; 2]];
        let batch = Batch::new(&windows, 2, &crate::backend::device());
        assert_eq!(batch.frames.dims(), [2, 3, 2]);
        let mask: Vec<f32> = batch.mask(1).into_data().iter::<f32>().collect();
        assert_eq!(mask, [1.0, 1.0, 1.0, 1.0, 0.0, 0.0]);
        let mask: Vec<f32> = batch.mask(2).into_data().iter::<f32>().collect();
        assert_eq!(mask, [1.0, 1.0, 1.0, 0.0]);
    }
}
