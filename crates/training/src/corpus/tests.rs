//! Each test makes a folder of its own.

use std::{env, fs};

use super::*;

/// A folder of a test's own; goes with the test.
struct Tree(PathBuf);

impl Drop for Tree {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("our own folder");
    }
}

/// A folder with these files, each holding this text.
fn tree(name: &str, files: &[(&str, &str)]) -> Tree {
    let root = env::temp_dir().join(format!("banglaser-{}-{name}", std::process::id()));
    for (file, text) in files {
        let path = root.join(file);
        fs::create_dir_all(path.parent().expect("below the root")).expect("writable");
        fs::write(path, text).expect("writable");
    }
    Tree(root)
}

fn folder(tree: &Tree, name: &str, layout: Layout) -> Folder {
    Folder {
        root: tree.0.join(name),
        layout,
    }
}

fn read(tree: &Tree, layout: Layout, labels: &str) -> anyhow::Result<Corpus> {
    Corpus::read(
        &[folder(tree, "", layout)],
        &labels.parse().expect("labels"),
        &mut |_| {},
    )
}

/// What a corpus tells to be left out.
fn left_out(tree: &Tree, labels: &str) -> Vec<String> {
    let mut told = Vec::new();
    let folders = [folder(tree, "", Layout::Auto)];
    let labels = labels.parse().expect("labels");
    let root = format!("{}: ", folders[0].root.display());
    let mut tell = |what: String| {
        let what = what.strip_prefix(&root).expect("names the folder");
        told.push(what.to_owned());
    };
    Corpus::read(&folders, &labels, &mut tell).expect("a corpus");
    told
}

fn told(corpus: &Corpus) -> Vec<(&str, Emotion)> {
    let clips = corpus.clips.iter();
    clips
        .map(|clip| (clip.speaker.as_str(), clip.emotion))
        .collect()
}

#[test]
fn banglaser_as_published_is_the_default_of_its_shape() {
    let files = [
        ("Actor 01/03-01-01-01-01-01-01.wav", ""),
        ("Actor 34/03-01-03-02-02-01-34.wav", ""),
        ("readme.txt", ""),
    ];
    let root = tree("banglaser", &files);
    let corpus = read(&root, Layout::Auto, "angry,happy").expect("two clips");
    let expected = [("01", Emotion::Happy), ("34", Emotion::Angry)];
    assert_eq!(told(&corpus), expected);
    assert_eq!((corpus.n_speakers(), corpus.n_sentences()), (2, 2));
    let other = read(&root, Layout::Ravdess, "neutral,happy").expect("two clips");
    let expected = [("01", Emotion::Neutral), ("34", Emotion::Happy)];
    assert_eq!(told(&other), expected);
}

#[test]
fn ravdess_is_told_by_the_emotions_that_banglaser_lacks() {
    let files = [
        ("Actor_01/03-01-05-01-01-01-01.wav", ""),
        ("Actor_02/03-01-02-01-01-01-02.wav", ""),
        ("Actor_02/03-01-06-01-02-01-02.wav", ""),
    ];
    let root = tree("ravdess", &files);
    let corpus = read(&root, Layout::Auto, "angry,fear").expect("two clips and a calm one");
    let expected = [("01", Emotion::Angry), ("02", Emotion::Fear)];
    assert_eq!(told(&corpus), expected);
}

#[test]
fn subesco_is_told_by_its_names() {
    let files = [
        ("F_01_OISHI_S_10_ANGRY_1.wav", ""),
        ("F_01_OISHI_S_10_DISGUST_5.wav", ""),
        ("M_01_ANIK_S_2_DISGUST_2.wav", ""),
        ("M_01_ANIK_S_2_FEAR_2.wav", ""),
    ];
    let root = tree("subesco", &files);
    let corpus = read(&root, Layout::Auto, "disgust,angry").expect("three clips");
    let expected = [
        ("F_01", Emotion::Angry),
        ("F_01", Emotion::Disgust),
        ("M_01", Emotion::Disgust),
    ];
    assert_eq!(told(&corpus), expected);
}

