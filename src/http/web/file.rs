//! A file of the app in the forms in which it can be sent, and which of them a client gets.

use std::collections::HashMap;

use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use crate::http::web::POLICY;

/// How a file can be packed, the best way first, and the ending that the build gives to what is packed so.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];
/// Names under this carry a digest of their content.
const HASHED: &str = "assets/";
/// Of a digest; enough that two versions never share a tag.
const TAG_BYTES: usize = 16;

/// Whether it is a packed form of another file.
pub(in crate::http::web) fn is_packed(path: &str) -> bool {
    CODINGS.iter().any(|(_, ending)| path.ends_with(ending))
}

/// A file.
pub(in crate::http::web) struct File {
    content_type: &'static str,
    cache: &'static str,
    plain: Form,
    /// With their codings, the smallest first.
    packed: Vec<(&'static str, Form)>,
}

/// What is sent, and its strong tag: each form has its own.
struct Form {
    bytes: &'static [u8],
    tag: HeaderValue,
}

impl Form {
    fn new(bytes: &'static [u8]) -> Self {
        let digest: String =
            Sha256::digest(bytes).iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect();
        let tag = format!("\"{digest}\"").parse().expect("hexadecimal digits can stand in a header");
        Self { bytes, tag }
    }
}

impl File {
    /// The file at `path`; its packed forms stand beside it in `contents`.
    pub(in crate::http::web) fn new(
        path: &str,
        bytes: &'static [u8],
        contents: &HashMap<&'static str, &'static [u8]>,
    ) -> Self {
        let packed =
            |(coding, ending)| Some((coding, Form::new(contents.get(format!("{path}{ending}").as_str())?)));
        Self {
            content_type: content_type(path),
            cache: match path.starts_with(HASHED) {
                true => "public, max-age=31536000, immutable",
                false => "no-cache",
            },
            plain: Form::new(bytes),
            packed: CODINGS.into_iter().filter_map(packed).collect(),
        }
    }

    /// The smallest form that the client takes, or 304 if the client has it.
    pub(in crate::http::web) fn answer(&self, request: &HeaderMap) -> Response {
        let packed = self.packed.iter().find(|(coding, _)| takes(request, coding));
        let form = packed.map_or(&self.plain, |(_, form)| form);
        let mut response = match knows(request, &form.tag) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => form.bytes.into_response(),
        };
        let headers = response.headers_mut();
        for (name, value) in [
            (CONTENT_TYPE, self.content_type),
            (CACHE_CONTROL, self.cache),
            (CONTENT_SECURITY_POLICY, POLICY),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(ETAG, form.tag.clone());
        if let Some((coding, _)) = packed {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        if !self.packed.is_empty() {
            headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        }
        response
    }
}

/// Whether the client takes this coding. One that takes whatever there is (`*`) gets the file as it is.
fn takes(request: &HeaderMap, coding: &str) -> bool {
    listed(request, &ACCEPT_ENCODING).any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let refused = |weight: &str| weight.trim_start_matches("q=").parse() == Ok(0.0);
        named && !parts.any(refused)
    })
}

/// Whether the client has what this tag stands for. A proxy that packs on its own makes tags weak (`W/`).
fn knows(request: &HeaderMap, tag: &HeaderValue) -> bool {
    listed(request, &IF_NONE_MATCH).any(|known| known.trim_start_matches("W/").as_bytes() == tag.as_bytes())
}

fn listed<'a>(request: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    request
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|it| it.split(','))
        .map(str::trim)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::header::ACCEPT_ENCODING;

    use super::takes;

    #[test]
    fn a_coding_is_used_only_for_those_who_take_it() {
        let taken = |offers: &str| {
            let request = HeaderMap::from_iter([(ACCEPT_ENCODING, offers.parse().unwrap())]);
            [takes(&request, "br"), takes(&request, "gzip")]
        };
        assert_eq!(taken("gzip, deflate, br, zstd"), [true, true]);
        assert_eq!(taken("br;q=0.5 , GZIP ; q=1.0"), [true, true]);
        assert_eq!(taken("br;q=0, gzip;q=0.000"), [false, false]);
        assert_eq!(taken("gzip"), [false, true]);
        assert_eq!(taken("identity, *;q=0"), [false, false]);
        assert_eq!(taken("brotli, xgzip"), [false, false]);
        assert_eq!(taken(""), [false, false]);
    }
}
