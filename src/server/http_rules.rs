//! What HTTP itself asks of a request, and the library lets pass.

use axum::{
    extract::Request,
    http::{
        HeaderName, Version,
        header::{HOST, TRANSFER_ENCODING},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{envelope::Refusal, telemetry::RequestId};
use crate::error::AppError;

/// Refuses requests without a host or with several, and transfer codings that nobody here undoes.
pub async fn check(request: Request, next: Next) -> Response {
    match broken(&request) {
        None => next.run(request).await,
        Some(header) => {
            let request_id = RequestId::of(request.extensions()).0;
            let error = AppError::UnusableHeader {
                header: header.to_string(),
            };
            Refusal { error, request_id }.into_response()
        }
    }
}

/// The header that breaks a rule.
fn broken(request: &Request) -> Option<HeaderName> {
    let headers = request.headers();
    let n_hosts = headers.get_all(HOST).iter().count();
    // RFC 9112, section 3.2.
    if n_hosts > 1 || (n_hosts == 0 && request.version() == Version::HTTP_11) {
        return Some(HOST);
    }
    // RFC 9112, section 6.1.
    let codings = headers.get_all(TRANSFER_ENCODING).iter();
    let is_known = |coding: &[u8]| coding.eq_ignore_ascii_case(b"chunked");
    let mut unknown = codings.filter(|coding| !is_known(coding.as_bytes()));
    unknown.next().map(|_| TRANSFER_ENCODING)
}
