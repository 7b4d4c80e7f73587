//! ELAN's annotation format, EAF 3.0 (ELAN Annotation Format schema, Max Planck Institute for Psycholinguistics).

use std::fmt::Write;

use crate::{
    Clip, Interval, intervals,
    number::probability,
    textgrid::certainty,
    tier::{Tier, tiers},
};

/// The schema wants a time of writing, and there is no clock here.
const DATE: &str = "1970-01-01T00:00:00+00:00";

/// What stands behind the tiers: their types, and the constraint that ties the last two to the first.
const TYPES: &str = concat!(
    r#"    <LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="emotion" TIME_ALIGNABLE="true"/>"#,
    "\n",
    r#"    <LINGUISTIC_TYPE CONSTRAINTS="Symbolic_Association" GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="detail" "#,
    r#"TIME_ALIGNABLE="false"/>"#,
    "\n",
    r#"    <CONSTRAINT DESCRIPTION="1-1 association with a parent annotation" STEREOTYPE="Symbolic_Association"/>"#,
    "\n",
);

/// For each voice a tier `emotion` with an annotation for each interval (`happy`, `unclear`, nothing where the turn is
/// too short to tell), and below it `certainty` (`0.7123 high`) and `probabilities`.
pub fn eaf(clip: &Clip<'_>) -> String {
    let intervals = intervals(clip.prediction);
    let tiers = tiers(&intervals);
    let mut slots = Slots(Vec::new());
    let mut n_annotations = 0;
    let body: String = tiers
        .iter()
        .map(|tier| tiers_of(tier, &mut slots, &mut n_annotations))
        .collect();
    let url = escaped(&relative_url(clip.name));
    let mime_type = match clip.name.to_ascii_lowercase().ends_with(".wav") {
        true => "audio/x-wav",
        false => "audio/*",
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ANNOTATION_DOCUMENT AUTHOR=\"\" DATE=\"{DATE}\" FORMAT=\"3.0\" VERSION=\"3.0\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:noNamespaceSchemaLocation=\"http://www.mpi.nl/tools/elan/EAFv3.0.xsd\">\n    \
         <HEADER MEDIA_FILE=\"\" TIME_UNITS=\"milliseconds\">\n        \
         <MEDIA_DESCRIPTOR MEDIA_URL=\"{url}\" MIME_TYPE=\"{mime_type}\" RELATIVE_MEDIA_URL=\"{url}\"/>\n        \
         <PROPERTY NAME=\"model\">{}</PROPERTY>\n        \
         <PROPERTY NAME=\"lastUsedAnnotationId\">{n_annotations}</PROPERTY>\n    \
         </HEADER>\n{}{body}{TYPES}</ANNOTATION_DOCUMENT>\n",
        escaped(clip.model),
        slots.time_order(),
    )
}

/// Points in time, each named by its place among those that were asked for.
struct Slots(Vec<u32>);

impl Slots {
    fn name(&mut self, at_ms: u32) -> String {
        self.0.push(at_ms);
        format!("ts{}", self.0.len())
    }

    fn time_order(self) -> String {
        let mut slots: Vec<(u32, usize)> = self.0.into_iter().zip(1..).collect();
        slots.sort_unstable();
        let slots = slots.into_iter().map(|(at_ms, number)| {
            format!("        <TIME_SLOT TIME_SLOT_ID=\"ts{number}\" TIME_VALUE=\"{at_ms}\"/>\n")
        });
        let slots: String = slots.collect();
        format!("    <TIME_ORDER>\n{slots}    </TIME_ORDER>\n")
    }
}

fn tiers_of(tier: &Tier<'_>, slots: &mut Slots, n_annotations: &mut usize) -> String {
    let mut next_id = || {
        *n_annotations += 1;
        format!("a{n_annotations}")
    };
    let (mut emotions, mut certainties, mut probabilities) =
        (String::new(), String::new(), String::new());
    for interval in &tier.intervals {
        let (id, word) = (next_id(), interval.word());
        let (start, end) = (slots.name(interval.start_ms), slots.name(interval.end_ms));
        let element = "ALIGNABLE_ANNOTATION";
        let place = format!("TIME_SLOT_REF1=\"{start}\" TIME_SLOT_REF2=\"{end}\"");
        annotation(&mut emotions, element, &id, &place, word);
        if interval.heard.is_some() || interval.corrected.is_some() {
            let place = format!("ANNOTATION_REF=\"{id}\"");
            let mut add = |text: &mut String, value: &str| {
                annotation(text, "REF_ANNOTATION", &next_id(), &place, value);
            };
            add(&mut certainties, &certainty(interval));
            add(&mut probabilities, &all_probabilities(interval));
        }
    }
    let parent = tier.name("emotion");
    let participant = match tier.is_speaker {
        true => format!(" PARTICIPANT=\"{}\"", escaped(&tier.voice)),
        false => String::new(),
    };
    let element = |name: String, kind: &str, parent: &str, annotations: &str| {
        let name = escaped(&name);
        format!(
            "    <TIER LINGUISTIC_TYPE_REF=\"{kind}\"{parent}{participant} TIER_ID=\"{name}\">\n{annotations}    \
             </TIER>\n"
        )
    };
    let below = format!(" PARENT_REF=\"{}\"", escaped(&parent));
    element(parent, "emotion", "", &emotions)
        + &element(tier.name("certainty"), "detail", &below, &certainties)
        + &element(tier.name("probabilities"), "detail", &below, &probabilities)
}

