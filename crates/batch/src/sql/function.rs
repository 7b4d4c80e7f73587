//! `score(uri)`: a clip to a struct of what was heard.
//!
//! Input   addresses of clips, as texts
//! Output  structs with the columns that `score` writes, without `uri`; null where there is no address
//! Errors  what a store does not give though it was asked again and again

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use anyhow::Result;
use arrow_select::take::take;
use datafusion::{
    arrow::{
        array::{ArrayRef, StringArray, StructArray, UInt32Array, cast::AsArray},
        datatypes::{DataType, Fields},
    },
    common::Result as Planned,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
    scalar::ScalarValue,
};
use futures::{StreamExt, TryStreamExt, stream};

use super::fault;
use crate::{archive::Clip, columns::Columns, hearing::Hearing};

/// What the function is called.
pub const SCORE: &str = "score";

/// `score(uri)`.
#[derive(Debug)]
pub struct ScoreFunction {
    hearing: Arc<Hearing>,
    columns: Columns,
    fields: Fields,
    signature: Signature,
}

impl ScoreFunction {
    /// Hears with this.
    pub fn new(hearing: Arc<Hearing>) -> Result<Self> {
        let columns = Columns::of(hearing.scorer(), &[]);
        let schema = columns.schema()?;
        let heard = schema.fields().iter().skip(1).cloned();
        Ok(Self {
            fields: heard.collect(),
            columns,
            hearing,
            // What lies at an address may be another clip in the next query, but not in this one.
            signature: Signature::uniform(1, vec![DataType::Utf8], Volatility::Stable),
        })
    }

    fn structs(&self, uris: &StringArray) -> Result<ArrayRef> {
        let clips = uris.iter().flatten().map(str::to_owned).map(Clip::at);
        let clips: Vec<Clip> = clips.collect();
        let hearing = Arc::clone(&self.hearing);
        let scored = self.hearing.wait(async move {
            let asked = stream::iter(clips).map(|clip| hearing.ask(clip));
            asked.buffered(hearing.n_at_once()).try_collect().await
        });
        let scored: Vec<_> = scored?;
        let rows = self.columns.rows(&scored)?;
        let structs =
            StructArray::try_new(self.fields.clone(), rows.columns()[1..].to_vec(), None)?;
        let mut next = 0..;
        let places: UInt32Array = uris
            .iter()
            .map(|uri| uri.and_then(|_| next.next()))
            .collect();
        Ok(take(&structs, &places, None)?)
    }
}

impl PartialEq for ScoreFunction {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.hearing, &other.hearing)
    }
}

impl Eq for ScoreFunction {}

impl Hash for ScoreFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.hearing).hash(state);
    }
}

impl ScalarUDFImpl for ScoreFunction {
    fn name(&self) -> &'static str {
        SCORE
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Planned<DataType> {
        Ok(DataType::Struct(self.fields.clone()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Planned<ColumnarValue> {
        let uris = args.args.into_iter().next();
        let structs = |uris: &ArrayRef| {
            let structs = self.structs(uris.as_string::<i32>());
            structs.map_err(|error| fault(&error))
        };
        match uris {
            Some(ColumnarValue::Array(uris)) => Ok(ColumnarValue::Array(structs(&uris)?)),
            Some(ColumnarValue::Scalar(uri)) => {
                let one = structs(&uri.to_array()?)?;
                let one = ScalarValue::try_from_array(&one, 0)?;
                Ok(ColumnarValue::Scalar(one))
            }
            None => Err(fault(&anyhow::anyhow!("score takes an address"))),
        }
    }
}
