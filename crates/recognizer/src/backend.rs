//! The one place that names burn's backend; why this one: docs/decisions/0001-burn-backend.md.

use burn::tensor::Device;

/// The device on which everything is computed.
pub fn device() -> Device {
    Device::flex()
}
