//! The shipped settings fit, and both files say the same about the page.

use std::{collections::BTreeMap, num::NonZeroU64, path::Path};

use banglaser::server::settings::{Settings, SettingsError, leptos_options};
use toml::{Table, Value};

const SHIPPED: &str = include_str!("../Leptos.toml");
const MANIFEST: &str = include_str!("../Cargo.toml");

/// Keys of the page that differ on purpose: building and running have different folders and modes.
const DIFFERENT: [(&str, &str, &str); 2] =
    [("site-root", "target/site", "site"), ("env", "DEV", "PROD")];

fn page_keys(text: &str) -> BTreeMap<String, Value> {
    let file: Table = text.parse().expect("TOML");
    let keys = file["package"]["metadata"]["leptos"].as_table();
    keys.expect("a table").clone().into_iter().collect()
}

fn with(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Settings::parse(SHIPPED, &variables.iter().map(owned).collect::<Vec<_>>())
}

#[test]
fn shipped_settings_fit() {
    let settings = with(&[]).expect("Leptos.toml fits");
    assert_eq!(settings.server.max_upload_bytes.get(), 10 << 20);
    assert!(settings.n_recognitions() >= 1);
    let limits = audio::DecodeLimits::from(&settings.audio);
    assert_eq!(limits, audio::DecodeLimits::default());
}

#[test]
fn no_more_threads_recognise_than_fit_into_the_memory() {
    let n_of = |memory: &str, asked: &str, max_duration_s: &str| {
        let settings = with(&[
            ("BANGLASER_SERVER_MAX_MEMORY_BYTES", memory),
            ("BANGLASER_SERVER_MAX_RECOGNITIONS", asked),
            ("BANGLASER_AUDIO_MAX_DURATION_S", max_duration_s),
        ]);
        settings.expect("fits").n_recognitions()
    };
    assert_eq!(n_of("536_870_912", "2", "600"), 2);
    assert_eq!(n_of("536_870_912", "64", "600"), 4);
    assert_eq!(n_of("536_870_912", "64", "60"), 40);
    assert_eq!(n_of("1_000", "64", "600"), 1);
}

#[test]
fn both_files_say_the_same_about_the_page() {
    let (run, build) = (page_keys(SHIPPED), page_keys(MANIFEST));
    for (key, value) in &run {
        let different = DIFFERENT.iter().find(|(name, ..)| name == key);
        match different {
            Some((_, built, ran)) => {
                assert_eq!(build[key].as_str(), Some(*built), "{key}");
                assert_eq!(value.as_str(), Some(*ran), "{key}");
            }
            None => assert_eq!(build.get(key), Some(value), "{key}"),
        }
    }
    assert!(run.contains_key("output-name"));
}

#[test]
fn the_environment_stands_above_the_file() {
    let settings = with(&[
        ("BANGLASER_SERVER_MAX_UPLOAD_BYTES", "1_000"),
        ("BANGLASER_SERVER_LOG_FORMAT", "json"),
        ("BANGLASER_RECOGNIZER_CHECKPOINT", "42"),
        ("BANGLASER_SHARED", "../shared"),
    ])
    .expect("fits");
    assert_eq!(
        settings.server.max_upload_bytes,
        NonZeroU64::new(1_000).expect("not 0")
    );
    assert_eq!(settings.recognizer.checkpoint, Path::new("42"));
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    for (variable, value, named) in [
        ("BANGLASER_SERVER_MAX_CONNECTIONS", "0", "nonzero"),
        (
            "BANGLASER_SERVER_METRICS_ADDRESS",
            "nowhere",
            "socket address",
        ),
        ("BANGLASER_SERVER_MAX_UPLOAD_BYTES", "many", "invalid type"),
        ("BANGLASER_AUDIO_MAX_LENGTH", "5", "max_length"),
        ("BANGLASER_SERVER_LOG_FORMAT", "xml", "xml"),
    ] {
        let error = with(&[(variable, value)]).expect_err(variable);
        let SettingsError::Key(source) = error else {
            panic!("{error:?}");
        };
        assert!(source.to_string().contains(named), "{source}");
    }
    let without_audio = SHIPPED.replace("[banglaser.audio]", "[banglaser.video]");
    assert!(matches!(
        Settings::parse(&without_audio, &[]),
        Err(SettingsError::Key(_))
    ));
    assert!(matches!(
        Settings::parse("[", &[]),
        Err(SettingsError::Syntax(_))
    ));
}

#[test]
fn relative_folders_start_at_the_file() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Leptos.toml");
    let settings = Settings::load(&file).expect("Leptos.toml fits");
    assert_eq!(
        settings.recognizer.checkpoint,
        file.with_file_name("models/bilstm-v8")
    );
    let further = settings.recognizer.further_checkpoints;
    assert_eq!(further, [file.with_file_name("models/bilstm-v7-eight")]);
    assert!(further[0].join("weights.safetensors").exists());
    let options = leptos_options(&file).expect("Leptos reads it");
    assert_eq!(Path::new(&*options.site_root), file.with_file_name("site"));
    assert_eq!(&*options.output_name, "banglaser");
}
