//! A corpus: labelled clips of known speakers, from one folder or several.

mod banspemo;
mod duplicates;
mod files;
mod kbes;
mod layout;
mod manifest;
mod recordings;
mod seven_numbers;
mod subesco;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use anyhow::{Context, ensure};
use vocabulary::{Emotion, LabelSet};

pub use layout::Layout;

/// One labelled clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Audio file.
    pub path: PathBuf,
    /// Who speaks; unique among all clips, also of several folders.
    pub speaker: String,
    /// Sex of the speaker where the corpus tells it, to balance folds.
    pub sex: Option<String>,
    /// The label.
    pub emotion: Emotion,
    /// Which sentence is spoken, where the corpus tells it.
    pub sentence: Option<String>,
}

/// A folder of clips and how it tells of them.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Where it is.
    pub root: PathBuf,
    /// How it tells of its clips.
    pub layout: Layout,
}

/// All clips, sorted by path.
#[derive(Debug)]
pub struct Corpus {
    /// Of the labels that it was read with.
    pub clips: Vec<Clip>,
}

/// A clip as its corpus tells of it; the emotion may be one that we have no word for.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    path: PathBuf,
    speaker: String,
    sex: Option<String>,
    emotion: String,
    sentence: Option<String>,
    /// Which recording it is, where the name tells that; two files may hold one.
    recording: Option<String>,
}

impl Corpus {
    /// Reads the clips of `labels`; says on standard error what is left out.
    ///
    /// Where there are several folders, speakers are told apart by the folder's name.
    ///
    /// # Errors
    /// A folder that cannot be read, two folders of one name.
    pub fn read(folders: &[Folder], labels: &LabelSet) -> anyhow::Result<Self> {
        let mut names = BTreeSet::new();
        let mut clips = Vec::new();
        for folder in folders {
            let in_folder = || format!("cannot read the corpus {}", folder.root.display());
            let mut of_folder = folder.clips(labels).with_context(in_folder)?;
            if folders.len() > 1 {
                let name = folder.name().with_context(in_folder)?;
                ensure!(
                    names.insert(name.clone()),
                    "two corpora are named {name}, and their speakers would get mixed up"
                );
                for clip in &mut of_folder {
                    clip.speaker = format!("{name}/{}", clip.speaker);
                }
            }
            clips.extend(of_folder);
        }
        clips.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(Self { clips })
    }

    /// Number of different speakers.
    pub fn n_speakers(&self) -> usize {
        let speakers: BTreeSet<_> = self.clips.iter().map(|clip| &clip.speaker).collect();
        speakers.len()
    }

    /// Number of different sentences, as far as the corpora tell.
    pub fn n_sentences(&self) -> usize {
        let sentences = self.clips.iter().filter_map(|clip| clip.sentence.as_ref());
        sentences.collect::<BTreeSet<_>>().len()
    }
}

impl Folder {
    fn clips(&self, labels: &LabelSet) -> anyhow::Result<Vec<Clip>> {
        let mut clips = Vec::new();
        let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
        let mut entries = self.layout.entries(&self.root)?;
        recordings::keep_one_file(&self.root, &mut entries);
        for entry in entries {
            match entry.emotion.parse() {
                Ok(emotion) if labels.class_idx(emotion).is_some() => clips.push(Clip {
                    path: entry.path,
                    speaker: entry.speaker,
                    sex: entry.sex,
                    emotion,
                    sentence: entry.sentence,
                }),
                _ => *left_out.entry(entry.emotion).or_default() += 1,
            }
        }
        for (emotion, n_clips) in left_out {
            let root = self.root.display();
            eprintln!("{root}: {n_clips} clips labelled {emotion} are left out");
        }
        duplicates::keep_one_speaker(&self.root, &mut clips)?;
        Ok(clips)
    }

    fn name(&self) -> anyhow::Result<String> {
        let root = self.root.canonicalize()?;
        let name = root.file_name().context("the folder has no name")?;
        Ok(name.to_string_lossy().into_owned())
    }
}

#[cfg(test)]
mod tests {
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
        )
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
    }

    #[test]
    fn speakers_of_several_folders_stay_apart() {
        let manifest = "file,speaker,emotion\na.wav,01,angry\nb.wav,01,sad\n";
        let files = ["one/manifest.csv", "two/manifest.csv"].map(|file| (file, manifest));
        let root = tree("several", &files);
        let labels = "angry,sad".parse().expect("labels");
        let folders = ["one", "two"].map(|name| folder(&root, name, Layout::Manifest));
        let corpus = Corpus::read(&folders, &labels).expect("four clips");
        let speakers: Vec<_> = corpus.clips.iter().map(|clip| &clip.speaker).collect();
        assert_eq!(speakers, ["one/01", "one/01", "two/01", "two/01"]);

        let again = ["one", "one"].map(|name| folder(&root, name, Layout::Manifest));
        assert!(Corpus::read(&again, &labels).is_err());
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

        fs::write(root.0.join("near_duplicates.txt"), "a.wav\n").expect("writable");
        assert!(read(&root, Layout::Auto, "angry,sad").is_err());
    }
}
