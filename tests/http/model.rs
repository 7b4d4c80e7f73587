//! The page about the model: its cards, its numbers, and what it does without them.

use std::{fs, path::Path};

use axum::Router;
use banglaser::{api::ModelFacts, server::router};
use vocabulary::LabelSet;

use crate::{
    checkpoints,
    page::send_in_language,
    trial::{get, send, shipped, with_recognizer},
};

/// A router whose checkpoint lies in a folder of this test's own, with these cards and counts.
fn described(test: &str, cards: &[(&str, &str)], confusion: Vec<Vec<u32>>) -> Router {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::create_dir_all(&dir).expect("the folder can be made");
    for (language, card) in cards {
        fs::write(dir.join(format!("card.{language}.md")), card).expect("the card can be written");
    }
    let mut checkpoint = checkpoints::random("sad,fear".parse().expect("labels"));
    checkpoint.metrics.confusion = confusion;
    router(with_recognizer(
        |settings| settings.recognizer.checkpoint = dir.clone(),
        |_| checkpoint.into(),
    ))
}

/// What a reader sees: the page without what it tells its own program.
fn shown(html: &str) -> &str {
    html.split("</footer>").next().expect("a page")
}

#[tokio::test]
async fn the_shipped_card_is_shown_in_both_languages() {
    for (language, name, emotion) in [("bn", "মডেল কার্ড", "রাগান্বিত"), ("en", "Model card", "Angry")]
    {
        let answer = send_in_language(shipped(), get("/model"), language).await;
        let html = shown(answer.text());
        assert_eq!(html.matches("<h1").count(), 1);
        for part in [name, emotion, "bilstm-", "class=\"table-scroll\"", "<svg"] {
            assert!(html.contains(part), "{language}: no {part}");
        }
        let n_cells = html.matches("<rect").count();
        assert_eq!(n_cells, LabelSet::five().n_labels().pow(2));
    }
}

#[tokio::test]
async fn counts_become_shares_of_their_row() {
    let cards = [("bn", "কার্ড"), ("en", "A card.")];
    let router = described("counts", &cards, vec![vec![3, 1], vec![2, 18]]);
    for (language, shares, right) in [
        ("bn", ["৭৫%", "২৫%", "১০%", "৯০%"], "দুঃখিত ৭৫%, ভীত ৯০%"),
        ("en", ["75%", "25%", "10%", "90%"], "Sad 75%, Fear 90%"),
    ] {
        let answer = send_in_language(router.clone(), get("/model"), language).await;
        let cells = answer.text().split("<rect").skip(1);
        let cells: Vec<_> = cells.zip(shares).collect();
        assert_eq!(cells.len(), 4);
        assert!(
            cells.iter().all(|(cell, share)| cell.contains(share)),
            "{cells:?}"
        );
        assert!(answer.text().contains(right), "no text for {right}");
    }
}

#[tokio::test]
async fn html_in_a_card_is_not_passed_on() {
    let card = "# Card\n\nUsed for <script>alert(1)</script> only.";
    let router = described("hostile", &[("bn", card), ("en", card)], Vec::new());
    let answer = send(router, get("/model")).await;
    assert!(
        answer
            .text()
            .contains("Used for &lt;script&gt;alert(1)&lt;/script&gt; only.")
    );
    assert!(!answer.text().contains("<script>alert"));
}

#[tokio::test]
async fn a_checkpoint_without_cards_or_counts_has_a_page() {
    let router = described("without", &[], Vec::new());
    for (language, sentence) in [
        ("bn", "কোনো মডেল কার্ড নেই"),
        ("en", "came without a model card"),
    ] {
        let answer = send_in_language(router.clone(), get("/model"), language).await;
        let html = shown(answer.text());
        assert!(
            html.contains(sentence) && html.contains("random"),
            "{language}"
        );
        assert!(!html.contains("<rect"));
    }
}

#[tokio::test]
async fn the_page_in_the_browser_can_ask_for_the_facts() {
    let answer = send(shipped(), get("/api/model")).await;
    let facts: Vec<ModelFacts> = serde_json::from_slice(&answer.body).expect("facts");
    let [facts] = facts.try_into().expect("one model");
    assert_eq!(facts.labels, LabelSet::five());
    assert_eq!(facts.cards.len(), 2);
    for card in facts.cards {
        assert!(card.is_some_and(|card| card.contains("<table>")));
    }
}
