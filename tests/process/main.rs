//! The program as an operator runs it: slow and vanishing clients, a log that is full, signals, a crowd.
#![cfg(unix)]

mod alerts;
mod clients;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "../clips/mod.rs"]
mod clips;
mod crowd;
#[path = "../clips/hostile.rs"]
mod hostile_clips;
mod log;
mod memory;
mod server;
mod simple_clients;
mod stop;
mod tenants;
