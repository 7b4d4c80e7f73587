//! A dense layer in the layout that is quickest on this processor.

use super::super::panels::Panels;
#[cfg(target_arch = "x86_64")]
use super::vnni_matrix::VnniMatrix;
use super::{
    finish::{Columns, Finish},
    int8_matrix::Int8Matrix,
    int16_matrix::Int16Matrix,
    weights::LayerWeights,
};

/// Weights and biases of a layer.
#[derive(Debug)]
pub(super) struct Dense {
    n_outputs: usize,
    matrix: Matrix,
}

#[derive(Debug)]
enum Matrix {
    #[cfg(target_arch = "x86_64")]
    Vnni(VnniMatrix),
    Int8(Int8Matrix),
    Int16(Int16Matrix),
    Floats(Panels),
}

impl Dense {
    /// Lays out a layer; in f32 where the processor has no quick products of whole numbers, or they are not wanted.
    pub fn new(layer: &LayerWeights, in_integers: bool) -> Self {
        let in_integers = in_integers.then(|| Matrix::in_integers(layer)).flatten();
        let in_floats = || Matrix::Floats(Panels::new(&layer.values(), &layer.biases));
        Self {
            n_outputs: layer.n_outputs(),
            matrix: in_integers.unwrap_or_else(in_floats),
        }
    }

    /// Outputs of rows that lie one after another, `[n_rows, n_outputs]`.
    pub fn multiply_rows(&self, rows: &[f32], n_inputs: usize, finish: impl Finish) -> Vec<f32> {
        let mut output = vec![0.0; rows.len() / n_inputs * self.n_outputs];
        self.multiply(rows, n_inputs, finish, &mut output);
        output
    }

    /// Outputs of as many rows as `output` has place for, `stride` values apart.
    pub fn multiply(&self, rows: &[f32], stride: usize, finish: impl Finish, output: &mut [f32]) {
        match &self.matrix {
            #[cfg(target_arch = "x86_64")]
            Matrix::Vnni(matrix) => matrix.multiply(rows, stride, finish, output),
            Matrix::Int8(matrix) => self.finish_after(
                |values| matrix.multiply(rows, stride, values),
                finish,
                output,
            ),
            Matrix::Int16(matrix) => matrix.multiply(rows, stride, finish, output),
            Matrix::Floats(panels) => self.finish_after(
                |values| panels.multiply(rows, stride, values),
                finish,
                output,
            ),
        }
    }

    /// Finishes what `multiply` leaves.
    fn finish_after(
        &self,
        multiply: impl FnOnce(&mut [f32]),
        finish: impl Finish,
        output: &mut [f32],
    ) {
        let mut values = vec![0.0; output.len()];
        multiply(&mut values);
        let all = Columns {
            n_columns: self.n_outputs,
            first: 0,
            width: self.n_outputs,
        };
        all.finish(finish, &values, output);
    }
}

impl Matrix {
    fn in_integers(layer: &LayerWeights) -> Option<Self> {
        let n_inputs = layer.n_inputs();
        #[cfg(target_arch = "x86_64")]
        if let Some(matrix) = VnniMatrix::new(layer) {
            return Some(Self::Vnni(matrix));
        }
        if Int8Matrix::is_possible(n_inputs) {
            return Some(Self::Int8(Int8Matrix::new(layer)));
        }
        Int16Matrix::is_possible(n_inputs).then(|| Self::Int16(Int16Matrix::new(layer)))
    }
}
