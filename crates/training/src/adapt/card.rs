//! What an adapted checkpoint says of itself: cards in both languages, and where it comes from.

use std::{fs, path::Path};

use anyhow::Context;
use inference::{Config, Metrics, SUMS_FILE};
use vocabulary::Calibration;

use crate::tables;

/// What tuning brought.
pub struct Adaptation {
    /// Speakers of the clips.
    pub n_speakers: usize,
    /// Of the checkpoint as it was, on the same answers.
    pub before: Metrics,
    /// Of heads that were not tuned on the speaker.
    pub after: Metrics,
    /// Of the adapted checkpoint.
    pub calibration: Calibration,
    /// Whether that is new.
    pub is_recalibrated: bool,
}

impl Adaptation {
    /// Writes `card.en.md`, `card.bn.md` and `PROVENANCE.md` beside the checkpoint in `out`, of the one in `base`.
    ///
    /// # Errors
    /// What cannot be read or written.
    pub fn write_cards(&self, base: &Path, config: &Config, out: &Path) -> anyhow::Result<()> {
        let base_name = base
            .canonicalize()?
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let cards = [
            ("card.en.md", self.english(&config.id, &base_name)),
            ("card.bn.md", self.bengali(&config.id, &base_name)),
        ];
        let mut files = Vec::new();
        for (file, head) in cards {
            let of_base = fs::read_to_string(base.join(file)).unwrap_or_default();
            let path = out.join(file);
            write(&path, &format!("{head}{}", below(&of_base)))?;
            files.push(path);
        }
        let of_base = fs::read_to_string(base.join("PROVENANCE.md")).unwrap_or_default();
        let sums = fs::read_to_string(base.join(SUMS_FILE))?;
        let provenance = self.provenance(&config.id, &base_name, &sums);
        write(
            &out.join("PROVENANCE.md"),
            &format!("{provenance}{}", below(&of_base)),
        )?;
        tables::write(out, &files)
    }

    fn english(&self, id: &str, base: &str) -> String {
        let Metrics {
            n_clips, protocol, ..
        } = &self.after;
        let n_speakers = self.n_speakers;
        let (before, after) = (overall(&self.before), overall(&self.after));
        let alone = match n_speakers {
            1 => {
                "\n**One speaker only**: the numbers are of other clips of the same voice, and say nothing of other \
                  people.\n"
            }
            _ => "",
        };
        let calibration = match self.is_recalibrated {
            true => "Temperature and bands are new, from these answers:",
            false => {
                "Temperature and bands are those of the checkpoint before: so few clips cannot tell how often which \
                 confidence is right, so **what the bands promise was not measured on such recordings**:"
            }
        };
        format!(
            "# Model card: {id}\n\n**What it is.** {base}, whose last two layers were tuned on {n_clips} labelled clips \
             of {n_speakers} speakers by `training adapt`. All else is as it was.\n\n**What that brought.** {protocol}: \
             UAR {before:.3} before, {after:.3} after, on the same clips, by layers that were not tuned on whom they \
             were tested on. The checkpoint itself was tuned on all of them.\n{alone}\n<!-- table: results -->\n<!-- end \
             -->\n\n<!-- table: recall -->\n<!-- end -->\n\n<!-- table: confusion -->\n<!-- end -->\n\n{calibration}\n\n\
             <!-- table: bands -->\n<!-- end -->\n\nOn recordings like those of {base} it may be worse by about a \
             point (docs/evaluation.md). What follows is the card of {base}; its numbers are not those of {id}.\n\n"
        )
    }

    fn bengali(&self, id: &str, base: &str) -> String {
        let Metrics { n_clips, .. } = &self.after;
        let n_speakers = self.n_speakers;
        let (before, after) = (overall(&self.before), overall(&self.after));
        let how = match n_speakers {
            1 => "**বক্তা মাত্র একজন**: একই কণ্ঠের অন্য রেকর্ডিংয়ে মাপা, তাই অন্য মানুষ সম্পর্কে কিছুই বলে না।",
            _ => "যাঁদের কণ্ঠে মাপা হয়েছে, মাপার স্তরগুলো তাঁদের রেকর্ডিং দিয়ে মানিয়ে নেওয়া হয়নি।",
        };
        let calibration = match self.is_recalibrated {
            true => "নিশ্চয়তার স্তরগুলো নতুন, এই উত্তরগুলো থেকে পাওয়া:",
            false => {
                "নিশ্চয়তার স্তরগুলো আগের মডেলের: এত অল্প রেকর্ডিং থেকে বলা যায় না কতটা নিশ্চয়তায় কত উত্তর ঠিক, তাই **এমন \
                 রেকর্ডিংয়ে স্তরগুলোর কথা মাপা হয়নি**:"
            }
        };
        let text = format!(
            "**এটি কী।** NAME, যার শেষ দুটি স্তর {n_speakers} জন বক্তার {n_clips}টি লেবেল-দেওয়া রেকর্ডিংয়ে মানিয়ে নেওয়া হয়েছে \
             (`training adapt`)। বাকি সব আগের মতো।\n\n**তাতে কী হলো।** একই রেকর্ডিংয়ে UAR আগে {before:.3}, পরে \
             {after:.3}। {how} মডেলটি নিজে সবগুলো রেকর্ডিংয়ে মানিয়ে নেওয়া।\n"
        );
        let text = tables::in_bengali(&text).replace("NAME", base);
        format!(
            "# মডেল কার্ড: {id}\n\n{text}\n<!-- table: results -->\n<!-- end -->\n\n<!-- table: recall -->\n<!-- end \
             -->\n\n<!-- table: confusion -->\n<!-- end -->\n\n{calibration}\n\n<!-- table: bands -->\n<!-- end \
             -->\n\n{base}-এর মতো রেকর্ডিংয়ে ফল প্রায় এক পয়েন্ট খারাপ হতে পারে (docs/evaluation.md)। নিচে {base}-এর কার্ড; তার \
             সংখ্যাগুলো {id}-এর নয়।\n\n"
        )
    }

    fn provenance(&self, id: &str, base: &str, sums: &str) -> String {
        let Metrics { n_clips, .. } = &self.after;
        let n_speakers = self.n_speakers;
        format!(
            "# Where {id} comes from\n\n- **Base**: {base}, files with these hashes:\n\n{}\n- **Data**: {n_clips} \
             labelled clips of {n_speakers} speakers, of whoever ran `training adapt`; neither clips nor names are \
             here.\n- **Changed**: `fc.0.*` and `fc.3.*` of every member.\n- **Licence**: that of {base}, and what the \
             owners of the clips allow.\n- **Integrity**: `SHA256SUMS`.\n\nWhat follows is the base's own.\n\n",
            sums.lines()
                .map(|line| format!("      {line}\n"))
                .collect::<String>()
        )
    }
}

/// UAR over all answers.
fn overall(metrics: &Metrics) -> f64 {
    metrics.recall.values().sum::<f64>() / metrics.recall.len().max(1) as f64
}

/// A base's text, one heading lower, with its tables as they stand.
fn below(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("<!-- "));
    let lines = lines.map(|line| match line.starts_with('#') {
        true => format!("#{line}\n"),
        false => format!("{line}\n"),
    });
    lines.collect()
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
