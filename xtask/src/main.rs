//! The project's commands: `cargo xtask serve`, `test`, `build`, `bench`, `load`, `api-test` and `sbom`.
//!
//! Each does its own set-up, so that a fresh machine with Rust needs nothing else installed by hand. Works on Linux,
//! macOS and Windows.

mod bench;
mod browser;
mod bundle;
mod command;
mod compact;
mod compress;
mod hashed_name;
mod import_names;
mod load;
mod never_called;
mod node;
mod outside;
mod page;
mod python;
mod sbom;
mod steps;
mod system_packages;
mod test;
#[cfg(test)]
mod tidy;
mod toolchain;
mod trial_server;
mod wasm_target;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// BanglaSER's developer commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything in release mode and serve http://127.0.0.1:3000 from dist/
    Serve {
        /// Compile soon instead of small and fast, for working on the page; dist/ stays as it is
        #[arg(long)]
        draft: bool,
    },
    /// Install what the tests need and run all of them: formatting, lints, unit, parity, HTTP, browser
    Test,
    /// Time every stage on one thread, or the server, and print tables
    Bench(bench::Options),
    /// Send mixed requests to a release server on 127.0.0.1; print times, errors and memory
    Load(load::Options),
    /// Test the debug server with requests made from its OpenAPI document (schemathesis, in a virtual environment)
    ApiTest,
    /// Write a CycloneDX document and a list of licences of everything that ships into target/sbom
    Sbom,
    /// Write dist/: the server, its settings, the page and the models; runs from any folder
    Build,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<()> {
    let workspace = workspace::Workspace::locate()?;
    match command {
        Command::Serve { draft: false } => bundle::serve(&workspace),
        Command::Serve { draft: true } => bundle::serve_draft(&workspace),
        Command::Test => test::test(&workspace),
        Command::Bench(options) => bench::bench(&workspace, options),
        Command::Load(options) => load::load(&workspace, options),
        Command::ApiTest => outside::api_test(&workspace),
        Command::Sbom => sbom::sbom(&workspace),
        Command::Build => bundle::build(&workspace).map(|_| ()),
    }
}