fn annotation(text: &mut String, element: &str, id: &str, place: &str, value: &str) {
    let _ = write!(
        text,
        "        <ANNOTATION>\n            <{element} ANNOTATION_ID=\"{id}\" {place}>\n                \
         <ANNOTATION_VALUE>{value}</ANNOTATION_VALUE>\n            </{element}>\n        </ANNOTATION>\n"
    );
}

fn all_probabilities(interval: &Interval) -> String {
    let heard = interval.heard.iter();
    let all = heard.flat_map(|heard| heard.probabilities.iter());
    let all: Vec<_> = all
        .map(|(emotion, value)| format!("{emotion} {}", probability(value)))
        .collect();
    all.join(" ")
}

/// A file beside this one. ELAN writes names as they are; only what would not come through as XML is percent-encoded.
fn relative_url(name: &str) -> String {
    let mut url = "./".to_owned();
    for one in name.chars() {
        if one.is_control() || !is_xml(one) {
            let mut utf8 = [0; 4];
            for byte in one.encode_utf8(&mut utf8).bytes() {
                let _ = write!(url, "%{byte:02X}");
            }
        } else {
            url.push(one);
        }
    }
    url
}

/// Text between tags or quotes; what XML cannot hold becomes a replacement character.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for one in text.chars() {
        match one {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            one if is_xml(one) => escaped.push(one),
            _ => escaped.push(char::REPLACEMENT_CHARACTER),
        }
    }
    escaped
}

/// Whether XML 1.0 has the character (production 2, `Char`).
const fn is_xml(one: char) -> bool {
    matches!(one, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{dialogue, nothing};

    fn written(name: &str, prediction: &vocabulary::Prediction) -> String {
        eaf(&Clip {
            name,
            model: "a<b>\u{0}",
            prediction,
        })
    }

    #[test]
    fn names_come_through_as_xml() {
        let text = written("a\t\u{1}<&\">'\u{ffff}আ b%.WAV", &nothing());
        let url = "./a%09%01&lt;&amp;&quot;&gt;'%EF%BF%BFআ b%.WAV";
        let media = format!(
            "<MEDIA_DESCRIPTOR MEDIA_URL=\"{url}\" MIME_TYPE=\"audio/x-wav\" RELATIVE_MEDIA_URL=\"{url}\"/>"
        );
        assert!(text.contains(&media), "{text}");
        assert!(text.contains("<PROPERTY NAME=\"model\">a&lt;b&gt;\u{fffd}</PROPERTY>"));
        assert!(written("a.mp3", &nothing()).contains("MIME_TYPE=\"audio/*\""));
    }

    #[test]
    fn slots_are_in_time_order() {
        let text = written("a", &dialogue());
        let slots = text.split("TIME_VALUE=\"").skip(1);
        let times = slots.map(|slot| slot.split('"').next().and_then(|time| time.parse().ok()));
        let times: Vec<u32> = times.map(|time| time.expect("a number")).collect();
        assert_eq!(times, [500, 3000, 4000, 6250, 6250, 6500, 8000, 10_000]);
    }

    #[test]
    fn a_speaker_has_a_tier_with_two_below() {
        let text = written("a", &dialogue());
        for speaker in ["A", "B"] {
            let participant = format!("PARTICIPANT=\"{speaker}\"");
            assert_eq!(text.matches(&participant).count(), 3);
            let below = format!("PARENT_REF=\"emotion {speaker}\"");
            assert_eq!(text.matches(&below).count(), 2);
        }
        let values = |value: &str| {
            text.matches(&format!("<ANNOTATION_VALUE>{value}</"))
                .count()
        };
        let found = ["happy", "sad", "unclear", "", "0.5200 unclear"].map(values);
        assert_eq!(found, [1; 5]);
        assert_eq!(text.matches("<REF_ANNOTATION ").count(), 6);
        assert_eq!(text.matches("ANNOTATION_ID=\"a10\"").count(), 1);
    }
}
