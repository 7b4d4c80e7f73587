//! The router's contract, with the shipped checkpoint and without a socket.

mod access;
mod admin;
mod admin_provider;
mod admin_told;
mod admin_trial;
mod admin_trouble;
#[path = "../checkpoints/mod.rs"]
mod checkpoints;
#[path = "../clips/mod.rs"]
mod clips;
mod errors;
mod foreign_clients;
mod forms;
mod hostile;
#[path = "../clips/hostile.rs"]
mod hostile_clips;
mod limits;
mod live;
mod model;
mod models;
mod moments;
mod odd_requests;
mod on_device;
mod page;
#[path = "../pinned/mod.rs"]
mod pinned;
mod pinned_answers;
mod profiles;
mod recordings;
mod rest;
mod security;
mod tenants;
mod trial;
mod unlike_voices;
mod v1;
mod voices_apart;
