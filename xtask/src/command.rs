//! Child processes: run one and turn a failure into an error that names the command.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Runs `command` with the terminal's input and output.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start `{}`", line(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// Runs `command` like [`run`], but gives up and ends it after `limit`.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    let mut child = command
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start `{}`", line(command)))?;
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            if !status.success() {
                bail!("`{}` failed ({status})", line(command));
            }
            return Ok(());
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            bail!("`{}` took longer than {} s", line(command), limit.as_secs());
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// What a test prints, before the reason, where it cannot run.
const SKIPPED: &str = "SKIPPED ";

/// Runs `command`, echoes both its outputs and adds to `skipped` what it says of tests that it skipped.
pub fn run_tests(command: &mut Command, skipped: &mut Vec<String>) -> Result<()> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", line(command)))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (said, complained) = thread::scope(|scope| {
        let said = scope.spawn(|| echo(stdout, io::stdout()));
        let complained = echo(stderr, io::stderr());
        (said.join().expect("an echo does not panic"), complained)
    });
    skipped.extend(said?);
    skipped.extend(complained?);
    let status = child.wait()?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// Writes everything to `output`, line by line; returns what was skipped.
fn echo(input: Option<impl Read>, mut output: impl Write) -> Result<Vec<String>> {
    let mut skipped = Vec::new();
    let input = input.context("the child has no such output")?;
    for text in BufReader::new(input).split(b'\n') {
        let text = String::from_utf8_lossy(&text?).into_owned();
        writeln!(output, "{text}")?;
        if let Some((_, reason)) = text.split_once(SKIPPED) {
            skipped.push(format!("{SKIPPED}{}", reason.trim_end()));
        }
    }
    Ok(skipped)
}

/// Standard output of `command` without the final newline; `None` where it cannot start or fails. Its messages are not
/// shown.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| {
        String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned()
    })
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_skipped_is_found_in_every_line() {
        let said = "ok 1\nSKIPPED a: no corpus\n  - SKIPPED b: no vectors\r\nskipped\n";
        let mut echoed = Vec::new();
        let skipped = echo(Some(said.as_bytes()), &mut echoed).expect("memory can be written");
        assert_eq!(skipped, ["SKIPPED a: no corpus", "SKIPPED b: no vectors"]);
        assert_eq!(echoed, said.as_bytes());
    }
}
