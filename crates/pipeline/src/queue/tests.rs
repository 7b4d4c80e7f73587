//! The queue: who waits, who is heard with whom, and what a panic takes along.

use std::{
    fs,
    num::NonZeroUsize,
    path::Path,
    sync::{Barrier, Mutex, mpsc},
};

use bytes::Bytes;
use futures::{FutureExt, future::join_all};
use inference::{Checkpoint, Input, Network, VoiceEncoder};
use tokio::sync::SemaphorePermit;

use super::*;
use crate::{Apart, Speakers, waiting::MAX_BYTES_TOGETHER};

const CLIENT: Client = Client(0);

fn recognizer() -> Recognizer {
    checkpoint().into()
}

fn checkpoint() -> Checkpoint {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/bilstm-v8");
    Checkpoint::open(|file| fs::read(folder.join(file))).expect("the checkpoint opens")
}

fn queue_with(recognizer: Recognizer) -> Queue {
    let limits = Limits {
        n_recognitions: 2,
        queue_timeout: Duration::from_secs(10),
        retry_after_s: 10,
        decode: DecodeLimits::default(),
    };
    Queue::new(recognizer, no_diarizer(), limits, Arc::new(()))
}

/// Nothing that tells voices apart.
fn no_diarizer() -> LazyDiarizer {
    let missing = |file: &str| Err(std::io::Error::other(file.to_owned()));
    LazyDiarizer::new(Box::new(move || diarization::Diarizer::open(missing)))
}

fn queue() -> Queue {
    queue_with(recognizer())
}

async fn all_permits(queue: &Queue) -> SemaphorePermit<'_> {
    let n_permits = queue.limits.n_recognitions as u32;
    let held = queue.permits.all.acquire_many(n_permits).await;
    held.expect("never closed")
}

fn clip(name: &str) -> Bytes {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../audio/tests/formats/clips");
    let clip = fs::read(folder.join(name));
    clip.expect("the clip is in the repository").into()
}

#[tokio::test(start_paused = true)]
async fn a_clip_waits_a_bounded_time() {
    let queue = queue();
    let n_permits = queue.permits.all.available_permits() as u32;
    let held = queue
        .permits
        .all
        .acquire_many(n_permits)
        .await
        .expect("open");
    let refused = queue.recognize(CLIENT, Bytes::new()).await;
    assert!(matches!(
        refused,
        Err(PipelineError::QueueTimeout { retry_after_s: 10 })
    ));
    assert!(queue.n_waiting() == 0);
    drop(held);
    let heard = queue.recognize(CLIENT, Bytes::new()).await;
    assert!(matches!(heard, Err(PipelineError::Decode(_))));
}

#[tokio::test]
async fn clips_that_waited_together_have_their_own_outcomes() {
    let queue = queue();
    let held = all_permits(&queue).await;
    let names = ["aac.aac", "vorbis.ogg", "refused_wma.wma", "mp3_cbr.mp3"];
    let clips: Vec<Bytes> = names.iter().cycle().take(17).copied().map(clip).collect();
    let outcomes = join_all(
        clips
            .iter()
            .map(|clip| queue.recognize(CLIENT, clip.clone())),
    );
    let all_wait = async {
        while queue.n_waiting() < clips.len() {
            tokio::task::yield_now().await;
        }
        drop(held);
    };
    let (outcomes, ()) = tokio::join!(outcomes, all_wait);
    for (clip, outcome) in clips.iter().zip(outcomes) {
        match (
            outcome,
            crate::recognize(queue.recognizer(), &queue.limits.decode, clip),
        ) {
            (Ok(together), Ok(alone)) => {
                assert_eq!(together.duration_s, alone.duration_s);
                let pairs = together
                    .probabilities
                    .iter()
                    .zip(alone.probabilities.iter());
                for ((_, together), (_, alone)) in pairs {
                    assert!((together - alone).abs() < 1e-4, "{together}, {alone}");
                }
            }
            (Err(together), Err(alone)) => {
                assert_eq!(together.to_string(), alone.to_string());
            }
            (together, alone) => panic!("{together:?}, alone {alone:?}"),
        }
    }
}

