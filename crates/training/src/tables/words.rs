//! What the tables say, in two languages.

use vocabulary::{ConfidenceBand, Emotion};

/// One language.
pub struct Words {
    pub uar: &'static str,
    pub uar_all: &'static str,
    pub seeds: &'static str,
    pub accuracy: &'static str,
    pub macro_f1: &'static str,
    pub ece: &'static str,
    pub brier: &'static str,
    pub nll: &'static str,
    pub temperature: &'static str,
    pub women: &'static str,
    pub men: &'static str,
    pub sentence: &'static str,
    pub recall: &'static str,
    pub group: &'static str,
    pub fold: &'static str,
    pub speakers: &'static str,
    pub surest: &'static str,
    pub band: &'static str,
    pub confidence_from: &'static str,
    pub bands: [&'static str; 4],
    pub digits: Option<[char; 10]>,
    pub emotion: fn(Emotion) -> &'static str,
}

/// English.
pub const ENGLISH: Words = Words {
    uar: "UAR (mean of the recalls), mean over folds",
    uar_all: "UAR over all test clips, 95 % interval over speakers",
    seeds: "UAR of one network, over seeds",
    accuracy: "accuracy",
    macro_f1: "macro F1",
    ece: "expected calibration error, 15 bins",
    brier: "Brier score",
    nll: "negative log-likelihood, nats",
    temperature: "temperature",
    women: "women",
    men: "men",
    sentence: "sentence",
    recall: "recall",
    group: "group",
    fold: "fold",
    speakers: "test speakers",
    surest: "the surest",
    band: "band",
    confidence_from: "confidence from",
    bands: ["high", "medium", "low", "unclear"],
    digits: None,
    emotion: Emotion::label_en,
};

/// Bengali.
pub const BENGALI: Words = Words {
    uar: "UAR (রিকলগুলোর গড়), ভাগগুলোর গড়",
    uar_all: "সব পরীক্ষার রেকর্ডিং মিলিয়ে UAR, বক্তাদের ওপর ৯৫% আস্থা ব্যবধি",
    seeds: "একটি নেটওয়ার্কের UAR, বিভিন্ন সিডে",
    accuracy: "সঠিকতা",
    macro_f1: "ম্যাক্রো F1",
    ece: "ক্যালিব্রেশনের গড় ত্রুটি (ECE), ১৫ ঘর",
    brier: "ব্রিয়ার স্কোর",
    nll: "ঋণাত্মক লগ-সম্ভাবনা, ন্যাট",
    temperature: "তাপমাত্রা",
    women: "নারী",
    men: "পুরুষ",
    sentence: "বাক্য",
    recall: "রিকল",
    group: "দল",
    fold: "ভাগ",
    speakers: "পরীক্ষার বক্তা",
    surest: "সবচেয়ে নিশ্চিত",
    band: "স্তর",
    confidence_from: "নিশ্চয়তা অন্তত",
    bands: ["বেশি", "মাঝারি", "কম", "অস্পষ্ট"],
    digits: Some(['০', '১', '২', '৩', '৪', '৫', '৬', '৭', '৮', '৯']),
    emotion: Emotion::label_bn,
};

impl Words {
    /// Name of a band.
    pub fn band_name(&self, band: ConfidenceBand) -> &'static str {
        match band {
            ConfidenceBand::High => self.bands[0],
            ConfidenceBand::Medium => self.bands[1],
            ConfidenceBand::Low => self.bands[2],
            ConfidenceBand::Unclear => self.bands[3],
        }
    }

    /// The text with the language's digits; those of names, such as F1, stay.
    pub fn digits(&self, text: &str) -> String {
        let mut is_in_name = false;
        let digit = |letter: char| {
            is_in_name = letter.is_ascii_alphabetic() || (is_in_name && letter.is_ascii_digit());
            match (self.digits, letter.to_digit(10)) {
                (Some(digits), Some(value)) if !is_in_name => digits[value as usize],
                _ => letter,
            }
        };
        text.chars().map(digit).collect()
    }
}
