//! A page: HTML in which every answer has a nonce of its own.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::http::web::POLICY;

/// Stands in the HTML for the nonce; `web/vite.config.ts` says so.
const PLACEHOLDER: &str = "__CSP_NONCE__";
const NONCE_BYTES: usize = 16;

/// A page with gaps for the nonce.
pub(in crate::http::web) struct Page {
    status: StatusCode,
    pieces: Vec<String>,
}

impl Page {
    pub(in crate::http::web) fn new(status: StatusCode, html: &[u8]) -> Self {
        let html = String::from_utf8_lossy(html);
        Self { status, pieces: html.split(PLACEHOLDER).map(str::to_owned).collect() }
    }

    /// Without an ETag: a 304 would bring the header a new nonce and leave the page its old one.
    pub(in crate::http::web) fn answer(&self) -> Response {
        let nonce = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; NONCE_BYTES]>());
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            (CACHE_CONTROL, "no-cache".to_owned()),
            (CONTENT_SECURITY_POLICY, format!("{POLICY} 'nonce-{nonce}'")),
        ];
        (self.status, headers, self.pieces.join(&nonce)).into_response()
    }
}

/// What there is to see without an app. 503, so that nothing takes it for the app: no cache, no check from outside.
pub(in crate::http::web) fn not_built() -> Page {
    Page::new(StatusCode::SERVICE_UNAVAILABLE, include_bytes!("not_built.html"))
}
