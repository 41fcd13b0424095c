//! A web app to be served in tests, so that they hold whether or not the real one was built.

use std::collections::HashMap;

use gemini_coop::http::web::WebApp;

/// As Vite writes it: the placeholder wherever a nonce belongs.
const PAGE: &str = r#"<!doctype html>
<meta property="csp-nonce" nonce="__CSP_NONCE__">
<title>An app</title>
<script type="module" nonce="__CSP_NONCE__" src="/assets/index-B1x.js"></script>
<link rel="stylesheet" nonce="__CSP_NONCE__" href="/assets/index-C2y.css">
"#;

/// What a build left: a page, hashed files, files with names of their own, and some packed.
pub(crate) fn built() -> WebApp {
    WebApp::new(&HashMap::from([
        ("index.html", PAGE.as_bytes()),
        ("assets/index-B1x.js", b"render('as it is')".as_slice()),
        ("assets/index-B1x.js.br", b"render, in brotli"),
        ("assets/index-B1x.js.gz", b"render, in gzip"),
        ("assets/index-C2y.css", b"main { color: blue }"),
        ("icons/icon.svg", b"<svg/>"),
        ("manifest.webmanifest", b"{}"),
        ("offline.html", b"<!doctype html>"),
        ("robots.txt", b"Disallow: /"),
        ("sw.js", b"addEventListener('fetch', () => {})"),
        ("sw.js.gz", b"listen, in gzip"),
        ("theme.js", b"document.documentElement"),
    ]))
}

/// What is there before the first build.
pub(crate) fn not_built() -> WebApp {
    WebApp::new(&HashMap::new())
}
