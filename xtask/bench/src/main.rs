//! What the project measures about itself: `cargo xtask bench` and `cargo xtask load` start this program.

mod bench;
mod load;
mod without_page;

use std::process::ExitCode;

use clap::Parser;
use xtask::workspace::Workspace;

/// BanglaSER's measurements.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Cli {
    /// Time every stage on one thread, or the server, and print tables
    Bench(bench::Options),
    /// Send mixed requests to a release server on 127.0.0.1; print times, errors and memory
    Load(load::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = Workspace::locate().and_then(|workspace| match &cli {
        Cli::Bench(options) => bench::bench(&workspace, options),
        Cli::Load(options) => load::load(&workspace, options),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
