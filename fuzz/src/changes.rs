//! What libFuzzer does to an input, from a fixed seed.

/// SplitMix64: the same changes on every machine.
pub struct Random(pub u64);

impl Random {
    /// A number below `bound`; 0 where that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % bound.max(1) as u64) as usize
    }
}

/// Changes bits, bytes, lengths, or puts a piece of another input in, in the first 200 bytes as often as anywhere.
pub fn change(input: &mut Vec<u8>, others: &[Vec<u8>], random: &mut Random) {
    let reach = [input.len().min(200), input.len()][random.below(2)];
    let at = random.below(reach);
    match random.below(5) {
        _ if input.is_empty() => {}
        0 => input[at] ^= 1 << random.below(8),
        1 => input[at] = [0, 0x7f, 0x80, 0xff][random.below(4)],
        2 => input.truncate(at + 1),
        3 => {
            let end = (at + 4).min(input.len());
            input[at..end].fill(0xff);
        }
        _ => {
            let other = &others[random.below(others.len())];
            let start = random.below(other.len());
            let piece = &other[start..(start + 64).min(other.len())];
            input.splice(at..at, piece.iter().copied());
        }
    }
}
