//! The interface as a page for people, made from the OpenAPI document: no scripts, nothing from elsewhere.

use axum::{
    http::{HeaderName, header::CONTENT_SECURITY_POLICY},
    response::Html,
};
use leptos::prelude::*;
use serde_json::Value;
use utoipa::openapi::OpenApi;

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}\
    code,pre{font-family:ui-monospace,monospace}pre{overflow:auto;padding:.75rem;border:1px solid #8885;border-radius:.5rem}\
    section{border-top:1px solid #8885;margin-top:2rem}table{border-collapse:collapse}td,th{text-align:start;padding:.25rem .75rem .25rem 0;vertical-align:top}";

/// One clip from programs that ask often, each with nothing that its language does not usually have.
const EXAMPLES: [(&str, &str); 3] = [
    (
        "curl",
        "curl -F file=@voice.ogg http://127.0.0.1:3000/api/v1/recognitions",
    ),
    (
        "Python",
        r#"import json
import urllib.request

clip = open("voice.ogg", "rb").read()
kind = {"Content-Type": "application/octet-stream"}
request = urllib.request.Request("http://127.0.0.1:3000/api/v1/recognitions", clip, kind)
with urllib.request.urlopen(request) as answer:
    heard = json.load(answer)
print(heard["emotion"], heard["confidence"])"#,
    ),
    (
        "R",
        r#"library(httr2)

heard <- request("http://127.0.0.1:3000/api/v1/recognitions") |>
  req_body_multipart(file = curl::form_file("voice.ogg")) |>
  req_perform() |>
  resp_body_json()
cat(heard$emotion, heard$confidence)"#,
    ),
];

/// Only the page's own style.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Tells the interface to people.
pub fn page(document: &OpenApi) -> ([(HeaderName, &'static str); 1], Html<String>) {
    let document = serde_json::to_value(document).unwrap_or_default();
    let page = view! {
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>"BanglaSER: REST interface"</title>
                <style>{STYLE}</style>
            </head>
            <body>
                <h1>"BanglaSER: REST interface"</h1>
                <p>{text(&document["info"]["description"])}</p>
                <p>
                    "For machines: " <a href="/api/v1/openapi.json">"openapi.json"</a>
                </p>
                {examples()}
                {operations(&document)}
                <h2>"Schemas"</h2>
                {schemas(&document)}
            </body>
        </html>
    };
    let html = format!("<!DOCTYPE html>{}", page.to_html());
    ([(CONTENT_SECURITY_POLICY, POLICY)], Html(html))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn members(value: &Value) -> impl Iterator<Item = (String, &Value)> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.clone(), value))
}

fn examples() -> Vec<impl IntoView + use<>> {
    let example = |(language, code)| {
        view! {
            <section>
                <h2>{language}</h2>
                <pre>
                    <code>{code}</code>
                </pre>
            </section>
        }
    };
    EXAMPLES.into_iter().map(example).collect()
}

fn operations(document: &Value) -> Vec<impl IntoView + use<>> {
    let mut sections = Vec::new();
    for (path, methods) in members(&document["paths"]) {
        for (method, operation) in members(methods) {
            let answers: Vec<_> = members(&operation["responses"])
                .map(|(status, answer)| {
                    let schema = schema_name(answer);
                    view! {
                        <tr>
                            <td>
                                <code>{status}</code>
                            </td>
                            <td>{text(&answer["description"])}</td>
                            <td>
                                <code>{schema}</code>
                            </td>
                        </tr>
                    }
                })
                .collect();
            let bodies: Vec<String> = members(&operation["requestBody"]["content"])
                .map(|(media_type, _)| media_type)
                .collect();
            let takes = (!bodies.is_empty())
                .then(|| view! { <p>"Takes " <code>{bodies.join(" or ")}</code></p> });
            sections.push(view! {
                <section>
                    <h2>
                        <code>{method.to_uppercase()} " " {path.clone()}</code>
                    </h2>
                    <p>{text(&operation["summary"])}</p>
                    <p>{text(&operation["description"])}</p>
                    {takes}
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"status"</th>
                                <th scope="col">"meaning"</th>
                                <th scope="col">"body"</th>
                            </tr>
                        </thead>
                        <tbody>{answers}</tbody>
                    </table>
                </section>
            });
        }
    }
    sections
}

/// Name of the schema of an answer, with `[]` for a list of them.
fn schema_name(answer: &Value) -> String {
    let Some((_, content)) = members(&answer["content"]).next() else {
        return String::new();
    };
    let schema = &content["schema"];
    let last = |reference: &Value| text(reference).rsplit('/').next().map(str::to_owned);
    match schema["items"]["$ref"].as_str() {
        Some(_) => format!("{}[]", last(&schema["items"]["$ref"]).unwrap_or_default()),
        None => last(&schema["$ref"]).unwrap_or_default(),
    }
}

fn schemas(document: &Value) -> Vec<impl IntoView + use<>> {
    members(&document["components"]["schemas"])
        .map(|(name, schema)| {
            let json = serde_json::to_string_pretty(schema).unwrap_or_default();
            view! {
                <details>
                    <summary>
                        <code>{name}</code>
                    </summary>
                    <pre>{json}</pre>
                </details>
            }
        })
        .collect()
}
