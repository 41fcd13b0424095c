//! The web page, out of the binary. Knows nothing of what the page does.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use include_dir::{Dir, include_dir};

static WEB: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/web");

/// Nothing from elsewhere, nothing inline: a script that slips into a message or a name does not run.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; \
                      style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// The page.
pub(in crate::http) async fn index() -> Response {
    serve("index.html")
}

/// Whatever else is asked for: a file of the page, or nothing.
pub(in crate::http) async fn file(method: Method, uri: Uri) -> Response {
    match method {
        Method::GET | Method::HEAD => serve(uri.path().trim_start_matches('/')),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn serve(path: &str) -> Response {
    let Some(file) = WEB.get_file(path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // Names under `assets/` carry a digest of their content.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers =
        [(CONTENT_TYPE, content_type(path)), (CACHE_CONTROL, cache), (CONTENT_SECURITY_POLICY, POLICY)];
    (headers, file.contents()).into_response()
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
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
