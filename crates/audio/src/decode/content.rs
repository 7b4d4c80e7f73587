//! Names what a clip is, by its first bytes.
//!
//! For refusing well, and for finding where the next of several joined files begins. Signatures are those of the
//! formats' specifications.

/// A signature: offset in the clip, bytes, name.
type Signature = (usize, &'static [u8], &'static str);

/// Content that is never decoded, so that no decoder searches it for something that looks like a
/// frame of audio.
const FOREIGN: &[Signature] = &[
    (0, b"#!SILK", "SILK"),
    (0, b"\x02#!SILK", "SILK"),
    (0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "WMA"),
    (0, b"MThd", "MIDI"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"wvpk", "WavPack"),
    (0, b"TTA1", "TTA"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"riff\x2E\x91\xCF\x11", "Wave64"),
    (0, b"\x0B\x77", "AC-3"),
    (0, b"DSD ", "DSD"),
    (0, b"FRM8", "DSD"),
    (0, b".ra\xFD", "RealAudio"),
    (0, b".RMF", "RealAudio"),
    (0, b"ADIF", "AAC in an ADIF file"),
    (28, b"Speex   ", "Speex"),
    (8, b"AVI ", "AVI"),
    (0, b"FLV\x01", "Flash video"),
    (0, b"\x00\x00\x01\xBA", "MPEG video"),
    (8, b"WEBP", "an image"),
    (0, b"\x89PNG", "an image"),
    (0, b"\xFF\xD8\xFF", "an image"),
    (0, b"GIF8", "an image"),
    (4, b"ftypheic", "an image"),
    (4, b"ftypavif", "an image"),
    (0, b"II*\x00", "an image"),
    (0, b"MM\x00*", "an image"),
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (0, b"\x1F\x8B", "a gzip archive"),
    (0, b"\x7FELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"\x00asm", "a program"),
    (0, b"SQLite format 3", "a database"),
    (0, b"\xD0\xCF\x11\xE0", "an Office document"),
];

/// Containers that are decoded, and may still hold something that is not.
const CONTAINERS: &[Signature] = &[
    (8, b"WAVE", "WAV"),
    (0, b"fLaC", "FLAC"),
    (0, b"OggS", "Ogg"),
    (0, b"\x1A\x45\xDF\xA3", "WebM or Matroska"),
    (4, b"ftyp", "MP4"),
    (4, b"moov", "MP4"),
    (0, b"RF64", "WAV"),
    (0, b"BW64", "WAV"),
    (0, b"FORM", "AIFF"),
    (0, b".snd", "AU"),
    (0, b"caff", "CAF"),
    (0, b"ID3", "MP3"),
];

/// How much of a clip is read to tell whether it is text.
const TEXT_PROBE_BYTES: usize = 512;

/// Name of content that is never decoded.
pub(super) fn foreign(clip: &[u8]) -> Option<&'static str> {
    signed(clip, FOREIGN)
        .or_else(|| is_text(clip).then_some("text"))
        .or_else(|| is_transport_stream(clip).then_some("an MPEG transport stream"))
}

/// Name of a container that is decoded.
pub(super) fn container(clip: &[u8]) -> Option<&'static str> {
    signed(clip, CONTAINERS)
}

/// Whether a frame of AAC begins here, with a head that tells how it is coded (ISO 13818-7).
pub(super) fn is_adts(clip: &[u8]) -> bool {
    matches!(clip, [0xFF, second, ..] if second & 0xF6 == 0xF0)
}

fn signed(clip: &[u8], signatures: &[Signature]) -> Option<&'static str> {
    let (_, _, name) = signatures.iter().find(|(offset, bytes, _)| {
        clip.get(*offset..)
            .is_some_and(|rest| rest.starts_with(bytes))
    })?;
    Some(name)
}

/// Whether the first packets of 188 bytes begin as they do in ISO 13818-1.
fn is_transport_stream(clip: &[u8]) -> bool {
    let mut packets = clip.chunks_exact(188).take(4);
    packets.len() == 4 && packets.all(|packet| packet[0] == 0x47)
}

/// Whether the beginning is UTF-8 without control characters.
fn is_text(clip: &[u8]) -> bool {
    let probe = &clip[..clip.len().min(TEXT_PROBE_BYTES)];
    let text = match str::from_utf8(probe) {
        Ok(text) => text,
        // The last character may be cut.
        Err(error) if error.error_len().is_none() => {
            str::from_utf8(&probe[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_written = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    !text.is_empty() && text.chars().all(is_written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_by_content() {
        assert_eq!(foreign(b"#!SILK_V3\x3c\x91"), Some("SILK"));
        assert_eq!(foreign(b"RIFF\0\0\0\0WEBPVP8 "), Some("an image"));
        assert_eq!(foreign("আমি বাংলায় গান গাই\n".as_bytes()), Some("text"));
        assert_eq!(foreign(b"RIFF\x24\0\0\0WAVEfmt "), None);
        assert_eq!(foreign(b"ID3\x03\0\0\0\0"), None);
        assert_eq!(foreign(b""), None);
        assert_eq!(
            foreign(&b"G\xFF".repeat(94 * 4)),
            Some("an MPEG transport stream")
        );
    }

    #[test]
    fn text_may_be_cut_within_a_character() {
        let text = "ক".repeat(TEXT_PROBE_BYTES);
        assert_ne!(TEXT_PROBE_BYTES % 3, 0);
        assert_eq!(foreign(text.as_bytes()), Some("text"));
    }

    #[test]
    fn names_containers() {
        assert_eq!(container(b"\0\0\0\x20ftypM4A "), Some("MP4"));
        assert_eq!(container(b"\xFF\xFB\x90\x64"), None);
        assert!(is_adts(b"\xFF\xF1\x50") && !is_adts(b"\xFF\xFB\x90"));
    }
}
