//! The web app as it is served: its page, its files, and what stands in for it where it was not built.

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;

use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::within;

/// What Chromium asks for when it opens an address.
const WINDOW: (&str, &str) =
    ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8");

struct Got {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The nonce that the header allows, and those that the page gives to what is in it.
    fn nonces(&self) -> (&str, Vec<&str>) {
        let policy = self.header("content-security-policy").unwrap();
        let (_, allowed) = policy.rsplit_once(" 'nonce-").expect("the policy names a nonce");
        let given = self.text.split("nonce=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        (allowed.strip_suffix('\'').unwrap(), given.collect())
    }
}

async fn ask(server: &TestServer, method: Method, path: &str, headers: &[(&'static str, &str)]) -> Got {
    let mut request = Client::anonymous(&server.base).raw(method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = within("an answer", request.send()).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Got { status, headers, text: within("the body", response.text()).await.unwrap() }
}

async fn get(server: &TestServer, path: &str, headers: &[(&'static str, &str)]) -> Got {
    ask(server, Method::GET, path, headers).await
}

#[tokio::test]
async fn each_answer_with_a_page_has_its_own_nonce_in_header_and_page() {
    for (server, places) in [(TestServer::start().await, 3), (TestServer::without_web_app().await, 1)] {
        let mut seen = Vec::new();
        for path in ["/", "/", "/c/1"] {
            let page = get(&server, path, &[WINDOW]).await;
            let (allowed, given) = page.nonces();
            assert!(allowed.len() >= 22, "{allowed} has less than 128 bits");
            assert_eq!(given, vec![allowed; places], "{path} {}", page.text);
            assert!(!page.text.contains("__CSP_NONCE__"), "{}", page.text);
            // Whoever got a 304 would have the new header and the old page.
            assert_eq!((page.header("etag"), page.header("cache-control")), (None, Some("no-cache")));
            assert!(!seen.contains(&allowed.to_owned()), "{allowed} came twice");
            seen.push(allowed.to_owned());
        }
    }
}

#[tokio::test]
async fn a_page_may_use_what_came_with_it_and_nothing_else() {
    for server in [TestServer::start().await, TestServer::without_web_app().await] {
        let page = get(&server, "/", &[WINDOW]).await;
        let policy = page.header("content-security-policy").unwrap();
        let mut rules: Vec<&str> = policy.split("; ").collect();
        rules.sort_unstable();
        let style = format!("style-src 'self' 'nonce-{}'", page.nonces().0);
        let agreed = [
            "base-uri 'none'",
            "connect-src 'self'",
            "default-src 'none'",
            "font-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "img-src 'self' data: blob:",
            "manifest-src 'self'",
            "require-trusted-types-for 'script'",
            "script-src 'self'",
            &style,
            "trusted-types service-worker",
            "worker-src 'self'",
        ];
        assert_eq!(rules, agreed);
    }
}

#[tokio::test]
async fn every_address_of_the_app_gets_the_page() {
    let server = TestServer::start().await;
    let chat = "/c/0199b5a0-0000-7000-8000-000000000000";
    for path in [
        "/",
        "/setup?token=x",
        "/login",
        "/register",
        "/join/abc",
        chat,
        "/settings",
        "/settings/profile",
        "/apiary",
        "/no/such/page",
    ] {
        let page = get(&server, path, &[WINDOW]).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
        assert!(page.text.contains("<title>An app</title>"), "{path}");
        let head = ask(&server, Method::HEAD, path, &[WINDOW]).await;
        assert_eq!((head.status, head.text.as_str()), (200, ""), "{path}");
    }
    // A check from outside asks for anything.
    assert_eq!(get(&server, "/", &[]).await.status, 200);
}

#[tokio::test]
async fn what_is_no_address_of_the_app_never_gets_its_page() {
    let server = TestServer::start().await;
    let image = ("accept", "image/avif,image/webp,*/*;q=0.8");
    for (method, path, accept, status) in [
        (Method::GET, "/api", WINDOW, 404),
        (Method::GET, "/api/nothing", WINDOW, 404),
        (Method::GET, "/api/auth/me", WINDOW, 401),
        (Method::GET, "/ws/nothing", WINDOW, 404),
        (Method::GET, "/assets/index-0ld.js", WINDOW, 404),
        (Method::GET, "/assets/index-B1x.js.gz", WINDOW, 404),
        (Method::GET, "/icons/missing.png", image, 404),
        (Method::GET, "/c/1", ("accept", "application/json"), 404),
        (Method::POST, "/c/1", WINDOW, 404),
        (Method::POST, "/", WINDOW, 405),
    ] {
        let got = ask(&server, method, path, &[accept]).await;
        assert_eq!(got.status, status, "{path}");
        assert_eq!(got.header("content-type"), Some("application/problem+json"), "{path}");
        let problem: Value = serde_json::from_str(&got.text).unwrap();
        assert_eq!(problem["status"], status, "{path}");
        assert_eq!(got.header("cache-control"), Some("no-store"), "{path}");
    }
    let docs = get(&server, "/docs/nothing", &[WINDOW]).await;
    assert!(docs.status == 404 && !docs.text.contains("An app"), "{}", docs.text);
}

#[tokio::test]
async fn only_what_has_a_digest_in_its_name_is_kept_without_asking() {
    let server = TestServer::start().await;
    let year = Some("public, max-age=31536000, immutable");
    for (path, kind, cache) in [
        ("/assets/index-B1x.js", "text/javascript; charset=utf-8", year),
        ("/assets/index-C2y.css", "text/css; charset=utf-8", year),
        ("/icons/icon.svg", "image/svg+xml", Some("no-cache")),
        ("/manifest.webmanifest", "application/manifest+json", Some("no-cache")),
        ("/offline.html", "text/html; charset=utf-8", Some("no-cache")),
        ("/robots.txt", "text/plain; charset=utf-8", Some("no-cache")),
        ("/sw.js", "text/javascript; charset=utf-8", Some("no-cache")),
        ("/theme.js", "text/javascript; charset=utf-8", Some("no-cache")),
    ] {
        // Also when a person opens the file itself.
        for accept in [WINDOW, ("accept", "*/*")] {
            let file = get(&server, path, &[accept]).await;
            assert_eq!(file.status, 200, "{path}");
            assert_eq!((file.header("content-type"), file.header("cache-control")), (Some(kind), cache));
        }
    }
}

#[tokio::test]
async fn whoever_has_a_file_is_not_sent_it_again() {
    let server = TestServer::start().await;
    for (path, coding) in
        [("/robots.txt", ""), ("/sw.js", ""), ("/sw.js", "gzip"), ("/assets/index-B1x.js", "br")]
    {
        let coding = ("accept-encoding", coding);
        let first = get(&server, path, &[coding]).await;
        let tag = first.header("etag").expect("a file has a tag");
        assert!(first.status == 200 && !first.text.is_empty() && tag.starts_with('"'), "{path} {tag}");
        for known in [tag, &format!("W/{tag}"), &format!("\"other\", {tag}")] {
            let again = get(&server, path, &[coding, ("if-none-match", known)]).await;
            assert_eq!((again.status, again.text.as_str()), (304, ""), "{path} {known}");
            for name in ["etag", "cache-control", "vary", "content-security-policy"] {
                assert_eq!(again.headers.get(name), first.headers.get(name), "{path} {name}");
            }
        }
        let changed = get(&server, path, &[coding, ("if-none-match", "\"other\"")]).await;
        assert_eq!((changed.status, changed.text), (200, first.text), "{path}");
    }
}

#[tokio::test]
async fn a_file_is_packed_for_those_who_can_unpack_it() {
    let server = TestServer::start().await;
    let mut tags = Vec::new();
    for (accepted, coding, text) in [
        ("gzip, deflate, br, zstd", Some("br"), "render, in brotli"),
        ("gzip, deflate", Some("gzip"), "render, in gzip"),
        ("br;q=0, gzip;q=0.8", Some("gzip"), "render, in gzip"),
        ("identity", None, "render('as it is')"),
    ] {
        let file = get(&server, "/assets/index-B1x.js", &[("accept-encoding", accepted)]).await;
        assert_eq!((file.header("content-encoding"), file.text.as_str()), (coding, text), "{accepted}");
        assert_eq!(file.header("content-type"), Some("text/javascript; charset=utf-8"));
        assert!(file.headers.get_all("vary").iter().any(names_encoding), "{accepted} {:?}", file.headers);
        tags.push(file.header("etag").unwrap().to_owned());
    }
    // A cache that took one form for another would hand a client what it cannot read.
    tags.dedup();
    assert_eq!(tags.len(), 3, "{tags:?}");
}

fn names_encoding(vary: &HeaderValue) -> bool {
    vary.to_str().unwrap().split(',').any(|name| name.trim().eq_ignore_ascii_case("accept-encoding"))
}

#[tokio::test]
async fn without_the_app_a_page_says_what_to_do_and_everything_else_works() {
    let server = TestServer::without_web_app().await;
    for path in ["/", "/setup?token=x", "/c/1"] {
        let page = get(&server, path, &[WINDOW]).await;
        assert_eq!(page.status, 503, "{path}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        for hint in ["scripts/run", "npm ci", "npm run build", "href=\"/docs/\""] {
            assert!(page.text.contains(hint), "{path} {hint}");
        }
    }
    let ada = server.person("ada").await;
    assert_eq!(ada.get("/api/auth/me").await.expect(200)["username"], "ada");
    assert_eq!(get(&server, "/docs/", &[WINDOW]).await.status, 200);
    ada.get("/theme.js").await.refused("not_found");
}
