//! Markdown as HTML that fits into the page and cannot change it.
//!
//! Input   CommonMark with tables
//! Output  HTML without the heading of level 1, which is the page's, and without pictures; links lead
//!         to `http` and `https` only; HTML in the text is shown as text, comments are left out
//! Tables  scroll in a box of their own; the first cell of a row names it, an empty cell names nothing

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html::push_html};

use crate::i18n::{Locale, td_string};

/// Renders a document that is in `locale`'s language.
pub fn to_html(markdown: &str, locale: Locale) -> String {
    let mut fitting = Fitting::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        fitting.take(event, locale);
    }
    let mut html = String::new();
    push_html(&mut html, fitting.events.into_iter());
    html
}

/// A document on its way from what the parser finds to what the page shows.
#[derive(Default)]
struct Fitting<'a> {
    events: Vec<Event<'a>>,
    is_in_title: bool,
    is_link_kept: bool,
    is_in_head: bool,
    /// Where the table's head begins in `events`.
    head_idx: usize,
    is_head_empty: bool,
    /// Where the cell begins in `events`.
    cell_idx: usize,
    column: usize,
}

impl<'a> Fitting<'a> {
    fn take(&mut self, event: Event<'a>, locale: Locale) {
        match event {
            Event::Start(Tag::Heading {
                level: HeadingLevel::H1,
                ..
            }) => self.is_in_title = true,
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => self.is_in_title = false,
            _ if self.is_in_title => {}
            Event::Html(text) | Event::InlineHtml(text) if is_comment(&text) => {}
            Event::Html(text) | Event::InlineHtml(text) => self.events.push(Event::Text(text)),
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            Event::Start(Tag::Link { ref dest_url, .. }) => {
                self.is_link_kept = is_web_address(dest_url);
                self.events.extend(self.is_link_kept.then_some(event));
            }
            Event::End(TagEnd::Link) => self.events.extend(self.is_link_kept.then_some(event)),
            Event::Start(Tag::Table(_)) => self.markup(format!(
                r#"<div class="table-scroll" role="group" aria-label="{}" tabindex="0"><table>"#,
                td_string!(locale, model.table)
            )),
            Event::End(TagEnd::Table) => self.markup("</tbody></table></div>\n"),
            Event::Start(Tag::TableHead) => self.start_head(),
            Event::End(TagEnd::TableHead) => self.end_head(),
            Event::Start(Tag::TableRow) => {
                self.column = 0;
                self.markup("<tr>");
            }
            Event::End(TagEnd::TableRow) => self.markup("</tr>"),
            Event::Start(Tag::TableCell) => {
                self.cell_idx = self.events.len();
                self.markup("");
            }
            Event::End(TagEnd::TableCell) => self.end_cell(),
            _ => self.events.push(event),
        }
    }

    fn markup(&mut self, html: impl Into<CowStr<'a>>) {
        self.events.push(Event::Html(html.into()));
    }

    fn start_head(&mut self) {
        (self.is_in_head, self.is_head_empty) = (true, true);
        (self.head_idx, self.column) = (self.events.len(), 0);
        self.markup("<thead><tr>");
    }

    fn end_head(&mut self) {
        self.is_in_head = false;
        if self.is_head_empty {
            self.events.truncate(self.head_idx);
            self.markup("<tbody>");
        } else {
            self.markup("</tr></thead><tbody>");
        }
    }

    fn end_cell(&mut self) {
        let is_empty = self.events.len() == self.cell_idx + 1;
        self.is_head_empty &= is_empty;
        let (start, end) = match (is_empty, self.is_in_head, self.column) {
            (false, true, _) => (r#"<th scope="col">"#, "</th>"),
            (false, false, 0) => (r#"<th scope="row">"#, "</th>"),
            _ => ("<td>", "</td>"),
        };
        self.events[self.cell_idx] = Event::Html(start.into());
        self.markup(end);
        self.column += 1;
    }
}

fn is_comment(html: &str) -> bool {
    let html = html.trim();
    html.starts_with("<!--") && html.find("-->") == Some(html.len() - 3)
}

fn is_web_address(url: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english(markdown: &str) -> String {
        to_html(markdown, Locale::en)
    }

    #[test]
    fn the_title_is_left_to_the_page() {
        let html = english("# Model *card*\n\n## Limits\n\nActed **speech**.");
        assert_eq!(
            html,
            "<h2>Limits</h2>\n<p>Acted <strong>speech</strong>.</p>\n"
        );
    }

    #[test]
    fn comments_are_left_out() {
        let html =
            english("<!-- table: recall -->\n\n| a |\n|---|\n\n<!-- end -->\n\nb <!-- c --> d");
        assert!(html.contains("<table>") && html.contains("b  d"), "{html}");
        assert!(!html.contains("--"), "{html}");
        let hostile = english("<!-- a --><script>alert(1)</script><!-- b -->");
        assert!(hostile.contains("&lt;script&gt;"), "{hostile}");
    }

    #[test]
    fn a_card_cannot_change_the_page() {
        let hostile = "<script>alert(1)</script>\n\nA <b onclick=\"x()\">word</b>, \
            [one](javascript:alert(1)), [two](data:text/html,x), [three](https://example.org), \
            ![four](https://example.org/x.png)\n\n| <i>a</i> |\n|---|\n| <img src=x> |";
        let html = english(hostile);
        for tag in ["<script", "<b", "<i", "<img", "javascript:", "data:"] {
            assert!(!html.contains(tag), "{tag} in {html}");
        }
        for text in ["&lt;script&gt;", "one, two, ", "four", "&lt;img src=x&gt;"] {
            assert!(html.contains(text), "{text} not in {html}");
        }
        assert!(html.contains(r#"<a href="https://example.org">three</a>"#));
    }

    #[test]
    fn tables_scroll_and_name_their_rows_and_columns() {
        let html = english("| | recall |\n|---|---|\n| sad | 0.575 |\n| | |");
        let table = "<table><thead><tr><td></td><th scope=\"col\">recall</th></tr></thead>\
            <tbody><tr><th scope=\"row\">sad</th><td>0.575</td></tr>\
            <tr><td></td><td></td></tr></tbody></table></div>";
        assert!(
            html.starts_with(r#"<div class="table-scroll""#) && html.contains(table),
            "{html}"
        );
    }

    #[test]
    fn a_head_without_words_is_none() {
        let html = english("| | |\n|---|---|\n| UAR | 0.6 |");
        assert!(
            html.contains("<table><tbody><tr><th scope=\"row\">UAR</th>"),
            "{html}"
        );
    }
}
