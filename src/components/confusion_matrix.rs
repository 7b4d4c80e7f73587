//! Which emotions a model takes for which, as a picture.

use leptos::prelude::*;
use vocabulary::LabelSet;

use crate::{
    fixed::css_percent,
    i18n::{emotion_words::label, number, td_string, text, use_i18n},
    live::live,
};

/// Side of the square of cells, in units of the picture; up to seven labels divide it evenly.
const SIDE: usize = 420;
/// Room for the names of the rows.
const LEFT: usize = 166;
/// Room for the slanted names of the columns.
const TOP: usize = 150;
/// Room for the end of the last column's name.
const RIGHT: usize = 34;

/// Shares of each row's clips; zeros where it has none.
fn row_shares(confusion: &[Vec<u32>]) -> Vec<Vec<f32>> {
    let shares = |row: &Vec<u32>| {
        let n_clips = row.iter().sum::<u32>().max(1) as f32;
        row.iter().map(|&count| count as f32 / n_clips).collect()
    };
    confusion.iter().map(shares).collect()
}

/// A square of shares, true emotions in rows and answers in columns: the larger, the darker.
#[component]
pub fn ConfusionMatrix(
    labels: LabelSet,
    /// Counts of clips, `[true class][predicted class]`.
    confusion: Vec<Vec<u32>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let shares = row_shares(&confusion);
    let cell_side = SIDE / labels.n_labels();
    let middle = move |class_idx: usize| cell_side * class_idx + cell_side / 2;
    let cell = |row: usize, column: usize| {
        let share = shares[row][column];
        view! {
            <rect
                x=cell_side * column
                y=cell_side * row
                width=cell_side
                height=cell_side
                fill-opacity=css_percent(share)
            />
            <text x=middle(column) y=middle(row)>
                {live(move || number::percent(i18n.get_locale(), share))}
            </text>
        }
    };
    let rows = labels.iter().enumerate().map(|(class_idx, emotion)| {
        let name = move || label(i18n.get_locale(), emotion);
        let slanted = format!("translate({} -14) rotate(-50)", middle(class_idx));
        let cells = (0..labels.n_labels()).map(|column| cell(class_idx, column));
        view! {
            <text class="matrix-row" x="-12" y=middle(class_idx)>
                {name}
            </text>
            <text class="matrix-column" transform=slanted>
                {name}
            </text>
            {cells.collect_view()}
        }
    });
    let rows = rows.collect_view();
    let alternative = live(move || {
        let locale = i18n.get_locale();
        let right = labels.iter().enumerate().map(|(class_idx, emotion)| {
            let share = number::percent(locale, shares[class_idx][class_idx]);
            format!("{} {share}", label(locale, emotion))
        });
        let shares = right.collect::<Vec<_>>().join(", ");
        td_string!(locale, confusion.right, shares)
    });
    let answer_axis = format!("translate({} {})", SIDE / 2, 20_i32 - TOP as i32);
    let truth_axis = format!(
        "translate({} {}) rotate(-90)",
        14_i32 - LEFT as i32,
        SIDE / 2
    );
    view! {
        <figure class="matrix">
            <h2>{text!(i18n, confusion.heading)}</h2>
            <svg
                viewBox=format!("0 0 {} {}", LEFT + SIDE + RIGHT, TOP + SIDE + 2)
                role="img"
                aria-label=alternative
            >
                <g transform=format!("translate({LEFT} {TOP})")>
                    <text class="matrix-axis" transform=answer_axis>
                        {text!(i18n, confusion.answer)}
                    </text>
                    <text class="matrix-axis" transform=truth_axis>
                        {text!(i18n, confusion.truth)}
                    </text>
                    {rows}
                </g>
            </svg>
            <figcaption class="fine">{text!(i18n, confusion.caption)}</figcaption>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_add_up_to_one_or_are_empty() {
        let shares = row_shares(&[vec![3, 1], vec![0, 0]]);
        assert_eq!(shares, [[0.75, 0.25], [0.0, 0.0]]);
    }
}
