//! ID3 tags in front of a clip: passed over, whatever they hold and however large they are.
//!
//! Source  ID3v2.4, section 3.1 (a length of seven bits in each byte), 3.4 (footer)

/// Bytes of a tag's head, and of its footer.
const HEAD_BYTES: usize = 10;

/// Flag of a tag with a footer.
const HAS_FOOTER: u8 = 0x10;

/// Bytes of the tags that a clip begins with; of the head alone where the length leads past the clip.
pub(super) fn n_tag_bytes(clip: &[u8]) -> usize {
    let mut at = 0;
    while let Some(n_bytes) = tag(&clip[at..]) {
        at += n_bytes;
    }
    at
}

fn tag(clip: &[u8]) -> Option<usize> {
    let head: &[u8; HEAD_BYTES] = clip.first_chunk().filter(|head| head.starts_with(b"ID3"))?;
    let length = head[6..]
        .iter()
        .fold(0, |length, byte| length << 7 | usize::from(byte & 0x7F));
    let footer = if head[5] & HAS_FOOTER == 0 {
        0
    } else {
        HEAD_BYTES
    };
    let n_bytes = HEAD_BYTES + length + footer;
    Some(if n_bytes <= clip.len() {
        n_bytes
    } else {
        HEAD_BYTES
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_in_a_row_are_passed_over() {
        let two = b"ID3\x03\0\0\0\0\0\x02xxID3\x04\0\x10\0\0\0\x013DI.......y\xFF\xFB";
        assert_eq!(n_tag_bytes(two), two.len() - 2);
        assert_eq!(n_tag_bytes(b"ID3\x04\0\0\x7f\x7f\x7f\x7ffLaC"), 10);
        assert_eq!(n_tag_bytes(b"ID3"), 0);
        assert_eq!(n_tag_bytes(b""), 0);
    }
}
