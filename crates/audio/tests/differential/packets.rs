//! Audio packets of a clip, and changes of them that leave the container sound.

use std::ops::Range;

/// Ogg's CRC-32: polynomial 0x04c11db7, neither reflected nor inverted (RFC 3533).
fn crc(page: &[u8]) -> u32 {
    page.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
            crc << 1 ^ if crc >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    })
}

/// Where the packets of each Ogg page lie, as bytes of the file.
fn ogg_bodies(clip: &[u8]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut pages = Vec::new();
    let mut start = 0;
    while clip[start..].starts_with(b"OggS") {
        let n_segments = usize::from(clip[start + 26]);
        let body = start + 27 + n_segments;
        let lengths = &clip[start + 27..body];
        let end = body
            + lengths
                .iter()
                .map(|length| usize::from(*length))
                .sum::<usize>();
        pages.push((start..end, body..end));
        start = end;
    }
    pages
}

/// Bytes of an Ogg Opus file in which sound is, behind both of its heads.
pub fn of_ogg(clip: &[u8]) -> Vec<Range<usize>> {
    let pages = ogg_bodies(clip).into_iter().skip(2);
    pages.map(|(_, body)| body).collect()
}

/// Makes the pages' checksums those of their content.
pub fn seal_ogg(clip: &mut [u8]) {
    for (page, _) in ogg_bodies(clip) {
        let page = &mut clip[page];
        page[22..26].fill(0);
        let crc = crc(page);
        page[22..26].copy_from_slice(&crc.to_le_bytes());
    }
}

/// Bytes of an ADTS file in which sound is, behind the head of each frame (ISO 13818-7, 6.2).
pub fn of_adts(clip: &[u8]) -> Vec<Range<usize>> {
    let mut frames = Vec::new();
    let mut start = 0;
    while start + 7 < clip.len() && clip[start] == 0xff && clip[start + 1] & 0xf0 == 0xf0 {
        let head = if clip[start + 1] & 1 == 1 { 7 } else { 9 };
        let [high, middle, low] = [clip[start + 3], clip[start + 4], clip[start + 5]];
        let length = usize::from(high & 3) << 11 | usize::from(middle) << 3 | usize::from(low >> 5);
        frames.push(start + head..start + length);
        start += length;
    }
    frames
}
