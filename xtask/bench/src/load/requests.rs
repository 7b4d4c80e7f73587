//! What the crowd sends: mostly clips, some that are none, some hostile ones, batches and the pages.

use std::fs;
use std::ops::Range;

use anyhow::{Context, Result};

use xtask::workspace::Workspace;

use super::hostile::{Attack, attacks};

const BOUNDARY: &str = "the-boundary";
const CLIPS: &str = "crates/audio/tests/formats/clips";

/// A request and the statuses that answer it.
pub struct Request {
    /// For the report.
    pub kind: &'static str,
    pub path: &'static str,
    /// Content type and bytes; `None` is a GET.
    pub body: Option<(String, Vec<u8>)>,
    /// What may be answered beside 503.
    pub expected: &'static [u16],
}

/// The requests, in an order that repeats.
pub struct Mix(Vec<Request>);

/// Bytes of the head of `original.wav`, where the rate stands in it, and ten minutes at a rate at which they may be
/// uploaded.
const WAV_HEAD_BYTES: usize = 44;
const WAV_RATE: Range<usize> = 24..28;
const LONG_RATE_HZ: u32 = 8_000;
const TEN_MINUTES_BYTES: usize = 600 * LONG_RATE_HZ as usize * 2;

impl Mix {
    /// Reads the clips of the format test.
    pub fn read(workspace: &Workspace) -> Result<Self> {
        let clip = |name| read(workspace, name);
        let (wav, opus, m4a) = (clip("original.wav")?, clip("opus.webm")?, clip("aac.m4a")?);
        let cut = m4a[..m4a.len() / 3].to_vec();
        let batch: Vec<&[u8]> = vec![&wav, b"no audio", &opus];
        let mut lying = wav.clone();
        lying[24..28].copy_from_slice(&44_099_u32.to_le_bytes());
        let junk = vec![0xff; 1 << 20];
        let bomb = clip("bomb_hour_of_silence.flac")?;
        Ok(Self(vec![
            raw("clip", wav.clone(), &[200]),
            form("clip in a form", "/api/v1/recognitions", &[&opus], &[200]),
            form("original client", "/predict", &[&m4a], &[200]),
            get("page", "/", &[200]),
            raw("clip", opus.clone(), &[200]),
            raw("no audio", b"this is no audio".to_vec(), &[415]),
            form("batch of three", "/api/v1/batches", &batch, &[200]),
            raw("clip", m4a.clone(), &[200]),
            raw("cut clip", cut, &[200, 415, 422]),
            get("model", "/api/v1/model", &[200]),
            form("page's own client", "/api/recognize", &[&opus], &[200]),
            raw("rate that lies", lying, &[200, 422]),
            get("no such address", "/api/v1/nothing", &[404]),
            raw("a megabyte of junk", junk, &[415, 422]),
            raw("an hour of silence", bomb, &[422]),
            form("form without a file", "/predict", &[], &[400]),
        ]))
    }

    /// The request that comes at this place.
    pub fn at(&self, place: usize) -> &Request {
        &self.0[place % self.0.len()]
    }
}

/// What comes beside the mix with `--hostile`.
pub fn hostile(workspace: &Workspace) -> Result<Vec<Attack>> {
    let (wav, mp3) = (
        read(workspace, "original.wav")?,
        read(workspace, "mp3_cbr.mp3")?,
    );
    let (head, samples) = wav.split_at(WAV_HEAD_BYTES);
    let mut long = head.to_vec();
    // Heard to its end, whatever its head says.
    long[WAV_HEAD_BYTES - 4..].fill(0xff);
    long[WAV_RATE].copy_from_slice(&LONG_RATE_HZ.to_le_bytes());
    long.extend(samples.iter().cycle().take(TEN_MINUTES_BYTES));
    Ok(attacks(&wav, &long, &mp3))
}

fn read(workspace: &Workspace, name: &str) -> Result<Vec<u8>> {
    let path = workspace.root.join(CLIPS).join(name);
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

fn get(kind: &'static str, path: &'static str, expected: &'static [u16]) -> Request {
    Request {
        kind,
        path,
        body: None,
        expected,
    }
}

fn raw(kind: &'static str, clip: Vec<u8>, expected: &'static [u16]) -> Request {
    Request {
        kind,
        path: "/api/v1/recognitions",
        body: Some(("application/octet-stream".to_owned(), clip)),
        expected,
    }
}

fn form(
    kind: &'static str,
    path: &'static str,
    clips: &[&[u8]],
    expected: &'static [u16],
) -> Request {
    let mut body = Vec::new();
    for clip in clips {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"clip\"\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(*clip);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    Request {
        kind,
        path,
        body: Some((content_type, body)),
        expected,
    }
}
