//! What a command did, step by step, and how long it took.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The steps so far.
#[derive(Default)]
pub struct Steps {
    done: Vec<(&'static str, Duration, &'static str)>,
    /// Tests that could not run here, with the reason.
    pub skipped: Vec<String>,
}

impl Steps {
    /// Runs one step between two lines that name it.
    pub fn run<T>(&mut self, name: &'static str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n== {name}");
        let start = Instant::now();
        let result = step();
        let outcome = if result.is_ok() { "ok" } else { "FAILED" };
        self.done.push((name, start.elapsed(), outcome));
        result.with_context(|| format!("step `{name}` failed"))
    }

    /// Prints the table of steps and what was skipped.
    pub fn print_summary(&self) {
        println!("\nSummary");
        for (name, duration, outcome) in &self.done {
            println!("  {:>7.1} s  {outcome:6}  {name}", duration.as_secs_f32());
        }
        for line in &self.skipped {
            println!("  {line}");
        }
        if self.skipped.is_empty() {
            println!("  No test of the Rust crates was skipped.");
        }
    }
}
