//! How far an archive has come: clips, clips per second, when the end will be.
//!
//! Output  a bar where standard error is a terminal; elsewhere a line now and then

use std::{
    fmt::Write,
    io::{self, IsTerminal},
    time::{Duration, Instant},
};

use chrono::Local;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

const BAR: &str = "{wide_bar} {pos} of {len} clips, {per_sec}, {eta} left, ends {end}";

/// Between two lines where nobody looks at a terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// How far an archive has come.
#[derive(Clone, Debug)]
pub struct Progress {
    bar: ProgressBar,
    is_told: bool,
    last_line: Instant,
}

impl Progress {
    /// At the beginning, of nobody knows how many clips.
    pub fn start() -> Self {
        let is_told = io::stderr().is_terminal();
        let target = match is_told {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let style = ProgressStyle::with_template(BAR);
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let end =
            |state: &ProgressState, text: &mut dyn Write| _ = write!(text, "{}", end(state.eta()));
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(style.with_key("end", end));
        Self {
            bar,
            is_told,
            last_line: Instant::now(),
        }
    }

    /// How many clips there are to hear.
    pub fn plan(&self, n_clips: u64) {
        self.bar.set_length(n_clips);
    }

    /// One more was heard.
    pub fn heard(&mut self) {
        self.bar.inc(1);
        if self.is_told || self.last_line.elapsed() < BETWEEN_LINES {
            return;
        }
        self.last_line = Instant::now();
        eprintln!("{}", self.line());
    }

    /// What is to be said beside it.
    pub fn say(&self, text: &str) {
        self.bar.suspend(|| eprintln!("{text}"));
    }

    /// Nothing more is heard.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn line(&self) -> String {
        let (n_heard, speed) = (self.bar.position(), self.bar.per_sec());
        match self.bar.length() {
            Some(n_clips) => {
                let end = end(self.bar.eta());
                format!("{n_heard} of {n_clips} clips, {speed:.1} per second, ends {end}")
            }
            None => format!("{n_heard} clips, {speed:.1} per second"),
        }
    }
}

/// The time by the clock when so much more has passed.
fn end(left: Duration) -> String {
    let left = chrono::Duration::from_std(left).unwrap_or_default();
    let end = Local::now().checked_add_signed(left);
    end.map_or_else(String::new, |end| end.format("%Y-%m-%d %H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is() {
        let mut progress = Progress::start();
        progress.heard();
        assert!(
            progress.line().starts_with("1 clips, "),
            "{}",
            progress.line()
        );
        progress.plan(1200);
        assert!(
            progress.line().starts_with("1 of 1200 clips, "),
            "{}",
            progress.line()
        );
    }
}
