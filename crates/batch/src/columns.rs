//! What was heard, as columns: a row for each clip, in the words of the table in long form (`export::csv_header`).
//!
//! Input   [`Scored`] clips
//! Output  [`RecordBatch`]: `uri`, what the manifest carries along, `model`, `outcome`, `emotion` (or `unclear`),
//!         `confidence`, `band`, `intensity`, `p_EMOTION` for each label, `duration_s`, `speech_s`, `notes`, `error`
//!         with `error_detail`, `windows`, and `turns` where they were asked for
//! Invariant: of a clip that gives no prediction only `uri`, `model` and `error` tell something, with what is carried

use std::sync::Arc;

use anyhow::Result;
use arrow_array::{
    Array, ArrayRef, Float32Array, ListArray, RecordBatch, StringArray, StructArray, UInt32Array,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{Field, FieldRef, Fields, Schema};
use arrow_select::interleave::interleave;
use vocabulary::{
    AppError, Emotion, Expression, Intensity, Outcome, Prediction, Probabilities, Turn,
    WindowPrediction, speaker_name,
};

use crate::{archive::Clip, hearing::Scored, score::Scorer};

/// In front of the name of a carried column that has a name of ours.
const OF_MANIFEST: &str = "manifest_";

/// Under which a file tells whose answers it holds.
const MODEL: &str = "banglaser.model";

/// How rows become columns.
#[derive(Clone, Debug)]
pub struct Columns {
    model: String,
    labels: Vec<Emotion>,
    has_turns: bool,
    carried: Vec<FieldRef>,
}

type Named = Vec<(String, ArrayRef)>;

impl Columns {
    /// Columns of what a model says about clips with which this is carried along.
    pub fn of(scorer: &Scorer, carried: &[FieldRef]) -> Self {
        let recognizer = scorer.recognizer();
        Self {
            model: recognizer.model_id().to_owned(),
            labels: recognizer.labels().iter().collect(),
            has_turns: scorer.apart().is_asked(),
            carried: carried.to_vec(),
        }
    }

    /// Names and types.
    ///
    /// # Errors
    /// When a carried column is of a type that cannot be gathered.
    pub fn schema(&self) -> Result<Arc<Schema>> {
        Ok(self.rows(&[])?.schema())
    }

    /// How many columns, from the first on, say nothing that must be heard: `uri`, what is carried, and `model`.
    pub fn n_unheard(&self) -> usize {
        self.carried.len() + 2
    }

    /// A row for each clip.
    ///
    /// # Errors
    /// As of [`schema`](Self::schema).
    pub fn rows(&self, scored: &[Scored]) -> Result<RecordBatch> {
        let clips: Vec<&Clip> = scored.iter().map(|one| &one.clip).collect();
        let mut columns = self.unheard_columns(&clips)?;
        columns.extend(self.heard_columns(scored));
        self.batch(columns)
    }

    /// A row for each clip, of the first [`n_unheard`](Self::n_unheard) columns.
    ///
    /// # Errors
    /// As of [`schema`](Self::schema).
    pub fn unheard_rows(&self, clips: &[Clip]) -> Result<RecordBatch> {
        let clips: Vec<&Clip> = clips.iter().collect();
        self.batch(self.unheard_columns(&clips)?)
    }

    fn batch(&self, columns: Named) -> Result<RecordBatch> {
        let rows = RecordBatch::from(structs(columns));
        let fields = Fields::clone(rows.schema().fields());
        let model = [(MODEL.to_owned(), self.model.clone())];
        let schema = Schema::new_with_metadata(fields, model.into());
        Ok(rows.with_schema(Arc::new(schema))?)
    }

    fn unheard_columns(&self, clips: &[&Clip]) -> Result<Named> {
        let heard = self.heard_columns(&[]);
        let is_ours = |name: &str| {
            ["uri", "model"].contains(&name) || heard.iter().any(|(ours, _)| ours == name)
        };
        let uris: StringArray = clips.iter().map(|clip| Some(&clip.uri)).collect();
        let mut columns: Named = vec![("uri".to_owned(), Arc::new(uris))];
        for (column, field) in self.carried.iter().enumerate() {
            let name = match is_ours(field.name()) {
                true => format!("{OF_MANIFEST}{}", field.name()),
                false => field.name().clone(),
            };
            columns.push((name, carried(column, field, clips)?));
        }
        let model = clips.iter().map(|_| Some(&self.model));
        columns.push(named("model", texts(model)));
        Ok(columns)
    }

    fn heard_columns(&self, clips: &[Scored]) -> Named {
        let heard: Vec<Option<&Prediction>> =
            clips.iter().map(|one| one.score.as_ref().ok()).collect();
        let errors = clips.iter().map(|one| one.score.as_ref().err());
        let errors: Vec<Option<&AppError>> = errors.collect();
        let number = |of: fn(&Prediction) -> f32| floats(heard.iter().map(|one| one.map(of)));
        let certainties = heard
            .iter()
            .map(|one| one.map(|one| (one.outcome(), one.emotion())));
        let mut columns = answers(certainties);
        columns.push(named("confidence", number(Prediction::confidence)));
        let bands = heard
            .iter()
            .map(|one| one.map(|one| one.certainty.band.code()));
        columns.push(named("band", texts(bands)));
        let intensities = heard.iter().map(|one| one.and_then(|one| one.intensity));
        columns.push(intensity(intensities));
        let all = heard.iter().map(|one| one.map(|one| &one.probabilities));
        columns.extend(self.probabilities(&all.collect::<Vec<_>>()));
        columns.push(named("duration_s", number(|one| one.duration_s)));
        columns.push(named("speech_s", number(|one| one.speech_s)));
        columns.push(named("notes", notes(&heard)));
        columns.push(named(
            "error",
            texts(errors.iter().map(|one| one.map(code))),
        ));
        let details = errors.iter().map(|one| one.map(ToString::to_string));
        columns.push(named("error_detail", texts(details)));
        columns.push(named("windows", self.windows(&heard)));
        if self.has_turns {
            columns.push(named("turns", self.turns(&heard)));
        }
        columns
    }

    fn probabilities(&self, all: &[Option<&Probabilities>]) -> Named {
        let of = |label: &Emotion| {
            let values = all.iter().map(|one| one.map(|one| one.of(*label)));
            (format!("p_{label}"), floats(values))
        };
        self.labels.iter().map(of).collect()
    }

    fn windows(&self, heard: &[Option<&Prediction>]) -> ArrayRef {
        let of_clip = heard
            .iter()
            .map(|one| one.map_or(&[][..], |one| one.windows.as_slice()));
        let windows: Vec<&WindowPrediction> = of_clip.clone().flatten().collect();
        let mut columns = vec![
            named(
                "start_s",
                floats(windows.iter().map(|one| Some(one.start_s))),
            ),
            named("end_s", floats(windows.iter().map(|one| Some(one.end_s)))),
            intensity(windows.iter().map(|one| one.intensity)),
        ];
        let all: Vec<_> = windows.iter().map(|one| Some(&one.probabilities)).collect();
        columns.extend(self.probabilities(&all));
        list(of_clip.map(<[_]>::len), Arc::new(structs(columns)))
    }

    fn turns(&self, heard: &[Option<&Prediction>]) -> ArrayRef {
        let of_clip = heard
            .iter()
            .map(|one| one.map_or(&[][..], |one| one.turns.as_slice()));
        let turns: Vec<&Turn> = of_clip.clone().flatten().collect();
        let said: Vec<Option<&Expression>> =
            turns.iter().map(|one| one.expression.as_ref()).collect();
        let channels = turns
            .iter()
            .map(|one| one.channel.map(|channel| channel as u32));
        let mut columns = vec![
            named("start_s", floats(turns.iter().map(|one| Some(one.start_s)))),
            named("end_s", floats(turns.iter().map(|one| Some(one.end_s)))),
            named("channel", Arc::new(channels.collect::<UInt32Array>())),
            named(
                "speaker",
                texts(turns.iter().map(|one| Some(speaker_name(one.speaker)))),
            ),
        ];
        columns.extend(answers(
            said.iter()
                .map(|one| one.map(|one| (one.outcome(), one.emotion()))),
        ));
        let confidences = said
            .iter()
            .map(|one| one.map(|one| one.probabilities.top().1));
        columns.push(named("confidence", floats(confidences)));
        let bands = said
            .iter()
            .map(|one| one.map(|one| one.certainty.band.code()));
        columns.push(named("band", texts(bands)));
        let intensities = said.iter().map(|one| one.and_then(|one| one.intensity));
        columns.push(intensity(intensities));
        let all: Vec<_> = said
            .iter()
            .map(|one| one.map(|one| &one.probabilities))
            .collect();
        columns.extend(self.probabilities(&all));
        list(of_clip.map(<[_]>::len), Arc::new(structs(columns)))
    }
}

/// `outcome` and `emotion`, which says `unclear` as the outcome does.
fn answers(all: impl Iterator<Item = Option<(Outcome, Emotion)>> + Clone) -> Named {
    let word = |(outcome, emotion): (Outcome, Emotion)| match outcome {
        Outcome::Emotion => emotion.code(),
        Outcome::Unclear => outcome.code(),
    };
    let outcomes = all
        .clone()
        .map(|one| one.map(|(outcome, _)| outcome.code()));
    vec![
        named("outcome", texts(outcomes)),
        named("emotion", texts(all.map(|one| one.map(word)))),
    ]
}

/// The share of acted examples that are weaker.
fn intensity(all: impl Iterator<Item = Option<Intensity>>) -> (String, ArrayRef) {
    let values = all.map(|one| one.map(|one| one.value));
    named("intensity", floats(values))
}

fn notes(heard: &[Option<&Prediction>]) -> ArrayRef {
    let of_clip = heard
        .iter()
        .map(|one| one.map_or(&[][..], |one| one.notes.as_slice()));
    let codes = of_clip.clone().flatten().map(code);
    list(of_clip.map(<[_]>::len), texts(codes.map(Some)))
}

/// The word that stands for a value in JSON too.
fn code(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    let word = json.get("code").unwrap_or(&json);
    word.as_str().unwrap_or_default().to_owned()
}

/// A column of the manifest at the lines of these clips.
fn carried(column: usize, field: &FieldRef, clips: &[&Clip]) -> Result<ArrayRef> {
    let rows: Vec<_> = clips.iter().filter_map(|clip| clip.row.as_ref()).collect();
    let lines: Vec<&dyn Array> = rows
        .iter()
        .map(|row| row.lines.column(column).as_ref())
        .collect();
    let places: Vec<_> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| (at, row.idx))
        .collect();
    match lines.is_empty() {
        true => Ok(arrow_array::new_empty_array(field.data_type())),
        false => Ok(interleave(&lines, &places)?),
    }
}

fn named(name: &str, column: ArrayRef) -> (String, ArrayRef) {
    (name.to_owned(), column)
}

fn floats(values: impl Iterator<Item = Option<f32>>) -> ArrayRef {
    Arc::new(values.collect::<Float32Array>())
}

fn texts<T: AsRef<str>>(values: impl Iterator<Item = Option<T>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn structs(columns: Named) -> StructArray {
    let fields: Fields = columns
        .iter()
        .map(|(name, column)| Field::new(name, column.data_type().clone(), true))
        .collect();
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    StructArray::new(fields, columns, None)
}

fn list(lengths: impl Iterator<Item = usize>, values: ArrayRef) -> ArrayRef {
    let item = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    Arc::new(ListArray::new(
        item,
        OffsetBuffer::from_lengths(lengths),
        values,
        None,
    ))
}
