//! Frames of several windows, one window after another.

/// Row-major `[n_frames of all windows, size]`, without padding.
#[derive(Debug)]
pub(super) struct Frames {
    pub values: Vec<f32>,
    /// Frames of each window, `[n_windows]`.
    pub lengths: Vec<usize>,
    /// Values per frame.
    pub size: usize,
}

impl Frames {
    /// Of windows with `size` values per frame.
    pub fn new(windows: &[&[f32]], size: usize) -> Self {
        Self {
            values: windows.concat(),
            lengths: windows.iter().map(|window| window.len() / size).collect(),
            size,
        }
    }

    /// All values 0.
    pub fn zeros(lengths: Vec<usize>, size: usize) -> Self {
        let n_frames: usize = lengths.iter().sum();
        Self {
            values: vec![0.0; n_frames * size],
            lengths,
            size,
        }
    }

    /// The windows in order, each `[n_frames, size]`.
    pub fn windows(&self) -> impl Iterator<Item = &[f32]> {
        let mut rest = &self.values[..];
        self.lengths.iter().map(move |length| {
            let (window, behind) = rest.split_at(length * self.size);
            rest = behind;
            window
        })
    }

    /// As [`windows`](Self::windows), to be written.
    pub fn windows_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        let (size, mut rest) = (self.size, &mut self.values[..]);
        self.lengths.iter().map(move |length| {
            let (window, behind) = std::mem::take(&mut rest).split_at_mut(length * size);
            rest = behind;
            window
        })
    }

    /// The last frame of each window, which has at least one.
    pub fn last(&self) -> Self {
        let last = |window: &'_ [f32]| window.len() - self.size..window.len();
        let rows = self.windows().map(|window| &window[last(window)]);
        Self::new(&rows.collect::<Vec<_>>(), self.size)
    }
}
