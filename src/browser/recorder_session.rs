//! One recording, from the open microphone to the finished clip.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
    time::Duration,
};

use js_sys::{Date, Reflect};
use leptos::prelude::{IntervalHandle, set_interval_with_handle, window};
use wasm_bindgen::JsValue;
use web_sys::MediaStreamTrack;

use super::{
    Clip, level_meter::LevelMeter, media_type, microphone::Microphone, recorder_part::RecorderPart,
};
use crate::error::AppError;

/// How often timer and level are brought up to date.
const TICK: Duration = Duration::from_millis(100);

/// What a tick tells.
#[derive(Clone, Copy, Debug)]
pub struct Tick {
    /// Seconds since the last one.
    pub passed_s: f64,
    /// Largest absolute sample since about then, full scale 1; `None` where the browser cannot tell.
    pub peak: Option<f32>,
    /// Whether the system keeps the microphone's sound from the page.
    pub is_muted: bool,
}

/// A running recording. Dropping it ends everything: recorders, timer, meter and microphone.
pub struct RecorderSession {
    /// In their order; only the last one goes on.
    parts: RefCell<Vec<RecorderPart>>,
    recorded: Rc<Recorded>,
    mime_type: &'static str,
    is_kept: bool,
    timer: Option<IntervalHandle>,
    _meter: Option<Rc<LevelMeter>>,
    microphone: Microphone,
}

/// The clips of a recording's parts, as far as they are whole.
struct Recorded {
    clips: RefCell<Vec<Option<Clip>>>,
    on_recorded: Box<dyn Fn(Vec<Clip>)>,
}

impl RecorderSession {
    /// Opens the microphone, that with `device_id` if there is one, and starts to record; what is recorded may be kept
    /// in case the page goes away. `on_recorded` receives a clip for each part after [`stop`](Self::stop).
    ///
    /// # Errors
    /// One [`AppError`] for each reason that a person can do something about.
    pub async fn start(
        device_id: Option<&str>,
        is_kept: bool,
        on_tick: impl Fn(Tick) + 'static,
        on_recorded: impl Fn(Vec<Clip>) + 'static,
    ) -> Result<Self, AppError> {
        let window = window();
        let unsupported = |_: JsValue| AppError::RecordingUnsupported;
        let microphone = Microphone::open(&window, device_id).await?;
        if !Reflect::has(&window, &"MediaRecorder".into()).unwrap_or(false) {
            return Err(AppError::RecordingUnsupported);
        }
        let user_agent = window.navigator().user_agent().map_err(unsupported)?;
        let mime_type = media_type::supported(&user_agent).ok_or(AppError::RecordingUnsupported)?;
        let meter = LevelMeter::open(&window, microphone.stream()).map(Rc::new);
        let session = Self {
            parts: RefCell::new(Vec::new()),
            recorded: Rc::new(Recorded {
                clips: RefCell::new(Vec::new()),
                on_recorded: Box::new(on_recorded),
            }),
            mime_type,
            is_kept,
            timer: ticking(meter.as_ref(), microphone.track(), on_tick),
            _meter: meter,
            microphone,
        };
        session.begin_part().map_err(unsupported)?;
        Ok(session)
    }

    /// What the microphone hears.
    pub fn stream(&self) -> JsValue {
        self.microphone.stream().into()
    }

    /// What is recorded from now on is another clip; nothing is lost between the two.
    pub fn next_part(&self) {
        // Where the browser does not begin another one, the present one goes on.
        if self.begin_part().is_ok()
            && let [.., ended, _] = &self.parts.borrow()[..]
        {
            ended.stop();
        }
    }

    /// Stops listening for a while.
    pub fn pause(&self) {
        self.hear(false);
        self.of_last(RecorderPart::pause);
    }

    /// Listens again after [`pause`](Self::pause).
    pub fn resume(&self) {
        self.hear(true);
        self.of_last(RecorderPart::resume);
    }

    /// Whoever else listens to the stream hears silence meanwhile.
    fn hear(&self, is_heard: bool) {
        if let Some(track) = self.microphone.track() {
            track.set_enabled(is_heard);
        }
    }

    /// Ends the recording; the clips arrive a little later. A second call changes nothing.
    pub fn stop(&self) {
        self.of_last(RecorderPart::stop);
    }

    fn begin_part(&self) -> Result<(), JsValue> {
        let idx = self.parts.borrow().len();
        let recorded = Rc::clone(&self.recorded);
        let part = RecorderPart::start(
            self.microphone.stream(),
            self.mime_type,
            self.is_kept.then_some(idx),
            move |clip| recorded.add(idx, clip),
        )?;
        self.recorded.clips.borrow_mut().push(None);
        self.parts.borrow_mut().push(part);
        Ok(())
    }

    fn of_last(&self, act: impl FnOnce(&RecorderPart)) {
        self.parts.borrow().last().map(act);
    }
}

impl Recorded {
    /// Takes the clip of a part; the last one that was missing gives all of them away.
    fn add(&self, idx: usize, clip: Clip) {
        let mut clips = self.clips.borrow_mut();
        if let Some(place) = clips.get_mut(idx) {
            *place = Some(clip);
        }
        if clips.iter().all(Option::is_some) {
            let mut whole: Vec<Clip> = clips.drain(..).flatten().collect();
            drop(clips);
            if whole.len() > 1 {
                whole.retain(|clip| !clip.is_empty());
            }
            (self.on_recorded)(whole);
        }
    }
}

impl Drop for RecorderSession {
    fn drop(&mut self) {
        if let Some(timer) = self.timer {
            timer.clear();
        }
    }
}

/// The browser frees the timer's closure when it likes, so the closure does not hold the meter.
fn ticking(
    meter: Option<&Rc<LevelMeter>>,
    track: Option<MediaStreamTrack>,
    on_tick: impl Fn(Tick) + 'static,
) -> Option<IntervalHandle> {
    let meter = meter.map(Rc::downgrade);
    let last_ms = RefCell::new(Date::now());
    let tick = move || {
        let now_ms = Date::now();
        on_tick(Tick {
            passed_s: (now_ms - last_ms.replace(now_ms)) / 1000.0,
            peak: meter
                .as_ref()
                .and_then(Weak::upgrade)
                .map(|meter| meter.peak()),
            is_muted: track.as_ref().is_some_and(MediaStreamTrack::muted),
        });
    };
    set_interval_with_handle(tick, TICK).ok()
}
