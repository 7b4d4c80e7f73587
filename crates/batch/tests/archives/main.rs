//! The real program on archives that are made here: clips that are synthesised, a folder, a server, a bucket.

#[path = "../../../../tests/clips/mod.rs"]
mod clips;
#[cfg(feature = "cluster")]
mod cluster;
mod folders;
mod kills;
mod manifests;
mod program;
mod s3;
#[cfg(feature = "sql")]
mod sql;
mod web;
