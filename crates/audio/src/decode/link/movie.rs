//! The tracks of an MP4, 3GP or QuickTime file, as its index tells of them.
//!
//! Source  ISO/IEC 14496-12, sections 8.2 to 8.7 (boxes), 8.6.6 (edit lists); Apple's QuickTime File Format

use std::ops::Range;

use crate::decode::fields::Order;

const ORDER: Order = Order::Big;

/// A box of a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Atom {
    pub(super) kind: [u8; 4],
    /// Where it begins, with its head.
    pub(super) start: usize,
    /// Its content, within the clip.
    pub(super) content: Range<usize>,
    /// The clip ends before the box does.
    pub(super) is_cut: bool,
}

/// The boxes in a range, as far as their lengths make sense.
pub(super) fn atoms(clip: &[u8], range: Range<usize>) -> impl Iterator<Item = Atom> {
    let mut at = range.start;
    let end = range.end.min(clip.len());
    std::iter::from_fn(move || {
        let kind: [u8; 4] = *clip[..end].get(at + 4..)?.first_chunk()?;
        let (head, length) = match ORDER.u32(clip, at)? {
            0 => (8, end - at),
            1 => (
                16,
                usize::try_from(ORDER.u64(clip, at + 8)?).unwrap_or(usize::MAX),
            ),
            length => (8, length as usize),
        };
        let is_cut = at.saturating_add(length) > end;
        let content = at + head..at.saturating_add(length).min(end);
        let start = at;
        at = content.end;
        (length >= head && content.start <= content.end).then_some(Atom {
            kind,
            start,
            content,
            is_cut,
        })
    })
}

/// The first box of a kind in a range.
pub(super) fn find(clip: &[u8], range: Range<usize>, kind: &[u8; 4]) -> Option<Range<usize>> {
    atoms(clip, range)
        .find(|atom| atom.kind == *kind)
        .map(|atom| atom.content)
}

/// The box at the end of a path.
fn descend(clip: &[u8], range: Range<usize>, path: &[&[u8; 4]]) -> Option<Range<usize>> {
    path.iter()
        .try_fold(range, |range, kind| find(clip, range, kind))
}

/// An audio track.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Track {
    pub(super) id: u32,
    /// The kind of its sample entry: the codec.
    pub(super) codec: [u8; 4],
    pub(super) n_channels: u16,
    pub(super) sample_rate_hz: u32,
    /// What an edit list keeps of it, seconds of the track; empty where there is none.
    pub(super) kept_s: Vec<Range<f64>>,
    table: Range<usize>,
}

/// The audio tracks of an index, in order.
pub(super) fn tracks(clip: &[u8], index: Range<usize>) -> Vec<Track> {
    let movie_scale = find(clip, index.clone(), b"mvhd").and_then(|header| scale(clip, &header));
    let is_fragmented = find(clip, index.clone(), b"mvex").is_some();
    let tracks = atoms(clip, index).filter(|atom| atom.kind == *b"trak");
    tracks
        .filter_map(|atom| track(clip, atom.content, movie_scale, is_fragmented))
        .collect()
}

fn track(
    clip: &[u8],
    range: Range<usize>,
    movie_scale: Option<f64>,
    is_fragmented: bool,
) -> Option<Track> {
    let media = find(clip, range.clone(), b"mdia")?;
    let handler = find(clip, media.clone(), b"hdlr")?;
    if clip.get(handler.start + 8..handler.start + 12) != Some(b"soun") {
        return None;
    }
    let header = find(clip, range.clone(), b"tkhd")?;
    let is_long = *clip.get(header.start)? == 1;
    let media_scale = find(clip, media.clone(), b"mdhd").and_then(|header| scale(clip, &header));
    let edits = descend(clip, range, &[b"edts", b"elst"]);
    let kept_s = edits
        .zip(movie_scale.zip(media_scale))
        .map(|(list, scales)| kept_s(clip, &list, scales, is_fragmented));
    let table = descend(clip, media, &[b"minf", b"stbl"])?;
    let entry = find(clip, table.clone(), b"stsd")?.start + 8;
    Some(Track {
        id: ORDER.u32(clip, header.start + if is_long { 20 } else { 12 })?,
        codec: *clip.get(entry + 4..)?.first_chunk()?,
        n_channels: ORDER.u16(clip, entry + 24)?,
        sample_rate_hz: ORDER.u32(clip, entry + 32)? >> 16,
        kept_s: kept_s.unwrap_or_default(),
        table,
    })
}

/// Units a second of a movie or a track.
fn scale(clip: &[u8], header: &Range<usize>) -> Option<f64> {
    let is_long = *clip.get(header.start)? == 1;
    let scale = ORDER.u32(clip, header.start + if is_long { 20 } else { 12 })?;
    (scale > 0).then_some(f64::from(scale))
}

