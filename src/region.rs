//! The part of an answered clip that its reader looks at more closely, and the part of it that is seen.

use crate::trim::MIN_PART_S;

/// Start and end, seconds.
pub type Span = (f32, f32);

/// Parts that are shorter cannot be seen, chosen or heard.
const MIN_S: f32 = MIN_PART_S as f32;

/// What is chosen, and what is seen, of a clip. What is seen contains neither less than half a second nor more than the
/// clip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    duration_s: f32,
    /// The part that is chosen; `None` before anybody chose.
    pub chosen: Option<Span>,
    /// The part that is seen.
    pub seen: Span,
}

impl Region {
    /// All of a clip is seen, and nothing chosen.
    pub fn new(duration_s: f32) -> Self {
        Self {
            duration_s,
            chosen: None,
            seen: (0.0, duration_s),
        }
    }

    /// Whether there is enough of it to choose from.
    pub fn is_possible(&self) -> bool {
        self.duration_s > MIN_S
    }

    /// Chooses all that is seen, or no longer anything; then all is seen.
    pub fn open(&mut self, is_open: bool) {
        match is_open {
            true => self.chosen = self.chosen.or(Some(self.seen)),
            false => *self = Self::new(self.duration_s),
        }
    }

    /// Chooses what lies between two places, in either order.
    pub fn choose(&mut self, one_s: f32, other_s: f32) {
        let (start_s, end_s) = (one_s.min(other_s), one_s.max(other_s));
        let start_s = start_s.clamp(0.0, (self.duration_s - MIN_S).max(0.0));
        let end_s = end_s.max(start_s + MIN_S).min(self.duration_s);
        self.chosen = Some((start_s, end_s));
    }

    /// Moves where it begins, up to half a second before its end.
    pub fn set_start(&mut self, start_s: f32) {
        if let Some((_, end_s)) = self.chosen {
            self.choose(start_s.min(end_s - MIN_S), end_s);
        }
    }

    /// Moves where it ends, down to half a second after its start.
    pub fn set_end(&mut self, end_s: f32) {
        if let Some((start_s, _)) = self.chosen {
            self.choose(start_s, end_s.max(start_s + MIN_S));
        }
    }

    /// What is seen, whatever is chosen of it.
    pub fn unchosen(&self) -> Self {
        Self {
            chosen: None,
            ..*self
        }
    }

    /// Whether less than all is seen.
    pub fn is_zoomed(&self) -> bool {
        self.seen != (0.0, self.duration_s)
    }

    /// Shows what is chosen as large as it can be, or all again.
    pub fn zoom(&mut self, is_zoomed: bool) {
        self.seen = match self.chosen {
            Some(chosen) if is_zoomed => chosen,
            _ => (0.0, self.duration_s),
        };
    }

    /// Whether zooming shows something else.
    pub fn can_zoom(&self) -> bool {
        self.chosen.is_some_and(|chosen| chosen != self.seen)
    }

    /// Shows what is half a view earlier or later.
    pub fn pan(&mut self, is_later: bool) {
        let (start_s, end_s) = self.seen;
        let length_s = end_s - start_s;
        let step_s = if is_later { 0.5 } else { -0.5 } * length_s;
        let start_s = (start_s + step_s).clamp(0.0, self.duration_s - length_s);
        self.seen = (start_s, start_s + length_s);
    }

    /// The place at a share of the view, `[0, 1]`.
    pub fn at(&self, share: f32) -> f32 {
        let (start_s, end_s) = self.seen;
        start_s + share * (end_s - start_s)
    }

    /// Where a place is in the view: 0 at its start, 1 at its end.
    pub fn share(&self, at_s: f32) -> f32 {
        let (start_s, end_s) = self.seen;
        (at_s - start_s) / (end_s - start_s).max(f32::MIN_POSITIVE)
    }

    /// The shares of the view between which what is chosen is seen.
    pub fn chosen_share(&self) -> Option<Span> {
        let (start_s, end_s) = self.chosen?;
        let [start, end] = [start_s, end_s].map(|at_s| self.share(at_s).clamp(0.0, 1.0));
        (start < end).then_some((start, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_inside_the_clip_and_never_too_short() {
        let mut region = Region::new(10.0);
        for (one_s, other_s, expected) in [
            (2.0, 5.0, (2.0, 5.0)),
            (5.0, 2.0, (2.0, 5.0)),
            (-3.0, 20.0, (0.0, 10.0)),
            (4.0, 4.1, (4.0, 4.5)),
            (9.9, 10.0, (9.5, 10.0)),
        ] {
            region.choose(one_s, other_s);
            assert_eq!(region.chosen, Some(expected));
        }
        region.choose(2.0, 5.0);
        region.set_start(7.0);
        assert_eq!(region.chosen, Some((4.5, 5.0)));
        region.set_end(0.0);
        assert_eq!(region.chosen, Some((4.5, 5.0)));
        region.open(false);
        region.set_start(1.0);
        assert_eq!(region.chosen, None);
    }

    #[test]
    fn what_is_seen_follows_what_is_chosen() {
        let mut region = Region::new(10.0);
        region.open(true);
        assert!(!region.can_zoom() && region.chosen == Some((0.0, 10.0)));
        region.choose(2.0, 6.0);
        region.zoom(true);
        assert!(region.is_zoomed() && !region.can_zoom());
        assert_eq!((region.at(0.5), region.share(3.0)), (4.0, 0.25));
        region.choose(3.0, 9.0);
        assert_eq!(region.chosen_share(), Some((0.25, 1.0)));
        region.pan(true);
        assert_eq!(region.seen, (4.0, 8.0));
        region.pan(true);
        region.pan(true);
        assert_eq!(region.seen, (6.0, 10.0));
        region.pan(false);
        assert_eq!(region.seen, (4.0, 8.0));
        region.choose(0.0, 2.0);
        assert_eq!(region.chosen_share(), None);
        region.open(false);
        assert!(!region.is_zoomed());
    }

    #[test]
    fn a_clip_shorter_than_a_part_is_whole() {
        let mut region = Region::new(0.3);
        assert!(!region.is_possible());
        region.choose(0.1, 0.2);
        assert_eq!(region.chosen, Some((0.0, 0.3)));
    }
}
