//! Who speaks when, as its reader corrects it.

use std::collections::BTreeMap;

use vocabulary::{Emotion, Turn};

/// No turn is made shorter, seconds.
pub const MIN_TURN_S: f32 = 0.1;

/// A turn's start or end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// Where it begins.
    Start,
    /// Where it ends.
    End,
}

/// Somebody of whom there are turns.
#[derive(Clone, Debug, PartialEq)]
pub struct Speaker {
    /// As the turns name them.
    pub speaker: usize,
    /// What the reader calls them.
    pub name: Option<String>,
    /// How long they speak, seconds.
    pub speaking_s: f32,
    /// Of all that is spoken, `[0, 1]`.
    pub share: f32,
    /// What most of that time expresses; of what is unclear nothing is known.
    pub mostly: Option<Emotion>,
}

/// Turns, and what they were before each change. Each keeps its place in the list, wherever its borders move.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversation {
    turns: Vec<Turn>,
    duration_s: f32,
    before: Vec<Vec<Turn>>,
}

impl Conversation {
    /// The turns of a clip of a length.
    pub fn new(turns: Vec<Turn>, duration_s: f32) -> Self {
        Self {
            turns,
            duration_s,
            before: Vec::new(),
        }
    }

    /// The turns as they are now, in the order in which they first began.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// Everybody who has a turn.
    pub fn speakers(&self) -> Vec<Speaker> {
        let mut by_speaker = BTreeMap::new();
        for turn in &self.turns {
            let one = by_speaker.entry(turn.speaker).or_insert_with(|| Speaker {
                speaker: turn.speaker,
                name: turn.name.clone(),
                speaking_s: 0.0,
                share: 0.0,
                mostly: self.mostly(turn.speaker),
            });
            one.speaking_s += turn.end_s - turn.start_s;
        }
        let all_s: f32 = by_speaker.values().map(|one| one.speaking_s).sum();
        let speakers = by_speaker.into_values().map(|one| Speaker {
            share: one.speaking_s / all_s.max(f32::MIN_POSITIVE),
            ..one
        });
        speakers.collect()
    }

    fn mostly(&self, speaker: usize) -> Option<Emotion> {
        let own = self.turns.iter().filter(|turn| turn.speaker == speaker);
        let mut lengths_s = [0.0; Emotion::ALL.len()];
        for turn in own {
            if let Some(emotion) = turn.answer() {
                lengths_s[emotion as usize] += turn.end_s - turn.start_s;
            }
        }
        let longest = Emotion::ALL.into_iter().zip(lengths_s);
        let longest = longest.max_by(|one, next| one.1.total_cmp(&next.1))?;
        (longest.1 > 0.0).then_some(longest.0)
    }

    /// Calls a speaker by a name; by the letter again where it is empty.
    pub fn rename(&mut self, speaker: usize, name: &str) {
        let name = Some(name.trim()).filter(|name| !name.is_empty());
        self.change(|turns| {
            for turn in turns.iter_mut().filter(|turn| turn.speaker == speaker) {
                turn.name = name.map(str::to_owned);
            }
        });
    }

    /// Gives all turns of a speaker to another one.
    pub fn merge(&mut self, speaker: usize, into: usize) {
        self.give(into, |_, turn| turn.speaker == speaker);
    }

    /// Gives one turn to another speaker.
    pub fn reassign(&mut self, turn_idx: usize, speaker: usize) {
        self.give(speaker, |place, _| place == turn_idx);
    }

    fn give(&mut self, speaker: usize, is_given: impl Fn(usize, &Turn) -> bool) {
        let own = self.turns.iter().find(|turn| turn.speaker == speaker);
        let name = own.and_then(|turn| turn.name.clone());
        self.change(|turns| {
            for (place, turn) in turns.iter_mut().enumerate() {
                if is_given(place, turn) {
                    turn.speaker = speaker;
                    turn.name.clone_from(&name);
                }
            }
        });
    }

    /// Says what a turn expresses; `None` takes that back.
    pub fn correct(&mut self, turn_idx: usize, emotion: Option<Emotion>) {
        self.change(|turns| {
            if let Some(turn) = turns.get_mut(turn_idx) {
                turn.corrected = emotion;
            }
        });
    }

