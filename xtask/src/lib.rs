//! What the project's commands are made of; `main.rs` names them, and `bench/` measures with it.
//!
//! Each command does its own set-up, so that a fresh machine with Rust needs nothing else installed by hand. Works on
//! Linux, macOS and Windows.

pub mod arm;
pub mod batch;
pub mod browser;
pub mod bundle;
pub mod command;
mod compact;
mod compress;
pub mod ffmpeg;
mod hashed_name;
mod never_called;
pub mod node;
mod on_device;
pub mod outside;
pub mod page;
pub mod python;
pub mod sbom;
mod split;
mod steps;
pub mod system_packages;
pub mod test;
#[cfg(test)]
mod tidy;
pub mod toolchain;
pub mod trial_server;
pub mod wasm_target;
pub mod workspace;
