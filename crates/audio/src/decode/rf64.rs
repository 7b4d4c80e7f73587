//! Reads RF64 and BW64 (WAV for more than 4 GiB) as the WAV that they are where they fit into memory.
//!
//! Source  EBU Tech 3306: the chunk `ds64` holds the lengths, and the 32-bit fields hold -1

use std::borrow::Cow;

/// Bytes before the first chunk: the form's tag, length and type.
const FORM_BYTES: usize = 12;

/// Bytes of a chunk's tag and length.
const CHUNK_HEADER_BYTES: usize = 8;

/// The same clip as plain WAV; any other clip as it is.
pub(super) fn as_riff(clip: &[u8]) -> Cow<'_, [u8]> {
    let is_rf64 = clip.starts_with(b"RF64") || clip.starts_with(b"BW64");
    if !is_rf64 || clip.get(8..FORM_BYTES) != Some(b"WAVE") {
        return Cow::Borrowed(clip);
    }
    let mut riff = clip.to_vec();
    riff[..4].copy_from_slice(b"RIFF");
    if let Some((data, data_bytes)) = data_chunk(clip) {
        let end = data.saturating_add(data_bytes).min(clip.len());
        riff[data - 4..data].copy_from_slice(&((end - data) as u32).to_le_bytes());
        riff.truncate(end);
    }
    let form_bytes = (riff.len() - CHUNK_HEADER_BYTES) as u32;
    riff[4..8].copy_from_slice(&form_bytes.to_le_bytes());
    Cow::Owned(riff)
}

/// Where the samples begin, and how many bytes `ds64` says they have.
fn data_chunk(clip: &[u8]) -> Option<(usize, usize)> {
    let mut at = FORM_BYTES;
    let mut long_data_bytes = None;
    loop {
        let header = clip.get(at..at.checked_add(CHUNK_HEADER_BYTES)?)?;
        let start = at + CHUNK_HEADER_BYTES;
        let length = u32::from_le_bytes(header[4..].try_into().ok()?);
        match &header[..4] {
            // 64-bit lengths of the form and of the data.
            b"ds64" => {
                let bytes = clip.get(start + 8..start + 16)?.try_into().ok()?;
                long_data_bytes = usize::try_from(u64::from_le_bytes(bytes)).ok();
            }
            b"data" if length == u32::MAX => return Some((start, long_data_bytes?)),
            b"data" => return Some((start, length as usize)),
            _ => {}
        }
        let length = length as usize;
        at = start.checked_add(length + length % 2)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rf64(data_bytes: u64, data: &[u8]) -> Vec<u8> {
        let mut clip = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0".to_vec();
        clip.extend([0; 8]);
        clip.extend(data_bytes.to_le_bytes());
        clip.extend([0; 12]);
        clip.extend(b"data\xff\xff\xff\xff");
        clip.extend(data);
        clip
    }

    #[test]
    fn the_long_length_becomes_the_short_one() {
        let clip = rf64(4, b"soundLIST\x04\0\0\0");
        let riff = as_riff(&clip);
        assert!(riff.starts_with(b"RIFF\x34\0\0\0WAVE"));
        assert!(riff.ends_with(b"data\x04\0\0\0soun"));
    }

    #[test]
    fn lengths_that_lie_end_with_the_clip() {
        let clip = rf64(u64::MAX, b"sound");
        assert!(as_riff(&clip).ends_with(b"data\x05\0\0\0sound"));
        let cut = &clip[..30];
        assert_eq!(as_riff(cut).len(), cut.len());
    }

    #[test]
    fn other_clips_stay_as_they_are() {
        for clip in [&b"RIFF\0\0\0\0WAVE"[..], b"RF64", b""] {
            assert!(matches!(as_riff(clip), Cow::Borrowed(same) if same == clip));
        }
    }
}
