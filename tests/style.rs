//! The colours of style/tokens.css: contrast, colour blindness, and the same dark twice.

use vocabulary::Emotion;

const TOKENS: &str = include_str!("../style/tokens.css");

/// Values of a token: light, dark by the system, dark by the reader.
fn values(token: &str) -> [&'static str; 3] {
    let name = format!("--{token}: ");
    let found = TOKENS
        .split(&name)
        .skip(1)
        .map(|rest| rest.split(';').next().expect("a value"));
    let found: Vec<_> = found.collect();
    found
        .try_into()
        .unwrap_or_else(|found| panic!("{token}: {found:?}"))
}

/// Linear red, green and blue, `[0, 1]` (IEC 61966-2-1).
fn linear(color: &str) -> [f32; 3] {
    [1, 3, 5].map(|at| {
        let value = u8::from_str_radix(&color[at..at + 2], 16).expect("#rrggbb");
        let value = f32::from(value) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    })
}

/// Contrast of two colours, 1 to 21 (WCAG 2.2).
fn contrast(one: &str, other: &str) -> f32 {
    let luminance = |color| {
        let [red, green, blue] = linear(color);
        0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
    };
    let (one, other) = (luminance(one), luminance(other));
    one.max(other) / one.min(other)
}

/// What eyes without one kind of cone see of linear colours (Machado, Oliveira, Fernandes 2009, severity 1).
const EYES: [(&str, [[f32; 3]; 3]); 4] = [
    (
        "three cones",
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    ),
    (
        "no red",
        [
            [0.152, 1.053, -0.205],
            [0.115, 0.786, 0.099],
            [-0.004, -0.048, 1.052],
        ],
    ),
    (
        "no green",
        [
            [0.367, 0.861, -0.228],
            [0.280, 0.673, 0.047],
            [-0.012, 0.043, 0.969],
        ],
    ),
    (
        "no blue",
        [
            [1.256, -0.077, -0.179],
            [-0.078, 0.931, 0.148],
            [0.005, 0.691, 0.304],
        ],
    ),
];

fn mixed(matrix: [[f32; 3]; 3], color: [f32; 3]) -> [f32; 3] {
    matrix.map(|row| {
        row.iter()
            .zip(color)
            .map(|(weight, value)| weight * value)
            .sum()
    })
}

/// Oklab (Ottosson 2020), in which equal distances look equally large: black and white are 1 apart.
fn oklab(color: [f32; 3]) -> [f32; 3] {
    let color = color.map(|value| value.clamp(0.0, 1.0));
    let cones = [
        [0.412_221, 0.536_333, 0.051_446],
        [0.211_903, 0.680_700, 0.107_397],
        [0.088_302, 0.281_719, 0.629_979],
    ];
    let axes = [
        [0.210_454, 0.793_618, -0.004_072],
        [1.977_998, -2.428_592, 0.450_594],
        [0.025_904, 0.782_772, -0.808_676],
    ];
    mixed(axes, mixed(cones, color).map(f32::cbrt))
}

/// Least distance of two of the emotions' colours, in any kind of eye.
fn least_distance(emotions: &[Emotion], appearance: usize) -> f32 {
    let mut least = f32::MAX;
    for (_, eye) in EYES {
        let seen =
            |emotion: &Emotion| oklab(mixed(eye, linear(values(emotion.code())[appearance])));
        for (idx, one) in emotions.iter().enumerate() {
            for other in &emotions[..idx] {
                let pairs = seen(one).into_iter().zip(seen(other));
                let square: f32 = pairs.map(|(one, other)| (one - other).powi(2)).sum();
                least = least.min(square.sqrt());
            }
        }
    }
    least
}

#[test]
fn dark_is_the_same_by_the_system_and_by_choice() {
    let tokens = TOKENS
        .split("--")
        .skip(1)
        .filter_map(|rest| rest.split_once(": "));
    let colors = tokens
        .filter(|(_, value)| value.starts_with('#'))
        .map(|(name, _)| name);
    let mut n_colors = 0;
    for token in colors {
        let [_, by_system, by_choice] = values(token);
        assert_eq!(by_system, by_choice, "{token}");
        n_colors += 1;
    }
    assert!(n_colors >= 3 * 20);
}

#[test]
fn text_and_emotions_can_be_read() {
    let grounds = ["paper", "surface", "surface-sunken", "accent-wash"];
    let emotions = Emotion::ALL.map(Emotion::code);
    for token in ["ink", "ink-soft", "accent-strong"]
        .into_iter()
        .chain(emotions)
    {
        for ground in grounds {
            let pairs = values(token).into_iter().zip(values(ground));
            for (appearance, (text, ground_color)) in pairs.enumerate() {
                let found = contrast(text, ground_color);
                assert!(found >= 4.5, "{token} on {ground}, {appearance}: {found}");
            }
        }
    }
}

#[test]
fn emotions_differ_for_colour_blind_eyes_too() {
    // 0.02 is what one just sees of two colours side by side. Words, faces and lanes say the same as the colours.
    for appearance in [0, 1] {
        let five = least_distance(&Emotion::ALL[..5], appearance);
        let all = least_distance(&Emotion::ALL, appearance);
        assert!(
            five >= 0.09 && all >= 0.049,
            "{appearance}: five {five}, all {all}"
        );
    }
}
