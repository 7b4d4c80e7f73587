//! The one place that names burn's backend; why this one: docs/decisions/0001-burn-backend.md.

use burn::tensor::Device;
#[cfg(feature = "gpu")]
use burn::tensor::DeviceKind;

/// The device on which predictions are computed.
pub fn device() -> Device {
    Device::flex()
}

/// The device on which networks are trained: the same, or the graphics card with the feature `gpu`.
pub fn training_device() -> Device {
    #[cfg(feature = "gpu")]
    return Device::wgpu(DeviceKind::DefaultDevice);
    #[cfg(not(feature = "gpu"))]
    device()
}
