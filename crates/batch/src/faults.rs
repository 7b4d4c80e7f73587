//! What went wrong, in one line.
//!
//! Input   an error with its causes
//! Output  a text in which none of them stands twice: some errors of libraries tell their causes themselves

/// The error and its causes, the nearest first.
pub fn told(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.contains(&cause) {
            told += ": ";
            told += &cause;
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::told;

    #[test]
    fn a_cause_that_was_told_is_not_told_again() {
        let error = anyhow!("no answer")
            .context("GET /a.wav: no answer")
            .context("cannot fetch a.wav");
        assert_eq!(told(&error), "cannot fetch a.wav: GET /a.wav: no answer");
    }
}