#[tokio::test]
async fn whoever_has_a_permit_hears_his_own_clip_too() {
    let queue = queue();
    // It came first, and its permit comes last.
    let first = queue
        .waiting
        .enter(CLIENT, Bytes::from_static(b"no audio").into());
    let large = vec![0; MAX_BYTES_TOGETHER + 1];
    let outcome = timeout(
        Duration::from_secs(60),
        queue.recognize(CLIENT, Bytes::from(large)),
    );
    let outcome = outcome
        .await
        .expect("it does not wait for the first one's permit");
    assert!(matches!(outcome, Err(PipelineError::Decode(_))));
    assert!(!first.leave());
}

#[tokio::test]
async fn work_that_nobody_waits_for_gives_its_permit_back() {
    let queue = queue();
    // All threads are taken: the clip cannot be done before it is given up.
    let go_on = Arc::new(Barrier::new(queue.limits.n_recognitions + 1));
    for _ in 0..queue.limits.n_recognitions {
        let go_on = Arc::clone(&go_on);
        queue.threads.runtime().spawn_blocking(move || go_on.wait());
    }
    let clip = Bytes::from_static(b"no audio");
    assert!(queue.recognize(CLIENT, clip).now_or_never().is_none());
    assert!(queue.n_waiting() == 0);
    go_on.wait();
    let _all = all_permits(&queue).await;
}

/// Panics over every window.
struct Panics;

impl Network for Panics {
    fn input(&self) -> Input {
        Input::Speech
    }

    fn voices(&self, _: &[&[f32]]) -> Vec<Vec<f32>> {
        Vec::new()
    }

    fn logits(&self, _: &[&[f32]], _: &[Vec<f32>]) -> Vec<Vec<f32>> {
        panic!("as a test asked")
    }
}

impl VoiceEncoder for Panics {
    fn voices(&self, _: &[&[f32]]) -> Vec<Vec<f32>> {
        panic!("as a test asked")
    }
}

/// Hears nothing in a voice.
struct Silent;

impl VoiceEncoder for Silent {
    fn voices(&self, windows: &[&[f32]]) -> Vec<Vec<f32>> {
        vec![Vec::new(); windows.len()]
    }
}

#[tokio::test]
async fn a_panic_is_an_error_of_the_clips_that_were_heard_and_of_no_others() {
    let queue = queue_with(Recognizer::with(
        checkpoint(),
        |_, _| Box::new(Panics),
        |_, _| Box::new(Panics),
    ));
    let spoken = queue.recognize(CLIENT, clip("original.wav")).await;
    assert!(matches!(spoken, Err(PipelineError::Panicked)), "{spoken:?}");
    let drawn = queue.analyse(CLIENT, clip("original.wav")).await;
    assert!(matches!(drawn, Err(PipelineError::Panicked)), "{drawn:?}");
    let refused = queue
        .recognize(CLIENT, Bytes::from_static(b"no audio"))
        .await;
    assert!(
        matches!(refused, Err(PipelineError::Decode(_))),
        "{refused:?}"
    );
}

/// Says nothing of any window. Before several at once it tells that, and waits until it may go on.
#[derive(Clone)]
struct Waits {
    begins: mpsc::Sender<()>,
    goes_on: Arc<Mutex<mpsc::Receiver<()>>>,
}

impl Network for Waits {
    fn input(&self) -> Input {
        Input::Speech
    }

    fn voices(&self, _: &[&[f32]]) -> Vec<Vec<f32>> {
        Vec::new()
    }

    fn logits(&self, windows: &[&[f32]], _: &[Vec<f32>]) -> Vec<Vec<f32>> {
        if windows.len() > 1 {
            // Nobody listens or lets it wait any more when the test has seen enough.
            let _ = self.begins.send(());
            let _ = self.goes_on.lock().map(|goes_on| goes_on.recv());
        }
        vec![vec![0.0; 5]; windows.len()]
    }
}