#[test]
fn kbes_and_banspemo_are_told_by_their_names() {
    let kbes = tree("kbes", &[("1-1-0-1.wav", ""), ("4-2-1-9.wav", "")]);
    let corpus = read(&kbes, Layout::Auto, "neutral,angry").expect("two clips");
    let expected = [
        ("unknown_F", Emotion::Neutral),
        ("unknown_M", Emotion::Angry),
    ];
    assert_eq!(told(&corpus), expected);

    let files = [
        ("a/ss1_s1_sp01_m_01.wav", ""),
        ("b/ss1_s2_sp02_f_06.wav", ""),
    ];
    let banspemo = tree("banspemo", &files);
    let corpus = read(&banspemo, Layout::Auto, "disgust,fear").expect("two clips");
    let expected = [("m_sp01", Emotion::Disgust), ("f_sp02", Emotion::Fear)];
    assert_eq!(told(&corpus), expected);
    assert_eq!(corpus.n_sentences(), 2);
}

#[test]
fn a_manifest_goes_before_names() {
    let manifest = "emotion,file,speaker,sentence,note\n\
                    Fear,03-01-01-01-01-01-01.wav,Rima,7,whispered\n\
                    boredom,b.wav,Rima,7,\n\
                    disgust,c.wav,Arif,,\n";
    let files = [("manifest.csv", manifest), ("03-01-01-01-01-01-01.wav", "")];
    let root = tree("manifest", &files);
    let corpus = read(&root, Layout::Auto, "fear,disgust").expect("two clips");
    let expected = [("Rima", Emotion::Fear), ("Arif", Emotion::Disgust)];
    assert_eq!(told(&corpus), expected);
    assert_eq!(corpus.n_sentences(), 1);
    assert_eq!(corpus.clips[0].sex, None);
}

#[test]
fn clips_of_other_labels_are_counted() {
    let manifest = "file,speaker,emotion\na,Rima,angry\nb,Rima,boredom\nc,Arif,sad\nd,Arif,boredom\n\
                    e,Arif,sad\nf,Arif,sad\n";
    let root = tree("others", &[("manifest.csv", manifest)]);
    let expected = [
        "2 clips labelled boredom are left out",
        "3 clips labelled sad are left out",
    ];
    assert_eq!(left_out(&root, "angry,happy"), expected);
}

#[test]
fn what_cannot_be_told_is_refused() {
    let names = [
        ("F_01_OISHI_S_10_ANGRY_1.wav", ""),
        ("03-01-01-01-01-01-01.wav", ""),
    ];
    let mixed = tree("mixed", &names);
    let unnamed = tree("unnamed", &[("a.wav", "")]);
    for root in [&mixed, &unnamed] {
        let error = read(root, Layout::Auto, "angry,happy").expect_err("cannot be told");
        assert!(format!("{error:#}").contains("--layout"), "{error:#}");
    }
}

#[test]
fn one_recording_is_one_clip_however_often_it_lies_there() {
    let actor = "Actor_02/03-01-05-01-01-01-02.wav";
    let files = [
        (actor, ""),
        ("copies/Actor_02/03-01-05-01-01-01-02.wav", ""),
        ("compressed/03-01-05-01-01-01-02.ogg", ""),
        ("film/01-01-05-01-01-01-02.mp4", ""),
        ("film/01-01-06-01-01-01-02.mp4", ""),
        ("mute/02-01-05-01-01-01-02.mp4", ""),
        ("mute/02-01-08-01-01-01-02.mp4", ""),
        ("song/03-02-05-01-01-01-02.wav", ""),
        ("Actor_02/03-01-05-01-01-02-02.wav", ""),
    ];
    let root = tree("twice", &files);
    let corpus = read(&root, Layout::Auto, "angry,fear,surprise").expect("three clips");
    let paths: Vec<_> = corpus.clips.iter().map(|clip| &clip.path).collect();
    let expected = [
        actor,
        "Actor_02/03-01-05-01-01-02-02.wav",
        "film/01-01-06-01-01-01-02.mp4",
    ];
    assert_eq!(paths, expected.map(|file| root.0.join(file)).each_ref());
    let told = left_out(&root, "angry,fear,surprise");
    let is_told = |count: &str| told.iter().any(|what| what.starts_with(count));
    assert!(is_told("3 files are left out"), "{told:?}");

    for (name, layout, files) in [
        (
            "b",
            Layout::Banglaser,
            ["01-01-01-01-01-01-01.wav", "03-01-01-01-01-01-01.wav"],
        ),
        (
            "s",
            Layout::Subesco,
            ["F_01_OISHI_S_1_HAPPY_1.wav", "F_01_OISHI_S_1_HAPPY_2.wav"],
        ),
        ("k", Layout::Kbes, ["2-1-0-1.wav", "2-1-0-2.wav"]),
        (
            "e",
            Layout::Banspemo,
            ["ss1_s1_sp01_m_02.wav", "ss1_s2_sp01_m_02.wav"],
        ),
    ] {
        let copies = files.map(|file| format!("again/{file}"));
        let all = [files[0], files[1], &copies[0], &copies[1]].map(|file| (file, ""));
        let corpus = read(&tree(name, &all), layout, "happy,sad").expect("two clips");
        assert_eq!(corpus.clips.len(), 2, "{layout:?}");
    }
}

