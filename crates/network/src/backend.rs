//! The one place that names burn's backends; why these: docs/decisions/0001-burn-backend.md.

use burn::tensor::Device;
#[cfg(feature = "gpu")]
use burn::tensor::DeviceKind;

/// The device on which networks that are trained are computed.
pub fn device() -> Device {
    Device::flex()
}

/// The device of the reference network that a server may answer by.
pub fn reference_device() -> Device {
    #[expect(
        deprecated,
        reason = "the project promises this backend; decision 0001 tells of its end"
    )]
    Device::ndarray()
}

/// The device on which networks are trained: the plain one, or the graphics card with the feature `gpu`.
pub fn training_device() -> Device {
    #[cfg(feature = "gpu")]
    return Device::wgpu(DeviceKind::DefaultDevice);
    #[cfg(not(feature = "gpu"))]
    device()
}