/// A queue of one thread whose network tells when it begins with several windows, and waits to go on.
fn queue_that_waits() -> (Queue, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (begins, begun) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel();
    let waits = Waits {
        begins,
        goes_on: Arc::new(Mutex::new(goes_on)),
    };
    // What an encoder does not hear is no voice.
    let checkpoint = Checkpoint {
        presence: None,
        ..checkpoint()
    };
    let recognizer = Recognizer::with(
        checkpoint,
        |_, _| Box::new(waits.clone()),
        |_, _| Box::new(Silent),
    );
    let limits = Limits {
        n_recognitions: 1,
        ..queue().limits.clone()
    };
    let queue = Queue::new(recognizer, no_diarizer(), limits, Arc::new(()));
    (queue, begun, go_on)
}

/// Of more windows than are heard at once.
fn long_clip() -> Bytes {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/pinned/clips");
    let long = fs::read(folder.join("long.flac")).expect("the clip is in the repository");
    Bytes::from(long.repeat(4))
}

#[tokio::test]
async fn a_short_clip_is_heard_between_the_windows_of_a_long_one() {
    let apart = Apart {
        speakers: Some(Speakers::Told(NonZeroUsize::MIN)),
        ..Apart::default()
    };
    for apart in [Apart::default(), apart] {
        let (queue, begun, go_on) = queue_that_waits();
        let long = Request {
            apart,
            ..long_clip().into()
        };
        let long = queue.recognize(CLIENT, long);
        let short = async {
            while begun.try_recv().is_err() {
                tokio::task::yield_now().await;
            }
            let short = queue.recognize(Client(1), clip("original.wav"));
            // It waits when the long one's first windows are answered, and the next ones wait for its answer.
            let (short, sent) = tokio::join!(short, async { go_on.send(()) });
            sent.expect("somebody waits for it");
            short
        };
        tokio::pin!(long);
        let short = async {
            select! {
                biased;
                _ = &mut long => panic!("the long one's next windows wait for the short one"),
                short = short => short,
            }
        };
        let short = timeout(Duration::from_secs(60), short).await;
        let short = short.expect("it does not wait for the end of the long one");
        assert!(short.is_ok(), "{short:?}");
        // Without a sender nothing waits any more.
        drop(go_on);
        let long = timeout(Duration::from_secs(60), long).await;
        assert!(matches!(long, Ok(Ok(_))), "{long:?}");
    }
}

#[tokio::test]
async fn a_long_clip_is_given_up_where_nobody_waits_for_it() {
    let (queue, begun, go_on) = queue_that_waits();
    let long = queue.recognize(CLIENT, long_clip());
    let has_begun = async {
        while begun.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
    };
    select! {
        biased;
        _ = long => panic!("nobody let it go on"),
        () = has_begun => {}
    }
    drop(go_on);
    let _all = all_permits(&queue).await;
    assert!(begun.try_recv().is_err(), "its next windows were heard");
}

#[tokio::test]
async fn clips_of_the_page_wait_with_all_others() {
    let queue = queue();
    let held = all_permits(&queue).await;
    let (drawn, plain) = (
        queue.analyse(CLIENT, clip("original.wav")),
        queue.recognize(CLIENT, clip("original.wav")),
    );
    let both_wait = async {
        while queue.n_waiting() < 2 {
            tokio::task::yield_now().await;
        }
        drop(held);
    };
    let (drawn, plain, ()) = tokio::join!(drawn, plain, both_wait);
    let (drawn, plain) = (drawn.expect("speech"), plain.expect("speech"));
    assert_eq!(drawn.prediction, plain);
    assert!(drawn.pictures.waveform.starts_with('M'));
}

#[tokio::test]
async fn large_clips_leave_a_thread_to_small_ones() {
    let queue = queue();
    let large = Bytes::from(vec![b'x'; MAX_SMALL_BYTES + 1]);
    let held = queue.permit(true).await.expect("free");
    let waits = queue.recognize(CLIENT, large);
    let small = queue.recognize(CLIENT, Bytes::from_static(b"no audio"));
    tokio::pin!(waits);
    select! {
        biased;
        _ = &mut waits => panic!("there is but one permit for large clips"),
        outcome = small => assert!(matches!(outcome, Err(PipelineError::Decode(_)))),
    }
    drop(held);
    assert!(matches!(waits.await, Err(PipelineError::Decode(_))));
}
