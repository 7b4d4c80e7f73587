//! The process: reads the settings, opens the checkpoint, serves or analyses.

// The types of nested views are deep.
#![recursion_limit = "256"]

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::{bail, ensure};
use banglaser::{
    administer::administer,
    analyze::{Format, Hearing, Results, analyze},
    command_line::{Channels, Command, CommandLine},
    enrol,
    server::{
        moments::Asked,
        panics, serve,
        settings::{self, Settings},
        state::AppState,
        telemetry,
    },
};
use clap::Parser;
use inference::Recognizer;
use mimalloc::MiMalloc;
use moments::{MAX_RULES, Rule};
use pipeline::Apart;
use tokio::runtime::Runtime;

/// Gives the memory of large uploads and clips back to the system, which the usual one keeps.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        // Nobody may be listening any more.
        let _ = writeln!(io::stderr(), "banglaser: {error:#}");
        ExitCode::FAILURE
    })
}

/// No huge pages: of one in which little is in use all counts, and a clip's memory is not given back piece by piece.
fn ask_for_small_pages() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "the system goes on with huge pages");
    }
}

fn run() -> anyhow::Result<ExitCode> {
    ask_for_small_pages();
    let line = CommandLine::parse();
    let settings_file = line.settings.map_or_else(settings::find, Ok)?;
    let mut settings = Settings::load(&settings_file)?;
    let _log = telemetry::start_logging(settings.server.log_format);
    panics::log_panics();
    let usual = settings.recognizer.clone();
    if let Some(checkpoint) = line.checkpoint {
        settings.recognizer.checkpoint = checkpoint;
    }
    let command = line.command.unwrap_or(Command::Serve { address: None });
    if let Command::Administer(act) = command {
        let mut out = io::stdout();
        let done = administer(act, line.by, &settings, &mut out);
        return Ok(Runtime::new()?.block_on(done).map(|()| ExitCode::SUCCESS)?);
    }
    let recognizer = match &command {
        Command::Analyze {
            model: Some(id), ..
        }
        | Command::Enrol {
            model: Some(id), ..
        } => usual.named(id)?,
        _ => usual.open(&settings.recognizer.checkpoint)?,
    };

    match command {
        Command::Serve { address } => {
            let mut options = settings::leptos_options(&settings_file)?;
            options.site_addr = address.unwrap_or(options.site_addr);
            serve(AppState::new(options, &settings, recognizer)?, &settings)?;
            Ok(ExitCode::SUCCESS)
        }
        // Done above, without a model.
        Command::Administer(_) => Ok(ExitCode::SUCCESS),
        Command::Enrol {
            files,
            emotion,
            profile,
            ..
        } => {
            let profile = profile.as_deref().map(enrol::read_profile).transpose()?;
            let limits = (&settings.audio).into();
            let profile = enrol::enrol(&files, emotion, profile, &recognizer, &limits)?;
            serde_json::to_writer(io::stdout(), &profile)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Analyze {
            files,
            json,
            stream,
            csv,
            format,
            out,
            speakers,
            channels,
            alerts,
            peaks,
            profile,
            ..
        } => {
            let results = match format.as_deref() {
                Some("json") => Results::Rows(Format::JsonLines),
                Some(name) => Results::Export(name.parse()?, out),
                None if stream => Results::Rows(Format::JsonStream),
                None if json => Results::Rows(Format::JsonLines),
                None if csv => Results::Rows(Format::Csv),
                None => Results::Rows(Format::Table),
            };
            let profile = profile.as_deref().map(enrol::read_profile).transpose()?;
            if let Some(profile) = &profile {
                recognizer.verify(profile)?;
            }
            let hearing = Hearing {
                recognizer: &recognizer,
                limits: (&settings.audio).into(),
                profile,
                apart: Apart {
                    channels: channels == Channels::Separate,
                    speakers,
                },
                diarizer: settings.recognizer.diarizer(),
                asked: asked(peaks.into(), alerts, &recognizer)?,
            };
            match analyze(&files, results, &hearing, &mut io::stdout()) {
                Ok(true) => Ok(ExitCode::SUCCESS),
                Ok(false) => Ok(ExitCode::FAILURE),
                // The reader has seen enough, as `head` does.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
                Err(error) => Err(error.into()),
            }
        }
    }
}

/// What is told beside the answers.
fn asked(n_peaks: usize, alerts: Vec<Rule>, recognizer: &Recognizer) -> anyhow::Result<Asked> {
    let asked = Asked::new(n_peaks, alerts);
    let n_rules = asked.rules.len();
    ensure!(
        n_rules <= MAX_RULES,
        "{n_rules} rules are too many: at most {MAX_RULES}"
    );
    if let Some(rule) = asked.unheard(recognizer.labels()) {
        bail!("{rule}: {} does not tell that apart", recognizer.model_id());
    }
    Ok(asked)
}
