//! Sends a clip to the server and tells how far it is. `fetch` tells nothing while it sends.

use leptos::server_fn::ServerFn;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{FormData, ProgressEvent, XmlHttpRequest};

use super::answer::read;
use crate::{api::Recognize, error::AppError, queue::Outcome};

/// Where a clip on its way is.
#[derive(Clone, Debug, PartialEq)]
pub enum UploadEvent {
    /// So much has left the browser, `[0, 1]`.
    Sending(f64),
    /// Everything has left; the server is at it.
    Sent,
    /// The end.
    Answered(Outcome),
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
    /// Sends `form` to [`Recognize`].
    ///
    /// # Errors
    /// [`AppError::Unreachable`] where the browser does not even try.
    pub fn start(
        form: &FormData,
        on_event: impl Fn(UploadEvent) + Clone + 'static,
    ) -> Result<Self, AppError> {
        let refused = |_| AppError::Unreachable;
        let request = XmlHttpRequest::new().map_err(refused)?;
        request.open("POST", Recognize::PATH).map_err(refused)?;
        let on_progress: Closure<dyn FnMut(ProgressEvent)> = Closure::new({
            let on_event = on_event.clone();
            move |event: ProgressEvent| {
                on_event(UploadEvent::Sending(
                    event.loaded() / event.total().max(1.0),
                ));
            }
        });
        let on_sent: Closure<dyn FnMut()> = Closure::new({
            let on_event = on_event.clone();
            move || on_event(UploadEvent::Sent)
        });
        let on_end: Closure<dyn FnMut()> = Closure::new({
            let request = request.clone();
            move || on_event(UploadEvent::Answered(answer(&request)))
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

fn answer(request: &XmlHttpRequest) -> Outcome {
    let status = request.status().unwrap_or_default();
    let body = request.response_text().ok().flatten().unwrap_or_default();
    read(status, &body)
}
