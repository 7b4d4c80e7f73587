//! A checkpoint's numbers as Markdown tables, written into its cards and the documentation, so that
//! nobody copies a number by hand.
//!
//! Between the lines `<!-- table: NAME -->` and `<!-- end -->` of a file stands the table of that name;
//! files named `*.bn.md` get it in Bengali.

mod words;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use inference::{Checkpoint, CheckpointError, Config, Metrics, Spread};
use words::{BENGALI, ENGLISH, Words};

const START: &str = "<!-- table: ";
const START_END: &str = " -->\n";
const END: &str = "<!-- end -->";

/// Writes the tables of the checkpoint in `dir` into `files`.
pub fn write(dir: &Path, files: &[PathBuf]) -> anyhow::Result<()> {
    let checkpoint = open(dir)?;
    for file in files {
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let filled = filled(
            &text,
            words_of(file),
            &checkpoint.config,
            &checkpoint.metrics,
        )
        .with_context(|| file.display().to_string())?;
        fs::write(file, filled)?;
    }
    Ok(())
}

/// The checkpoint in `dir`. What it shares with another one lies in a folder beside it; its hashes tell which is meant.
pub fn open(dir: &Path) -> Result<Checkpoint, CheckpointError> {
    let beside = fs::read_dir(dir.join("..")).into_iter().flatten().flatten();
    let beside: Vec<PathBuf> = beside.map(|entry| entry.path()).collect();
    Checkpoint::open(|file| {
        fs::read(dir.join(file)).or_else(|error| {
            let shared = beside.iter().map(|folder| folder.join(file));
            shared
                .filter_map(|file| fs::read(file).ok())
                .next()
                .ok_or(error)
        })
    })
}

/// The text with Bengali digits; those of names stay.
pub fn in_bengali(text: &str) -> String {
    BENGALI.digits(text)
}

fn words_of(file: &Path) -> &'static Words {
    let name = file.to_string_lossy();
    if name.ends_with(".bn.md") {
        &BENGALI
    } else {
        &ENGLISH
    }
}

/// The text with the tables that it asks for.
fn filled(text: &str, words: &Words, config: &Config, metrics: &Metrics) -> anyhow::Result<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(START) {
        let (name, after) = after
            .split_once(START_END)
            .context("a table without a name")?;
        let (_, after) = after.split_once(END).context("a table without an end")?;
        let table = table(name, words, config, metrics)?;
        write!(filled, "{before}{START}{name}{START_END}\n{table}\n{END}")?;
        rest = after;
    }
    Ok(filled + rest)
}

fn table(name: &str, words: &Words, config: &Config, metrics: &Metrics) -> anyhow::Result<String> {
    let rows = match name {
        "results" => results(words, metrics),
        "recall" => recall(words, metrics),
        "groups" => groups(words, metrics),
        "confusion" => confusion(words, metrics),
        "folds" => folds(words, metrics),
        "calibration" => calibration(words, config, metrics),
        "coverage" => coverage(words, metrics),
        "bands" => bands(words, config),
        _ => bail!("there is no table {name}"),
    };
    let line = |cells: &Vec<String>| format!("| {} |\n", words.digits(&cells.join(" | ")));
    let mut lines = rows.iter().map(line);
    let head = lines.next().unwrap_or_default();
    let rule = format!("|{}\n", "---|".repeat(rows[0].len()));
    Ok(head + &rule + &lines.collect::<String>())
}

type Rows = Vec<Vec<String>>;

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).into()
}

fn share(value: f64) -> String {
    format!("{value:.3}")
}

fn spread(Spread { mean, std }: Spread) -> String {
    format!("{mean:.3} ± {std:.3}")
}

fn results(words: &Words, metrics: &Metrics) -> Rows {
    let [low, high] = metrics.uar_interval;
    let all = mean(metrics.recall.values().copied());
    let mut rows = vec![
        row(["", ""]),
        row([words.uar, &spread(metrics.uar)]),
        row([words.uar_all, &format!("{all:.3} [{low:.3}, {high:.3}]")]),
    ];
    if metrics.member_uar.std > 0.0 {
        rows.push(row([words.seeds, &spread(metrics.member_uar)]));
    }
    rows.extend([
        row([words.accuracy, &spread(metrics.accuracy)]),
        row([words.macro_f1, &share(metrics.macro_f1)]),
        row([words.ece, &share(metrics.calibration.ece)]),
    ]);
    rows
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n_values = values.len() as f64;
    values.sum::<f64>() / n_values
}

fn recall(words: &Words, metrics: &Metrics) -> Rows {
    let head = row(["", words.recall]);
    let labels = metrics.labels.iter();
    let rows = labels.filter_map(|emotion| {
        let recall = metrics.recall.get(&emotion)?;
        Some(row([(words.emotion)(emotion), &share(*recall)]))
    });
    [head].into_iter().chain(rows).collect()
}

