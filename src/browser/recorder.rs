//! The page's recorder: what it is doing, and the session that does it.

use std::mem::take;

use leptos::{prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsValue;

use super::{
    Clip, InputDevice, LevelHistory, MAX_RECORDING_S, RecorderEvent, RecorderSession,
    RecorderState, input_devices,
    recorder_session::Tick,
    storage::{microphone, remember_microphone},
};

/// The page's recorder. Its session, if there is one, ends with the page's owner.
#[derive(Clone, Copy)]
pub struct Recorder {
    state: RwSignal<RecorderState>,
    levels: RwSignal<LevelHistory>,
    devices: RwSignal<Vec<InputDevice>>,
    device_id: RwSignal<Option<String>>,
    session: StoredValue<Option<SendWrapper<RecorderSession>>>,
    max_s: StoredValue<f64>,
}

impl Recorder {
    /// A recorder that is doing nothing.
    pub fn new() -> Self {
        Self {
            state: RwSignal::new(RecorderState::Idle),
            levels: RwSignal::new(LevelHistory::default()),
            devices: RwSignal::new(Vec::new()),
            device_id: RwSignal::new(None),
            session: StoredValue::new(None),
            max_s: StoredValue::new(MAX_RECORDING_S),
        }
    }

    /// What it is doing.
    pub fn state(self) -> ReadSignal<RecorderState> {
        self.state.read_only()
    }

    /// How loud the recording under way has been lately.
    pub fn levels(self) -> ReadSignal<LevelHistory> {
        self.levels.read_only()
    }

    /// How long the recording under way may become, seconds.
    pub fn max_s(self) -> f64 {
        self.max_s.get_value()
    }

    /// What the microphone hears, while there is a recording.
    pub fn stream(self) -> Option<JsValue> {
        self.session
            .with_value(|session| session.as_deref().map(RecorderSession::stream))
    }

    /// The microphones to choose from, as far as the browser tells.
    pub fn devices(self) -> ReadSignal<Vec<InputDevice>> {
        self.devices.read_only()
    }

    /// The chosen microphone; `None` leaves the choice to the browser.
    pub fn device_id(self) -> Option<String> {
        self.device_id.get()
    }

    /// Chooses the microphone for the next recording.
    pub fn choose(self, device_id: String) {
        remember_microphone(&device_id);
        self.device_id.set(Some(device_id));
    }

    /// Brings [`devices`](Self::devices) up to date.
    pub fn find_devices(self) {
        if self.device_id.with_untracked(Option::is_none) {
            self.device_id.set(microphone());
        }
        spawn_local(async move {
            let found = input_devices().await;
            // The page may have gone meanwhile.
            self.devices.try_set(found);
        });
    }

    /// Asks for the microphone and records. `on_recorded` receives the recording after [`stop`](Self::stop) or at the
    /// maximum length: a clip, or several in their order where it is longer than [`MAX_PART_S`](super::MAX_PART_S).
    pub fn start(self, max_s: f64, on_recorded: impl Fn(Vec<Clip>) + 'static) {
        self.max_s.set_value(max_s);
        self.record(true, Box::new(on_recorded));
    }

    /// The same with a recording that is lost with the page.
    pub fn start_unkept(self, on_recorded: impl Fn(Vec<Clip>) + 'static) {
        self.max_s.set_value(MAX_RECORDING_S);
        self.record(false, Box::new(on_recorded));
    }

    fn record(self, is_kept: bool, on_recorded: Box<dyn Fn(Vec<Clip>)>) {
        self.tell(RecorderEvent::Ask);
        self.levels.set(LevelHistory::default());
        let device_id = self.device_id.get_untracked();
        let on_tick = move |tick| self.tick(tick);
        let on_recorded = move |clips| {
            self.discard();
            on_recorded(clips);
        };
        spawn_local(async move {
            let device_id = device_id.as_deref();
            let started = RecorderSession::start(device_id, is_kept, on_tick, on_recorded).await;
            // Who did not wait for the permission does not want the recording any more.
            if self.state.try_get_untracked() != Some(RecorderState::Asking) {
                return;
            }
            match started {
                Ok(session) => {
                    self.session.set_value(Some(SendWrapper::new(session)));
                    self.tell(RecorderEvent::Opened);
                    self.find_devices();
                }
                Err(error) => self.tell(RecorderEvent::Fail(error)),
            }
        });
    }

    /// Stops listening for a while.
    pub fn pause(self) {
        self.with_session(RecorderSession::pause);
        self.tell(RecorderEvent::Pause);
    }

    /// Listens again.
    pub fn resume(self) {
        self.with_session(RecorderSession::resume);
        self.tell(RecorderEvent::Resume);
    }

    /// Ends the recording and keeps it.
    pub fn stop(self) {
        self.tell(RecorderEvent::Stop);
    }

    /// Ends the recording and throws it away.
    pub fn discard(self) {
        self.session.set_value(None);
        self.tell(RecorderEvent::Reset);
    }

    fn tick(self, tick: Tick) {
        let Tick {
            passed_s,
            peak,
            is_muted,
        } = tick;
        let max_s = self.max_s.try_get_value().unwrap_or(MAX_RECORDING_S);
        let n_full_parts = || Some(self.state.try_get_untracked()?.n_full_parts());
        let n_full_before = n_full_parts();
        self.tell(RecorderEvent::Tick { passed_s, max_s });
        let is_listening = matches!(
            self.state.try_get_untracked(),
            Some(RecorderState::Recording { .. })
        );
        if is_listening {
            if n_full_parts() > n_full_before {
                self.with_session(RecorderSession::next_part);
            }
            self.levels.try_update(|levels| {
                levels.set_muted(is_muted);
                if let Some(peak) = peak {
                    levels.push(peak);
                }
            });
        }
    }

    fn tell(self, event: RecorderEvent) {
        let is_saving = self.state.try_update(|state| {
            *state = take(state).after(event);
            *state == RecorderState::Saving
        });
        if is_saving == Some(true) {
            self.with_session(RecorderSession::stop);
        }
    }

    fn with_session(self, act: impl FnOnce(&RecorderSession)) {
        self.session
            .with_value(|session| session.as_deref().map(act));
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}
