//! One live connection's samples and answers.
//!
//! Listening finds the speech (`live`); what is found is heard by a queue like any clip, as the WAV file that it would
//! be, so that a live answer is that of the interface to the same samples.
//! Time    samples that come as they are spoken are answered or, where the server falls behind, left out; a file that
//!         is sent faster is answered whole, and its sender waits

use std::{collections::VecDeque, mem, slice, sync::Arc, time::Duration};

use axum::body::Bytes;
use live::{Heard, Listener, Word, keep_newest};
use moments::{Rule, Watch};
use pipeline::{Queue, Request};
use tokio::{
    task::{JoinError, spawn_blocking},
    time::Instant,
};
use vocabulary::{LiveEvent, LiveResult, SAMPLE_RATE_HZ};

use super::{
    alerts::{About, Alerts},
    entry::Entry,
    exposure,
    moments::Alert,
};
use crate::{error::AppError, wav};

/// Samples that count as a clip, seconds.
const CLIP_S: f32 = 4.0;

/// Samples that come earlier than they can have been spoken, seconds, are a file's.
const MAX_AHEAD_S: f32 = 1.0;

/// One live connection.
pub struct LiveSession {
    queue: Arc<Queue>,
    entry: Entry,
    request_id: String,
    listener: Listener,
    word: Word,
    began: Instant,
    /// Counted so far, seconds.
    counted_s: f32,
    /// Counted as used so far.
    used: Duration,
    /// Samples that were not listened to yet.
    samples: Vec<f32>,
    heard: VecDeque<Heard>,
    alerts: Arc<Alerts>,
    watches: Vec<Watch>,
    /// Rules that hold and were not told yet.
    held: VecDeque<moments::Alert>,
}

impl LiveSession {
    /// A client's connection that hears by `queue` and is told when one of `rules` holds.
    pub fn new(
        queue: Arc<Queue>,
        entry: Entry,
        request_id: String,
        alerts: Arc<Alerts>,
        rules: &[Rule],
    ) -> Self {
        Self {
            queue,
            entry,
            request_id,
            listener: Listener::new(SAMPLE_RATE_HZ),
            word: Word::default(),
            began: Instant::now(),
            counted_s: 0.0,
            used: Duration::ZERO,
            samples: Vec::new(),
            heard: VecDeque::new(),
            alerts,
            watches: rules.iter().copied().map(Watch::new).collect(),
            held: VecDeque::new(),
        }
    }

    /// Under which the log tells more.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The first event.
    pub fn created(&self) -> LiveEvent {
        LiveEvent::Created {
            model: self.queue.recognizer().model_id().to_owned(),
            sample_rate_hz: SAMPLE_RATE_HZ,
        }
    }

    /// The last event.
    pub fn closed(&self) -> LiveEvent {
        LiveEvent::Closed {
            duration_s: self.listener.duration_s(),
        }
    }

    /// Takes a message.
    ///
    /// # Errors
    /// [`AppError::InvalidFrame`], those of [`Entry::count_clip`].
    pub async fn take(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        let (samples, []) = bytes.as_chunks() else {
            return Err(AppError::InvalidFrame);
        };
        let samples = samples.iter().map(|sample| i16::from_le_bytes(*sample));
        self.samples
            .extend(samples.map(|sample| f32::from(sample) / 32_768.0));
        let all_s = self.listener.duration_s() + self.samples.len() as f32 / SAMPLE_RATE_HZ as f32;
        let mut n_clips = 0;
        while all_s > self.counted_s {
            self.entry.count_clip().await?;
            self.counted_s += CLIP_S;
            n_clips += 1;
        }
        let used = Duration::from_secs_f32(all_s);
        self.entry.listened(n_clips, used.saturating_sub(self.used));
        self.used = used;
        Ok(())
    }

    /// Listens to what was taken.
    ///
    /// # Errors
    /// [`AppError::Internal`].
    pub async fn listen(&mut self) -> Result<(), AppError> {
        let samples = mem::take(&mut self.samples);
        let heard = match self.listener.is_due(samples.len()) {
            false => self.listener.push(&samples),
            true => {
                let away = Listener::new(SAMPLE_RATE_HZ);
                let mut listener = mem::replace(&mut self.listener, away);
                let listening = spawn_blocking(move || {
                    let heard = listener.push(&samples);
                    (listener, heard)
                });
                let (back, heard) = listening.await.map_err(|panic| self.failed(&panic))?;
                self.listener = back;
                heard
            }
        };
        self.heard.extend(heard);
        let ahead_s = self.listener.duration_s() - self.began.elapsed().as_secs_f32();
        if ahead_s < MAX_AHEAD_S {
            keep_newest(&mut self.heard);
        }
        Ok(())
    }

    /// What was heard next; `None` when there is nothing more.
    ///
    /// # Errors
    /// [`AppError::Overloaded`] for an answer that is left out, others after which the connection cannot go on.
    pub async fn next(&mut self) -> Option<Result<LiveEvent, AppError>> {
        loop {
            if let Some(alert) = self.held.pop_front() {
                return Some(Ok(self.tell(&alert).await));
            }
            let utterance = match self.heard.pop_front()? {
                Heard::SpeechStart { at_s } => return Some(Ok(LiveEvent::SpeechStart { at_s })),
                Heard::SpeechEnd { at_s } => return Some(Ok(LiveEvent::SpeechEnd { at_s })),
                Heard::Speech(utterance) => utterance,
            };
            let clip = wav::encode(&utterance.waveform.samples, SAMPLE_RATE_HZ);
            let request: Request = Bytes::from(clip).into();
            let outcome = self.queue.recognize(self.entry.turn(), request).await;
            let outcome = outcome.map_err(|error| exposure::expose(&error, &self.request_id));
            match outcome {
                Ok(prediction) => {
                    let calibration = self.queue.recognizer().calibration();
                    let result = self.word.take(&utterance, &prediction, calibration);
                    let result = result.clone();
                    self.watch(&result);
                    return Some(Ok(LiveEvent::Result(result)));
                }
                // Too little speech after all.
                Err(AppError::NoSpeech | AppError::TooShort { .. }) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }

    fn watch(&mut self, result: &LiveResult) {
        let watches = self.watches.iter_mut();
        self.held
            .extend(watches.filter_map(|watch| watch.take(result)));
    }

    /// Tells the client, and whom the settings name.
    async fn tell(&self, held: &moments::Alert) -> LiveEvent {
        let about = About {
            request_id: &self.request_id,
            file_name: None,
            model: self.queue.recognizer().model_id(),
            tenant: self.entry.tenant(),
        };
        let alert = Alert::of(held);
        self.alerts.send(slice::from_ref(&alert), &about).await;
        LiveEvent::Alert {
            rule: alert.rule,
            emotion: held.rule.emotion,
            start_s: held.start_s,
            end_s: held.end_s,
            confidence: held.confidence,
        }
    }

    fn failed(&self, panic: &JoinError) -> AppError {
        let error = exposure::chain(panic);
        tracing::error!(request_id = self.request_id, error, "listening failed");
        AppError::Internal {
            request_id: self.request_id.clone(),
        }
    }
}
