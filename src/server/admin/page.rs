//! The frame of every admin page: document, header, what is told once, footer. It needs no script, and allows none.

use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, SET_COOKIE, VARY},
    },
    response::{Html, IntoResponse, Response},
};
use leptos::prelude::*;
use leptos_meta::HashedStylesheet;

use super::{Admin, reader::Reader, told::Told, viewer::Viewer};
use crate::{
    i18n::{I18nLocaleTrait, Locale, admin::said, td_string},
    theme::Theme,
};

/// Style sheet, icon and fonts of ours, and forms to us: no script, nothing inline.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'",
);

/// What is said of customers is kept by nobody.
const KEPT_BY_NOBODY: HeaderValue = HeaderValue::from_static("no-store");

/// Where the admin page's own style sheet is.
pub const STYLE: &str = "/admin/style.css";

/// A page for `reader`.
pub fn page(
    admin: &Admin,
    reader: &Reader,
    viewer: Option<&Viewer>,
    heading: &str,
    content: AnyView,
) -> Response {
    let title = said!(reader.said, site.title, page = heading);
    let document = view! {
        <!DOCTYPE html>
        <html lang=reader.locale.as_str() data-theme=reader.theme.map(Theme::code)>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <title>{title}</title>
                <link rel="icon" type="image/svg+xml" href="/icon.svg" />
                <HashedStylesheet options=admin.leptos_options.clone() />
                <link rel="stylesheet" href=STYLE />
            </head>
            <body class="admin">
                <a class="skip-link" href="#content">
                    {said!(reader.said, site.skip)}
                </a>
                {header(reader, viewer)}
                <main id="content" tabindex="-1">
                    <h1>{heading.to_owned()}</h1>
                    {reader.told.as_ref().map(|told| told_once(reader, told))}
                    {content}
                </main>
                {footer(reader, viewer)}
            </body>
        </html>
    };
    // Nothing brings the document to life, so nothing needs the marks for that; a title would show them.
    let mut response = Html(document.to_html().replace("<!>", "")).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(CACHE_CONTROL, KEPT_BY_NOBODY);
    headers.insert(VARY, HeaderValue::from_static("Cookie, Accept-Language"));
    if reader.told.is_some() {
        headers.append(SET_COOKIE, admin.cookies.tell(&reader.path, "", 0));
    }
    response
}

/// The same for what is refused.
pub fn refusal(admin: &Admin, reader: &Reader, status: StatusCode) -> Response {
    let sentence = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            said!(reader.said, trouble.not_found).to_owned()
        }
        StatusCode::SERVICE_UNAVAILABLE => said!(reader.said, trouble.away).to_owned(),
        StatusCode::CONFLICT => said!(reader.said, trouble.key_over).to_owned(),
        StatusCode::FORBIDDEN => said!(reader.said, trouble.cross_site).to_owned(),
        StatusCode::INTERNAL_SERVER_ERROR => {
            let request_id = reader.request_id.clone();
            said!(reader.said, trouble.internal, request_id)
        }
        _ => said!(reader.said, trouble.unfit).to_owned(),
    };
    let content = view! {
        <p role="alert">{sentence}</p>
        <p>
            <a class="button" href=reader.to("/admin")>
                {said!(reader.said, trouble.back)}
            </a>
        </p>
    };
    let heading = said!(reader.said, trouble.heading);
    let page = page(admin, reader, None, heading, content.into_any());
    (status, page).into_response()
}

fn header(reader: &Reader, viewer: Option<&Viewer>) -> impl IntoView + use<> {
    let languages = Locale::get_all().iter().rev().map(|&locale| {
        let code = locale.as_str();
        view! {
            <a
                href=reader.in_language(locale)
                lang=code
                hreflang=code
                aria-current=(locale == reader.locale).then_some("true")
            >
                {td_string!(locale, language.name)}
            </a>
        }
    });
    let menu = viewer.filter(|viewer| viewer.is_operator()).map(|_| {
        view! {
            <nav class="admin-menu" aria-label=said!(reader.said, site.menu)>
                <a href=reader.to("/admin/tenants")>{said!(reader.said, site.tenants)}</a>
                <a href=reader.to("/admin/audit")>{said!(reader.said, site.audit)}</a>
            </nav>
        }
    });
    view! {
        <header class="site-header">
            <a class="brand" href=reader.to("/admin") aria-label=said!(reader.said, site.home)>
                <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
                    <path d="M4 13v6M10 8v16M16 4v24M22 10v12M28 14v4" />
                </svg>
                <span lang="en">"BanglaSER"</span>
            </a>
            {menu}
            <nav class="segments" aria-label=said!(reader.said, site.language)>
                {languages.collect_view()}
            </nav>
        </header>
    }
}

fn footer(reader: &Reader, viewer: Option<&Viewer>) -> impl IntoView + use<> {
    let signed_in = viewer.map(|viewer| {
        let who = viewer.who.clone();
        let sign_out = form(
            reader,
            &viewer.csrf,
            "/admin/sign-out",
            view! {
                <button type="submit" class="button button-small">
                    {said!(reader.said, site.sign_out)}
                </button>
            }
            .into_any(),
        );
        view! {
            <p>{said!(reader.said, site.signed_in, who)}</p>
            {sign_out}
        }
    });
    view! {
        <footer class="site-footer">
            {signed_in} <a href=reader.to("/")>{said!(reader.said, site.page)}</a>
        </footer>
    }
}

fn told_once(reader: &Reader, told: &Told) -> AnyView {
    match told {
        Told::Note(note) => {
            let (class, role) = match note.is_bad() {
                true => ("told told-bad", "alert"),
                false => ("told", "status"),
            };
            view! {
                <p class=class role=role>
                    {note.sentence(reader.said)}
                </p>
            }
            .into_any()
        }
        Told::Key(key) => view! {
            <section class="told" aria-labelledby="key-heading">
                <h2 id="key-heading">{said!(reader.said, keys.shown_heading)}</h2>
                <p>{said!(reader.said, keys.shown)}</p>
                <p>
                    <code class="key" lang="">
                        {key.clone()}
                    </code>
                </p>
            </section>
        }
        .into_any(),
    }
}

/// A form that only this session's pages can send.
pub fn form(reader: &Reader, csrf: &str, action: &str, content: AnyView) -> AnyView {
    view! {
        <form method="post" action=reader.to(action)>
            <input type="hidden" name="csrf" value=csrf.to_owned() />
            {content}
        </form>
    }
    .into_any()
}

/// A labelled field of a form.
pub fn field(name: &'static str, label: &str, input: AnyView) -> AnyView {
    view! {
        <label class="field" for=name>
            <span>{label.to_owned()}</span>
            {input}
        </label>
    }
    .into_any()
}

/// A table; where the screen is narrower, it is moved along by itself, also by keyboard.
pub fn table(name: &'static str, columns: AnyView, rows: AnyView) -> AnyView {
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=name>
            <table>
                <thead>
                    <tr>{columns}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
