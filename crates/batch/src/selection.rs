//! Which clips of an archive are to be heard: those of one share of it that were not heard before.

use std::{collections::HashSet, str::FromStr, sync::Arc};

use sha2::{Digest, Sha256};

/// A share of an archive: of `n` processes the one that counts as `idx`, from 0.
///
/// Whose a clip is, is told by its address alone, so that the shares are disjoint and complete whatever else lies
/// beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    idx: u32,
    n: u32,
}

/// No share of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no share: 0/16 is the first of sixteen, 15/16 the last")]
pub struct NoShard;

/// What stands for a clip's address: the first half of its SHA-256.
pub fn key(uri: &str) -> u128 {
    let sum: [u8; 32] = Sha256::digest(uri).into();
    let half = sum.iter().take(16);
    half.fold(0, |key, &byte| key << 8 | u128::from(byte))
}

impl Shard {
    /// Everything.
    pub const WHOLE: Self = Self { idx: 0, n: 1 };

    /// The share that counts as `idx` of `n`, from 0.
    ///
    /// # Errors
    /// [`NoShard`] when there are not so many.
    pub fn of(idx: u32, n: u32) -> Result<Self, NoShard> {
        (idx < n).then_some(Self { idx, n }).ok_or(NoShard)
    }

    /// Whether a clip is in this share.
    pub fn has(self, key: u128) -> bool {
        key % u128::from(self.n) == u128::from(self.idx)
    }

    /// The share in a file's name.
    pub fn name(self) -> String {
        format!("{:04}-of-{:04}", self.idx, self.n)
    }
}

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        let (idx, n) = text.split_once('/').ok_or(NoShard)?;
        let number = |text: &str| text.parse::<u32>().map_err(|_| NoShard);
        Self::of(number(idx)?, number(n)?)
    }
}

/// What is left to do.
#[derive(Clone, Debug)]
pub struct Selection {
    shard: Shard,
    done: Arc<HashSet<u128>>,
    seen: HashSet<u128>,
    /// Clips of this share that were heard before.
    pub n_done: u64,
    /// Clips of this share whose address came before in the same archive.
    pub n_repeated: u64,
}

impl Selection {
    /// A share of an archive without those whose [`key`] is in `done`.
    pub fn new(shard: Shard, done: Arc<HashSet<u128>>) -> Self {
        Self {
            shard,
            done,
            seen: HashSet::new(),
            n_done: 0,
            n_repeated: 0,
        }
    }

    /// Whether the clip at this address is to be heard now; asked once for each clip.
    pub fn takes(&mut self, uri: &str) -> bool {
        let key = key(uri);
        if !self.shard.has(key) {
            return false;
        }
        if !self.seen.insert(key) {
            self.n_repeated += 1;
            return false;
        }
        let is_done = self.done.contains(&key);
        self.n_done += u64::from(is_done);
        !is_done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_disjoint_and_complete() {
        let shards: Vec<Shard> = (0..16)
            .map(|idx| format!("{idx}/16").parse().expect("a share"))
            .collect();
        let mut n_clips = [0; 16];
        for clip in 0..16_000 {
            let key = key(&format!("s3://calls/2026/{clip}.wav"));
            let of = |idx: &usize| shards[*idx].has(key);
            let of: Vec<usize> = (0..16).filter(of).collect();
            assert_eq!(of.len(), 1);
            n_clips[of[0]] += 1;
        }
        assert!(
            n_clips.iter().all(|n| (850..1150).contains(n)),
            "{n_clips:?}"
        );
        assert!(Shard::WHOLE.has(key("a")));
    }

    #[test]
    fn shares_are_the_same_in_every_version() {
        let one: Shard = "5/16".parse().expect("a share");
        assert_eq!(key("a"), 0xca97_8112_ca1b_bdca_fac2_31b3_9a23_dc4d);
        assert!(!one.has(key("a")));
        assert_eq!(one.name(), "0005-of-0016");
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for wrong in ["", "3", "16/16", "0/0", "-1/4", "1/2/3", "a/b"] {
            assert_eq!(wrong.parse::<Shard>(), Err(NoShard), "{wrong}");
        }
    }

    #[test]
    fn what_is_done_or_repeated_is_left_out_and_counted() {
        let done = Arc::new(HashSet::from([key("b")]));
        let mut selection = Selection::new(Shard::WHOLE, done);
        let taken = ["a", "b", "a", "c"].map(|uri| selection.takes(uri));
        assert_eq!(taken, [true, false, false, true]);
        assert_eq!((selection.n_done, selection.n_repeated), (1, 1));
    }
}
