//! The web app, out of the binary: its page at every address that is the app's own, and the files beside it.
//!
//! Knows nothing of what the app does.

mod file;
mod page;

use std::collections::HashMap;

use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use include_dir::{Dir, include_dir};

use crate::http::state::Http;
use crate::http::web::file::File;
use crate::http::web::page::Page;

static DIST: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/web/dist");

const PAGE: &str = "index.html";

/// Nothing from elsewhere, nothing inline, and no text that becomes markup or script: what slips into a message or a
/// name does not run. The one exception is the address of the service worker, as browsers count it as script; the
/// policy of that name can be made once, and the app does. The styles stand last, for a page to add its nonce.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; \
                      font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
                      frame-ancestors 'none'; form-action 'self'; require-trusted-types-for 'script'; \
                      trusted-types service-worker; style-src 'self'";

/// Below these an address is never the app's own, and what is missing there is missing.
const TAKEN: [&str; 4] = ["api", "ws", "docs", "assets"];

/// The app as `npm run build` leaves it in `web/dist`.
pub struct WebApp {
    /// `None` where the app was not built before the server was.
    page: Option<Page>,
    files: HashMap<&'static str, File>,
}

impl WebApp {
    /// The one that this binary was built with.
    pub fn embedded() -> Self {
        Self::new(&contents(&DIST).collect())
    }

    /// From paths within `web/dist` and what is there.
    pub fn new(contents: &HashMap<&'static str, &'static [u8]>) -> Self {
        let page = contents.get(PAGE).map(|html| Page::new(StatusCode::OK, html));
        let files = contents.iter().filter(|(path, _)| **path != PAGE && !file::is_packed(path));
        let files = files.map(|(path, bytes)| (*path, File::new(path, bytes, contents)));
        Self { page, files: files.collect() }
    }

    /// Whether there is an app to show.
    pub fn is_built(&self) -> bool {
        self.page.is_some()
    }

    fn page(&self) -> Response {
        self.page.as_ref().map_or_else(|| page::not_built().answer(), Page::answer)
    }
}

/// Everything below, but for what the build leaves to other tools in directories of its own (`.vite`).
fn contents(dir: &'static Dir<'_>) -> Box<dyn Iterator<Item = (&'static str, &'static [u8])>> {
    let files = dir.files().filter_map(|file| Some((file.path().to_str()?, file.contents())));
    let below = dir.dirs().filter(|dir| !dir.path().starts_with(".vite")).flat_map(contents);
    Box::new(files.chain(below))
}

/// The page.
pub(in crate::http) async fn index(State(http): State<Http>) -> Response {
    http.0.web.page()
}

/// Whatever no route takes: a file; the page, where a browser was led to an address of the app; or nothing.
pub(in crate::http) async fn other(
    State(http): State<Http>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    match http.0.web.files.get(path) {
        Some(file) => file.answer(&headers),
        None if is_own(path) && wants_page(&headers) => http.0.web.page(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The app's routes are the app's business: it has a page for what it does not know either.
fn is_own(path: &str) -> bool {
    !TAKEN.contains(&path.split('/').next().unwrap_or_default())
}

/// Browsers ask so for what goes into a window, and for nothing else: a missing image stays missing.
fn wants_page(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().any(|accept| accept.to_str().is_ok_and(|it| it.contains("text/html")))
}
