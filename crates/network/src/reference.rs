//! A network that answers by burn's operations: what the packed kernels are held against, and what an
//! operator may choose to be answered by.

use audio::{N_MELS, VoiceBands};
use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use inference::{Input, Network};

use crate::{Batch, SpeakerEncoder};

/// What answers by tensors, and what gradients can be taken of.
pub trait Forward: Send {
    /// What is read of a window.
    fn input(&self) -> Input;

    /// What hears the voice beside the frames.
    fn speaker_encoder(&self) -> Option<&SpeakerEncoder>;

    /// Logits `[batch, n_classes]`.
    ///
    /// Dropout and batch statistics are active on an autodiff device only.
    fn forward(&self, batch: &Batch) -> Tensor<2>;
}

/// Answers by the operations of the device that it lies on.
#[derive(Debug)]
pub struct Reference<N>(pub N);

impl<N: Forward + Module + Sync> Network for Reference<N> {
    fn input(&self) -> Input {
        self.0.input()
    }

    fn voices(&self, windows: &[&[f32]]) -> Vec<Vec<f32>> {
        let Some(encoder) = self.0.speaker_encoder() else {
            return Vec::new();
        };
        let mut bands = VoiceBands::new();
        let bands = windows.iter().map(|samples| bands.middle(samples));
        let batch = Batch::new(&bands.collect::<Vec<_>>(), N_MELS, &device_of(encoder));
        encoder.voices(&batch)
    }

    fn logits(&self, read: &[&[f32]], voices: &[Vec<f32>]) -> Vec<Vec<f32>> {
        rows(self.0.forward(&batch_of(&self.0, read, voices)))
    }
}

/// What is read of windows, on the network's device.
pub(crate) fn batch_of(
    network: &(impl Forward + Module),
    read: &[&[f32]],
    voices: &[Vec<f32>],
) -> Batch {
    let batch = Batch::new(read, network.input().n_features(), &device_of(network));
    batch.with_voices(voices)
}

pub(crate) fn device_of(module: &impl Module) -> Device {
    module.devices().swap_remove(0)
}

pub(crate) fn rows(matrix: Tensor<2>) -> Vec<Vec<f32>> {
    let [_, n_columns] = matrix.dims();
    let values: Vec<f32> = matrix.into_data().iter::<f32>().collect();
    values.chunks(n_columns).map(<[f32]>::to_vec).collect()
}
