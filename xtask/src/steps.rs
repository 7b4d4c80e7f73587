//! What a command does, step by step, and how long it took.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::python;

/// The steps that are planned and those that are done.
pub struct Steps {
    planned: Vec<&'static str>,
    done: Vec<(Duration, &'static str)>,
    /// Tests that could not run here, with the reason.
    skipped: Vec<String>,
}

impl Steps {
    /// Plans steps, each by a line that says what it does.
    pub fn plan(planned: Vec<&'static str>) -> Self {
        Self {
            planned,
            done: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Plans steps, without those of Python where there is none, and lets `run` do them; what was done is always
    /// printed.
    ///
    /// # Errors
    /// Those of `run`, which is told whether there is Python.
    pub fn with_python(
        planned: &[&'static str],
        of_python: &[&'static str],
        run: impl FnOnce(&mut Self, bool) -> Result<()>,
    ) -> Result<()> {
        let has_python = python::is_installed();
        let is_possible = |name: &&str| has_python || !of_python.contains(name);
        let mut steps = Self::plan(planned.iter().copied().filter(is_possible).collect());
        let result = run(&mut steps, has_python);
        steps.print_summary();
        result
    }

    /// Runs the next step, behind a line that says what it does and what follows.
    ///
    /// # Errors
    /// The step's own, and one that is not the plan's next.
    pub fn run<T>(&mut self, name: &'static str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        self.run_tests(name, |_| step())
    }

    /// The same for a step that may have to skip tests, and adds why.
    pub fn run_tests<T>(
        &mut self,
        name: &'static str,
        step: impl FnOnce(&mut Vec<String>) -> Result<T>,
    ) -> Result<T> {
        println!("\n== {}", self.announce(name)?);
        let start = Instant::now();
        let result = step(&mut self.skipped);
        let outcome = if result.is_ok() { "ok" } else { "FAILED" };
        self.done.push((start.elapsed(), outcome));
        result.with_context(|| format!("step `{name}` failed"))
    }

    /// A test that nothing of the plan can run here.
    pub fn skip(&mut self, line: &str) {
        println!("{line}");
        self.skipped.push(line.to_owned());
    }

    fn announce(&self, name: &str) -> Result<String> {
        let (idx, n_steps) = (self.done.len(), self.planned.len());
        ensure!(
            self.planned.get(idx) == Some(&name),
            "step {} is not planned as `{name}`",
            idx + 1
        );
        let follows = match self.planned.get(idx + 1) {
            Some(next) => format!("then {next}"),
            None => "the last".to_owned(),
        };
        Ok(format!("step {} of {n_steps}: {name} ({follows})", idx + 1))
    }

    /// Prints the table of steps and what was skipped.
    pub fn print_summary(&self) {
        println!("\nSummary");
        for ((duration, outcome), name) in self.done.iter().zip(&self.planned) {
            println!("  {:>7.1} s  {outcome:6}  {name}", duration.as_secs_f32());
        }
        for line in &self.skipped {
            println!("  {line}");
        }
        if self.skipped.is_empty() {
            println!("  No test said that it was skipped.");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_its_place_and_what_follows() {
        let mut steps = Steps::plan(vec!["compile", "serve"]);
        let said = steps.announce("compile").expect("planned");
        assert_eq!(said, "step 1 of 2: compile (then serve)");
        assert!(steps.announce("serve").is_err(), "compile comes first");
        steps.run("compile", || Ok(())).expect("nothing fails");
        let said = steps.announce("serve").expect("planned");
        assert_eq!(said, "step 2 of 2: serve (the last)");
    }

    #[test]
    fn what_any_step_skips_reaches_the_summary() {
        let mut steps = Steps::plan(vec!["test", "test more"]);
        for name in ["test", "test more"] {
            let step = |skipped: &mut Vec<String>| {
                skipped.push(format!("SKIPPED {name}"));
                Ok(())
            };
            steps.run_tests(name, step).expect("nothing fails");
        }
        assert_eq!(steps.skipped, ["SKIPPED test", "SKIPPED test more"]);
    }
}
