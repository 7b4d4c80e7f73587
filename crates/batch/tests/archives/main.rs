//! The real program on archives that are made here: clips that are synthesised, a folder, a server, a bucket.

#[path = "../../../../tests/clips/mod.rs"]
mod clips;
mod folders;
mod kills;
mod manifests;
mod program;
mod s3;
mod web;