/// What an edit list keeps.
fn kept_s(
    clip: &[u8],
    list: &Range<usize>,
    scales: (f64, f64),
    is_fragmented: bool,
) -> Vec<Range<f64>> {
    let (movie_scale, media_scale) = scales;
    let content = clip.get(list.clone()).unwrap_or_default();
    let is_long = content.first() == Some(&1);
    let (n_bytes, head) = (if is_long { 20 } else { 12 }, 8);
    let entries = content
        .get(head..)
        .unwrap_or_default()
        .chunks_exact(n_bytes);
    let kept = entries.filter_map(|entry| {
        let (duration, start) = match is_long {
            true => (ORDER.u64(entry, 0)? as f64, ORDER.u64(entry, 8)? as i64),
            false => (
                f64::from(ORDER.u32(entry, 0)?),
                i64::from(ORDER.u32(entry, 4)? as i32),
            ),
        };
        let start_s = start as f64 / media_scale;
        // Fragments come later than the index that would tell their length.
        let is_open = duration == 0.0 || is_fragmented;
        let duration_s = if is_open {
            f64::INFINITY
        } else {
            duration / movie_scale
        };
        // Before the track begins there is nothing to hear.
        (start >= 0).then_some(start_s..start_s + duration_s)
    });
    kept.collect()
}

impl Track {
    /// Bytes of the track's samples, chunk by chunk, where `n_frames` frames of a sample have `n_bytes` bytes, or
    /// where each sample has the size that the table tells.
    pub(super) fn data(&self, clip: &[u8], block: Option<(usize, usize)>) -> Option<Vec<u8>> {
        let at = |kind| find(clip, self.table.clone(), kind);
        let sizes = at(b"stsz")?;
        let size = ORDER.u32(clip, sizes.start + 4)? as usize;
        let runs = at(b"stsc")?;
        let n_runs = ORDER.u32(clip, runs.start + 4)? as usize;
        let runs = clip
            .get(runs.start + 8..runs.end)?
            .chunks_exact(12)
            .take(n_runs);
        let runs: Vec<(usize, usize)> = runs
            .map(|run| [0, 4].map(|at| ORDER.u32(run, at).unwrap_or(0) as usize))
            .map(|[first, n_samples]| (first, n_samples))
            .collect();
        let mut data = Vec::new();
        let mut sample_idx = 0;
        for (chunk_idx, offset) in self.offsets(clip)?.into_iter().enumerate() {
            // Chunks count from 1.
            let run = runs
                .partition_point(|(first, _)| *first <= chunk_idx + 1)
                .checked_sub(1)?;
            let n_samples = runs[run].1;
            let n_bytes = match block {
                // QuickTime counts frames of PCM as samples of one byte, others whole blocks.
                Some((n_frames, n_bytes)) if size <= 1 => n_samples / n_frames * n_bytes,
                _ if size > 0 => n_samples.saturating_mul(size),
                _ => {
                    let first = sizes.start + 12 + 4 * sample_idx;
                    let last = first.saturating_add(n_samples.saturating_mul(4));
                    let listed = clip.get(first..last.min(sizes.end))?;
                    let listed = listed.chunks_exact(4).filter_map(|size| ORDER.u32(size, 0));
                    listed.fold(0_usize, |sum, size| sum.saturating_add(size as usize))
                }
            };
            sample_idx = sample_idx.saturating_add(n_samples);
            let rest = clip.get(offset..).unwrap_or_default();
            data.extend(&rest[..n_bytes.min(rest.len())]);
            // Chunks that overlap are an attempt to waste memory.
            if data.len() > clip.len() {
                return None;
            }
        }
        Some(data)
    }

    fn offsets(&self, clip: &[u8]) -> Option<Vec<usize>> {
        let short = find(clip, self.table.clone(), b"stco").map(|table| (table, 4));
        let (table, n_bytes) =
            short.or_else(|| Some((find(clip, self.table.clone(), b"co64")?, 8)))?;
        let n_chunks = ORDER.u32(clip, table.start + 4)? as usize;
        let offsets = clip.get(table.start + 8..table.end)?.chunks_exact(n_bytes);
        let offset = |bytes: &[u8]| match n_bytes {
            4 => ORDER.u32(bytes, 0).map(u64::from),
            _ => ORDER.u64(bytes, 0),
        };
        let offsets = offsets.take(n_chunks).filter_map(offset);
        offsets.map(|offset| usize::try_from(offset).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_end_with_what_holds_them() {
        let clip = b"\0\0\0\x0cmoov\0\0\0\x08\0\0\0\xFFmdat....";
        let found: Vec<_> = atoms(clip, 0..clip.len()).collect();
        assert_eq!(found[0].content, 8..12);
        assert_eq!(
            (found[1].kind, found[1].content.clone()),
            (*b"mdat", 20..24)
        );
        assert_eq!(atoms(b"\0\0\0\x02free", 0..8).count(), 0);
        assert_eq!(atoms(b"\0\0\0\x01free", 0..8).count(), 0);
        assert_eq!(atoms(b"", 0..0).count(), 0);
    }

    #[test]
    fn edits_are_seconds_of_the_track() {
        let mut list = b"\0\0\0\0\0\0\0\x02".to_vec();
        for (duration, start) in [(500_u32, -1_i32), (3000, 16_000)] {
            list.extend(duration.to_be_bytes());
            list.extend(start.to_be_bytes());
            list.extend(b"\0\x01\0\0");
        }
        let range = 0..list.len();
        assert_eq!(kept_s(&list, &range, (1000.0, 8000.0), false), [2.0..5.0]);
        assert_eq!(
            kept_s(&list, &range, (1000.0, 8000.0), true),
            [2.0..f64::INFINITY]
        );
    }
}