#[test]
fn what_lies_beside_the_clips_is_no_clip() {
    let name = "F_01_OISHI_S_10_ANGRY_1";
    let others = [
        "._X.wav",
        ".X.wav",
        "X.txt",
        "X.TextGrid",
        "X",
        "__MACOSX/._X.wav",
        ".git/X.wav",
    ];
    let others = others.map(|other| other.replace('X', name));
    let clip = format!("{name}.WAV");
    let mut files: Vec<_> = others.iter().map(|other| (other.as_str(), "")).collect();
    files.push((&clip, ""));
    let root = tree("beside", &files);
    let corpus = read(&root, Layout::Auto, "angry,happy").expect("one clip");
    assert_eq!(corpus.clips.len(), 1);
    assert_eq!(corpus.clips[0].path, root.0.join(clip));
    let told = ["", "textgrid", "txt"].map(|named| format!("1 files named .{named} are no sound"));
    assert_eq!(left_out(&root, "angry,happy"), told);
}

#[test]
fn speakers_of_several_folders_stay_apart() {
    let manifest = "file,speaker,emotion\na.wav,01,angry\nb.wav,01,sad\n";
    let files = ["one/manifest.csv", "two/manifest.csv"].map(|file| (file, manifest));
    let root = tree("several", &files);
    let labels = "angry,sad".parse().expect("labels");
    let folders = ["one", "two"].map(|name| folder(&root, name, Layout::Manifest));
    let corpus = Corpus::read(&folders, &labels, &mut |_| {}).expect("four clips");
    let speakers: Vec<_> = corpus.clips.iter().map(|clip| &clip.speaker).collect();
    assert_eq!(speakers, ["one/01", "one/01", "two/01", "two/01"]);

    let again = ["one", "one"].map(|name| folder(&root, name, Layout::Manifest));
    assert!(Corpus::read(&again, &labels, &mut |_| {}).is_err());
}

#[test]
fn one_recording_is_never_of_two_speakers() {
    let manifest = "file,speaker,emotion\n\
                    a.wav,01,angry\nb.wav,01,angry\nc.wav,02,angry\nd.wav,02,sad\n";
    let pairs = "1.000 a.wav b.wav\n0.983 b.wav c.wav\n\n0.9 d.wav absent.wav\n";
    let files = [("manifest.csv", manifest), ("near_duplicates.txt", pairs)];
    let root = tree("duplicates", &files);
    let corpus = read(&root, Layout::Auto, "angry,sad").expect("three clips");
    let expected = [
        ("01", Emotion::Angry),
        ("01", Emotion::Angry),
        ("02", Emotion::Sad),
    ];
    assert_eq!(told(&corpus), expected);

    let told = "c.wav is left out; another speaker's b.wav is the same recording";
    assert_eq!(left_out(&root, "angry,sad"), [told]);

    fs::write(root.0.join("near_duplicates.txt"), "a.wav\n").expect("writable");
    assert!(read(&root, Layout::Auto, "angry,sad").is_err());
}
