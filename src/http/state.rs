//! What handlers are given: the rules' context, and what the edge itself was told.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::config::auth::{AuthConfig, CookieSecure};
use crate::domain::Context;
use crate::http::web::WebApp;
use crate::hub::Hub;

/// The state of the router.
#[derive(Clone)]
pub struct Http(pub(in crate::http) Arc<Edge>);

/// What the assembly hands over.
pub struct Edge {
    pub cx: Arc<Context>,
    pub hub: Arc<Hub>,
    pub auth: AuthConfig,
    /// Where browsers reach the server. Without it, an origin is the server's own if it is the host that was asked.
    pub public_url: Option<Url>,
    pub web: WebApp,
    pub numbers: Numbers,
    /// Cancelled when the server begins to end.
    pub closing: CancellationToken,
}

/// How the edge's numbers are written down and shown. Closures, because a process has one recorder and a test many
/// servers.
pub struct Numbers {
    /// What `/metrics` wants as a bearer token; without one there is no such page.
    pub token: Option<SecretString>,
    pub render: Box<dyn Fn() -> String + Send + Sync>,
    pub answered: Box<dyn Fn(Answered<'_>) + Send + Sync>,
}

/// A request that was answered.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    pub method: &'a str,
    /// The route's pattern, never the path, which names chats.
    pub route: &'a str,
    pub status: u16,
    pub took: Duration,
}

impl Http {
    /// The state of a router.
    pub fn new(edge: Edge) -> Self {
        Self(Arc::new(edge))
    }

    pub(in crate::http) fn trusts(&self, address: IpAddr) -> bool {
        self.0.auth.trusted_proxies.iter().any(|proxy| proxy.to_canonical() == address.to_canonical())
    }

    /// What keeps a cookie from travelling in the clear. `came_by_https`: where a trusted proxy said so.
    pub(in crate::http) fn secure_attribute(&self, came_by_https: Option<bool>) -> &'static str {
        let public = || self.0.public_url.as_ref().is_some_and(|url| url.scheme() == "https");
        let secure = match self.0.auth.cookie_secure {
            CookieSecure::Always => true,
            CookieSecure::Never => false,
            CookieSecure::Auto => came_by_https.unwrap_or_else(public),
        };
        if secure { "; Secure" } else { "" }
    }
}

impl FromRef<Http> for Arc<Context> {
    fn from_ref(http: &Http) -> Self {
        Arc::clone(&http.0.cx)
    }
}