fn groups(words: &Words, metrics: &Metrics) -> Rows {
    let sex = |sex: &str| match sex {
        "F" => words.women.to_owned(),
        _ => words.men.to_owned(),
    };
    let sentence = |sentence: &str| format!("{} {sentence}", words.sentence);
    let named = |groups: &BTreeMap<String, f64>, name: &dyn Fn(&str) -> String| -> Rows {
        let rows = groups.iter();
        rows.map(|(group, &uar)| row([&name(group), &share(uar)]))
            .collect()
    };
    let head = row([words.group, "UAR"]);
    // Sentences of several corpora have nothing in common.
    let texts = match metrics.uar_by_corpus.is_empty() {
        true => named(&metrics.uar_by_sentence, &sentence),
        false => named(&metrics.uar_by_corpus, &str::to_owned),
    };
    [vec![head], named(&metrics.uar_by_sex, &sex), texts].concat()
}

fn confusion(words: &Words, metrics: &Metrics) -> Rows {
    let name = |emotion| (words.emotion)(emotion).to_owned();
    let head = [String::new()]
        .into_iter()
        .chain(metrics.labels.iter().map(name));
    let rows = metrics.labels.iter().zip(&metrics.confusion);
    let rows = rows.map(|(emotion, counts)| {
        let counts = counts.iter().map(u32::to_string);
        [name(emotion)].into_iter().chain(counts).collect()
    });
    [head.collect()].into_iter().chain(rows).collect()
}

fn folds(words: &Words, metrics: &Metrics) -> Rows {
    let head = row([
        words.fold,
        words.speakers,
        words.sentence,
        "UAR",
        words.accuracy,
    ]);
    let rows = metrics.folds.iter().enumerate().map(|(fold_idx, fold)| {
        row([
            &fold_idx.to_string(),
            &fold.test_speakers.join(" "),
            fold.test_sentence.as_deref().unwrap_or("-"),
            &share(fold.uar),
            &share(fold.accuracy),
        ])
    });
    [head].into_iter().chain(rows).collect()
}

fn calibration(words: &Words, config: &Config, metrics: &Metrics) -> Rows {
    let measured = &metrics.calibration;
    let ece = format!("{:.3} ({:.3})", measured.ece, measured.ece_uncalibrated);
    let temperature = format!("{:.2}", config.calibration.temperature);
    vec![
        row(["", ""]),
        row([words.ece, &ece]),
        row([words.brier, &share(measured.brier)]),
        row([words.nll, &share(measured.nll)]),
        row([words.temperature, &temperature]),
    ]
}

fn coverage(words: &Words, metrics: &Metrics) -> Rows {
    let head = row([words.surest, words.accuracy]);
    let rows = metrics.calibration.risk_coverage.iter().map(|surest| {
        let percent = format!("{:.0} %", 100.0 * surest.coverage);
        row([&percent, &share(surest.accuracy)])
    });
    [head].into_iter().chain(rows).collect()
}

fn bands(words: &Words, config: &Config) -> Rows {
    let head = row([words.band, words.confidence_from, words.accuracy]);
    let rows = config.calibration.bands.iter().map(|band| {
        let accuracy = band
            .accuracy
            .map_or("-".to_owned(), |one| format!("{one:.2}"));
        let from = format!("{:.2}", band.min_confidence);
        row([words.band_name(band.band), &from, &accuracy])
    });
    [head].into_iter().chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped(id: &str) -> Checkpoint {
        open(&root().join("models").join(id)).expect("whole")
    }

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    #[test]
    fn documents_tell_the_shipped_numbers() {
        for (id, file) in [
            ("bilstm-v8", "models/bilstm-v8/card.en.md"),
            ("bilstm-v8", "models/bilstm-v8/card.bn.md"),
            ("bilstm-v8", "docs/evaluation.md"),
            ("bilstm-v7-eight", "models/bilstm-v7-eight/card.en.md"),
            ("bilstm-v7-eight", "models/bilstm-v7-eight/card.bn.md"),
        ] {
            let Checkpoint {
                config, metrics, ..
            } = shipped(id);
            let file = PathBuf::from(file);
            let text = fs::read_to_string(root().join(&file)).expect("in the repository");
            assert!(text.contains(START), "{}", file.display());
            let filled = filled(&text, words_of(&file), &config, &metrics).expect("known tables");
            assert!(
                filled == text,
                "run `training tables` for {}",
                file.display()
            );
        }
    }

    #[test]
    fn bengali_cards_have_bengali_digits() {
        let Checkpoint {
            config, metrics, ..
        } = shipped("bilstm-v8");
        let text = "ক\n<!-- table: confusion -->\nold\n<!-- end -->\nখ\n";
        let filled = filled(text, &BENGALI, &config, &metrics).expect("a known table");
        assert!(filled.starts_with("ক\n<!-- table: confusion -->\n\n|  | রাগান্বিত |"));
        assert!(filled.ends_with("|\n\n<!-- end -->\nখ\n"));
        assert!(!filled.contains(|letter: char| letter.is_ascii_digit()));
    }

    #[test]
    fn what_cannot_be_filled_is_refused() {
        let Checkpoint {
            config, metrics, ..
        } = shipped("bilstm-v8");
        for text in [
            "<!-- table: weather -->\n<!-- end -->",
            "<!-- table: recall -->\n",
        ] {
            assert!(filled(text, &ENGLISH, &config, &metrics).is_err(), "{text}");
        }
    }
}
