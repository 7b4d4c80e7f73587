//! Sends a clip to the server and tells how far it is. `fetch` tells nothing while it sends.

use std::rc::Rc;

use leptos::server_fn::ServerFn;
use serde::de::DeserializeOwned;
use vocabulary::Analysis;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{FormData, ProgressEvent, XmlHttpRequest};

use super::answer::read;
use crate::error::AppError;

/// Where a clip on its way is.
#[derive(Clone, Debug, PartialEq)]
pub enum UploadEvent<T = Analysis> {
    /// So much has left the browser, `[0, 1]`.
    Sending(f64),
    /// Everything has left; the server is at it.
    Sent,
    /// So much of it is heard, `[0, 1]`, where that is told.
    Heard(f64),
    /// The end.
    Answered(Result<T, AppError>),
}

/// The same before anybody knows what is answered.
enum Step {
    Sending(f64),
    Sent,
    Answered(u16, String),
}

/// A clip on its way. Dropping it stops the sending; no event comes afterwards.
pub struct Upload {
    request: XmlHttpRequest,
    // The browser calls these until they are taken off the request, in `drop`.
    _on_progress: Closure<dyn FnMut(ProgressEvent)>,
    _on_sent: Closure<dyn FnMut()>,
    _on_end: Closure<dyn FnMut()>,
}

impl Upload {
    /// Sends `form` to the server function `F`, which answers with a `T`.
    ///
    /// # Errors
    /// [`AppError::Unreachable`] where the browser does not even try.
    pub fn start<F: ServerFn, T: DeserializeOwned>(
        form: &FormData,
        on_event: impl Fn(UploadEvent<T>) + 'static,
    ) -> Result<Self, AppError> {
        let on_step = move |step| {
            on_event(match step {
                Step::Sending(share) => UploadEvent::Sending(share),
                Step::Sent => UploadEvent::Sent,
                Step::Answered(status, body) => UploadEvent::Answered(read(status, &body)),
            });
        };
        Self::send(F::PATH, form, Rc::new(on_step))
    }

    fn send(path: &str, form: &FormData, on_step: Rc<dyn Fn(Step)>) -> Result<Self, AppError> {
        let refused = |_| AppError::Unreachable;
        let request = XmlHttpRequest::new().map_err(refused)?;
        request.open("POST", path).map_err(refused)?;
        let on_progress: Closure<dyn FnMut(ProgressEvent)> = Closure::new({
            let on_step = Rc::clone(&on_step);
            move |event: ProgressEvent| {
                on_step(Step::Sending(event.loaded() / event.total().max(1.0)));
            }
        });
        let on_sent: Closure<dyn FnMut()> = Closure::new({
            let on_step = Rc::clone(&on_step);
            move || on_step(Step::Sent)
        });
        let on_end: Closure<dyn FnMut()> = Closure::new({
            let request = request.clone();
            move || on_step(answer(&request))
        });
        let upload = request.upload().map_err(refused)?;
        upload.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
        upload.set_onload(Some(on_sent.as_ref().unchecked_ref()));
        request.set_onloadend(Some(on_end.as_ref().unchecked_ref()));
        request
            .send_with_opt_form_data(Some(form))
            .map_err(refused)?;
        Ok(Self {
            request,
            _on_progress: on_progress,
            _on_sent: on_sent,
            _on_end: on_end,
        })
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Ok(upload) = self.request.upload() {
            upload.set_onprogress(None);
            upload.set_onload(None);
        }
        self.request.set_onloadend(None);
        // It fails only where nothing is sent any more.
        drop(self.request.abort());
    }
}

fn answer(request: &XmlHttpRequest) -> Step {
    let status = request.status().unwrap_or_default();
    let body = request.response_text().ok().flatten().unwrap_or_default();
    Step::Answered(status, body)
}
