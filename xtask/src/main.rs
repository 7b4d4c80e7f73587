//! The project's commands: `cargo xtask serve`, `test`, `build`, `bench`, `load`, `api-test` and `sbom`.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use xtask::{
    batch, bundle, command::run, outside, sbom, test, toolchain::Toolchain, workspace::Workspace,
};

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
    Test {
        /// Only those of the program for archives and of the Python package, which are run for this alone
        #[arg(long)]
        batch: bool,
    },
    /// Time every stage on one thread, or the server, and print tables
    #[command(disable_help_flag = true)]
    Bench(Measurement),
    /// Send mixed requests to a release server on 127.0.0.1; print times, errors and memory
    #[command(disable_help_flag = true)]
    Load(Measurement),
    /// Test the debug server with requests made from its OpenAPI document (schemathesis, in a virtual environment)
    ApiTest,
    /// Write a CycloneDX document and a list of licences of everything that ships into target/sbom
    Sbom,
    /// Write dist/: the server, its settings, the page and the models; runs from any folder
    Build {
        /// The program for archives too
        #[arg(long)]
        batch: bool,
    },
}

/// What the program of `xtask/bench` is told.
#[derive(Args)]
struct Measurement {
    /// Its options; --help lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match obey(&cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn obey(command: &Command) -> Result<()> {
    let workspace = Workspace::locate()?;
    match command {
        Command::Serve { draft: false } => bundle::serve(&workspace),
        Command::Serve { draft: true } => bundle::serve_draft(&workspace),
        Command::Test { batch: false } => test::test(&workspace),
        Command::Test { batch: true } => batch::test(&workspace),
        Command::Bench(options) => measure(&workspace, "bench", options),
        Command::Load(options) => measure(&workspace, "load", options),
        Command::ApiTest => outside::api_test(&workspace),
        Command::Sbom => sbom::sbom(&workspace),
        Command::Build { batch } => bundle::build(&workspace, *batch).map(|_| ()),
    }
}

/// Compiles and runs `xtask/bench`, which no other command needs.
fn measure(workspace: &Workspace, what: &str, Measurement { options }: &Measurement) -> Result<()> {
    let mut cargo = Toolchain::active().cargo(workspace);
    run(cargo
        .args(["run", "--quiet", "--package", "bench", "--", what])
        .args(options))
}
