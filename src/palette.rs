//! One colour per emotion, for pictures of results and for the clients of `/predict`; each reaches
//! 3:1 on white and on black.

use vocabulary::Emotion;

/// The emotion's colour, `#rrggbb`.
pub const fn color(emotion: Emotion) -> &'static str {
    match emotion {
        Emotion::Angry => "#c2402c",
        Emotion::Happy => "#b27a00",
        Emotion::Sad => "#3a6ea5",
        Emotion::Neutral => "#66707a",
        Emotion::Surprise => "#8a4fb0",
        Emotion::Fear => "#b0387f",
        Emotion::Disgust => "#5a7d1f",
        Emotion::Contempt => "#2f7f92",
    }
}