    /// Moves a border of a turn, within the clip and up to the next turns of the same speaker.
    pub fn move_border(&mut self, turn_idx: usize, border: Border, at_s: f32) {
        let Some(turn) = self.turns.get(turn_idx).filter(|_| at_s.is_finite()) else {
            return;
        };
        let others = self.turns.iter().enumerate();
        let own =
            others.filter(|(place, other)| *place != turn_idx && other.speaker == turn.speaker);
        let own = own.map(|(_, other)| (other.start_s, other.end_s));
        let (start_s, end_s) = match border {
            Border::Start => {
                let ends = own
                    .map(|(_, end_s)| end_s)
                    .filter(|end_s| *end_s <= turn.start_s);
                let from_s = ends.fold(0.0, f32::max);
                (at_s.max(from_s).min(turn.end_s - MIN_TURN_S), turn.end_s)
            }
            Border::End => {
                let starts = own
                    .map(|(start_s, _)| start_s)
                    .filter(|start_s| *start_s >= turn.end_s);
                let to_s = starts.fold(self.duration_s, f32::min);
                (turn.start_s, at_s.min(to_s).max(turn.start_s + MIN_TURN_S))
            }
        };
        self.change(|turns| {
            turns[turn_idx].start_s = start_s;
            turns[turn_idx].end_s = end_s;
        });
    }

    /// Takes over what the reader corrected elsewhere; nothing where there are none.
    pub fn follow(&mut self, turns: Vec<Turn>) {
        if !turns.is_empty() {
            self.change(|own| *own = turns);
        }
    }

    /// Takes the last change back.
    pub fn undo(&mut self) {
        if let Some(turns) = self.before.pop() {
            self.turns = turns;
        }
    }

    /// Whether there is a change to take back.
    pub fn is_changed(&self) -> bool {
        !self.before.is_empty()
    }

    fn change(&mut self, change: impl FnOnce(&mut Vec<Turn>)) {
        let before = self.turns.clone();
        change(&mut self.turns);
        if self.turns != before {
            self.before.push(before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversation() -> Conversation {
        let turn = |speaker, start_s, end_s| Turn {
            speaker,
            channel: None,
            start_s,
            end_s,
            expression: None,
            name: None,
            corrected: None,
        };
        let turns = vec![
            turn(0, 0.0, 3.0),
            turn(1, 2.5, 5.0),
            turn(0, 5.5, 6.0),
            turn(2, 7.0, 9.0),
        ];
        Conversation::new(turns, 10.0)
    }

    fn spans(conversation: &Conversation) -> Vec<(usize, f32, f32)> {
        let turns = conversation.turns().iter();
        turns
            .map(|turn| (turn.speaker, turn.start_s, turn.end_s))
            .collect()
    }

    #[test]
    fn speakers_have_a_share_of_all_that_is_spoken() {
        let speakers = conversation().speakers();
        let told: Vec<_> = speakers
            .iter()
            .map(|one| (one.speaker, one.speaking_s, one.share))
            .collect();
        assert_eq!(
            told,
            [(0, 3.5, 3.5 / 8.0), (1, 2.5, 2.5 / 8.0), (2, 2.0, 0.25)]
        );
        assert_eq!(Conversation::default().speakers(), []);
        let mut corrected = conversation();
        assert_eq!(corrected.speakers()[0].mostly, None);
        corrected.correct(0, Some(Emotion::Sad));
        corrected.correct(2, Some(Emotion::Happy));
        assert_eq!(corrected.speakers()[0].mostly, Some(Emotion::Sad));
    }

    #[test]
    fn two_speakers_become_one_with_the_name_of_the_second() {
        let mut conversation = conversation();
        conversation.rename(0, "  Rana ");
        conversation.merge(2, 0);
        let named = conversation.turns()[3].clone();
        assert_eq!((named.speaker, named.name.as_deref()), (0, Some("Rana")));
        assert_eq!(conversation.speakers().len(), 2);
        conversation.reassign(2, 1);
        assert_eq!(conversation.turns()[2].name, None);
        conversation.rename(0, " ");
        assert!(conversation.turns().iter().all(|turn| turn.name.is_none()));
    }

    #[test]
    fn a_border_stays_in_the_clip_and_off_the_speakers_other_turns() {
        let mut conversation = conversation();
        conversation.move_border(0, Border::Start, -1.0);
        conversation.move_border(0, Border::End, 7.0);
        conversation.move_border(1, Border::End, f32::NAN);
        conversation.move_border(3, Border::End, 99.0);
        conversation.move_border(9, Border::End, 1.0);
        let expected = [(0, 0.0, 5.5), (1, 2.5, 5.0), (0, 5.5, 6.0), (2, 7.0, 10.0)];
        assert_eq!(spans(&conversation), expected);
        conversation.move_border(2, Border::Start, 6.5);
        assert!((conversation.turns()[2].start_s - 5.9).abs() < 1e-5);
    }

    #[test]
    fn every_change_can_be_taken_back() {
        let first = conversation();
        let mut changed = first.clone();
        changed.correct(1, Some(Emotion::Sad));
        changed.correct(1, Some(Emotion::Sad));
        changed.merge(1, 0);
        changed.move_border(3, Border::Start, 6.5);
        assert!(changed.is_changed());
        for _ in 0..3 {
            assert_ne!(changed.turns(), first.turns());
            changed.undo();
        }
        assert_eq!(changed, first);
        changed.undo();
        assert!(!changed.is_changed());
    }
}
