//! Why a file of an encoder was refused.

/// Why a file of an encoder was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransformerError {
    /// It is no safetensors file.
    #[error("the encoder is not in safetensors format")]
    Format(#[from] safetensors::SafeTensorError),
    /// A tensor is missing.
    #[error("tensor {name} is missing")]
    Missing {
        /// Its name.
        name: String,
    },
    /// A tensor has another shape or element type.
    #[error("tensor {name} is {found}, not {expected}")]
    Shape {
        /// Its name.
        name: String,
        /// Type and shape in the file.
        found: String,
        /// What belongs there.
        expected: String,
    },
    /// A tensor holds NaN or infinity.
    #[error("tensor {name} holds values that are not finite")]
    NotFinite {
        /// Its name.
        name: String,
    },
    /// The metadata tell no number of heads that the frames can be shared among.
    #[error("{found:?} are no heads for frames of {width} values")]
    Heads {
        /// In the metadata.
        found: Option<String>,
        /// Values of a frame.
        width: usize,
    },
}
