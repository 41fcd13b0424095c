//! Who calls, as far as the connection and its headers say: address, origin, HTTPS. Pure but for the extractor.
//!
//! Headers that proxies add are believed from trusted proxies only; anybody can write them.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN, USER_AGENT};
use axum::http::request::Parts;

use crate::domain::auth::sessions::Client;
use crate::domain::error::Error;
use crate::http::error::Failure;
use crate::http::state::Http;

/// The other end of a request.
pub struct Caller {
    pub client: Client,
    /// Whether the browser came by HTTPS, where a trusted proxy says so.
    pub https: Option<bool>,
    /// Whether the page that sent it, if a page did, may act for its visitor.
    pub origin: OriginVerdict,
}

/// What an `Origin` header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginVerdict {
    /// The server's own or a listed one, or none at all: not a browser, or its address bar.
    Welcome,
    Foreign,
}

impl Caller {
    /// Refuses what another site's page sends with its visitor's cookie, or to plant one.
    pub(in crate::http) fn refuse_foreign_page(&self) -> Result<(), Error> {
        match self.origin {
            OriginVerdict::Welcome => Ok(()),
            OriginVerdict::Foreign => {
                Err(Error::Forbidden("pages of this origin may not do that: see PUBLIC_URL and CORS_ORIGINS"))
            }
        }
    }
}

impl FromRequestParts<Http> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, Failure> {
        let ConnectInfo(peer) = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .ok_or_else(|| Error::Internal("the assembly did not say who is connected".into()))?;
        let headers = &parts.headers;
        let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Self {
            client: Client { address: address(headers, peer.ip(), |hop| http.trusts(hop)), user_agent },
            https: https(headers, http.trusts(peer.ip())),
            origin: judge_origin(headers, http),
        })
    }
}

/// The client's address: the last hop that is not one of our proxies.
fn address(headers: &HeaderMap, peer: IpAddr, trusted: impl Fn(IpAddr) -> bool) -> IpAddr {
    let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops =
        hops.flat_map(|line| line.split(',')).map(|hop| hop.trim().parse::<IpAddr>()).collect::<Vec<_>>();
    let mut address = peer;
    for hop in hops.into_iter().rev() {
        match hop {
            // Each hop is vouched for by the one after it, beginning with the connection itself.
            Ok(hop) if trusted(address) => address = hop,
            _ => break,
        }
    }
    address.to_canonical()
}

fn https(headers: &HeaderMap, trusted: bool) -> Option<bool> {
    let said = headers.get_all("x-forwarded-proto").iter().next_back()?.to_str().ok()?;
    trusted.then(|| said.rsplit(',').next().is_some_and(|last| last.trim().eq_ignore_ascii_case("https")))
}

/// Whether a request may come from where its `Origin` says.
pub fn judge_origin(headers: &HeaderMap, http: &Http) -> OriginVerdict {
    let Some(origin) = headers.get(ORIGIN) else {
        return OriginVerdict::Welcome;
    };
    let Ok(origin) = origin.to_str() else {
        return OriginVerdict::Foreign;
    };
    let listed = http.0.auth.cors_origins.iter().any(|listed| listed.as_str() == origin);
    let own = match &http.0.public_url {
        Some(url) => url.origin().ascii_serialization() == origin,
        None => is_host(origin, headers.get(HOST).and_then(|host| host.to_str().ok())),
    };
    if listed || own { OriginVerdict::Welcome } else { OriginVerdict::Foreign }
}

fn is_host(origin: &str, host: Option<&str>) -> bool {
    let said = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    matches!((said, host), (Some(said), Some(host)) if said.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::http::{HeaderMap, HeaderName};

    use super::{address, https, is_host};

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn forwarded_addresses_are_believed_from_trusted_proxies_only() {
        let proxies: [IpAddr; 2] = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        for (peer, lines, expected) in [
            ("192.0.2.9", &["203.0.113.1"][..], "192.0.2.9"),
            ("10.0.0.1", &["203.0.113.1"], "203.0.113.1"),
            ("10.0.0.1", &["1.1.1.1, 203.0.113.1"], "203.0.113.1"),
            ("10.0.0.1", &["1.1.1.1, 203.0.113.1, 10.0.0.2"], "203.0.113.1"),
            ("10.0.0.1", &["1.1.1.1", "203.0.113.1,10.0.0.2"], "203.0.113.1"),
            ("10.0.0.1", &["10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["203.0.113.1, rubbish"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("::ffff:10.0.0.9", &["203.0.113.1"], "10.0.0.9"),
        ] {
            let lines = lines.iter().map(|line| ("x-forwarded-for", *line)).collect::<Vec<_>>();
            let found = address(&headers(&lines), peer.parse().unwrap(), |hop| proxies.contains(&hop));
            assert_eq!(found.to_string(), expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn https_is_believed_from_a_trusted_proxy_only() {
        let by_proxy = headers(&[("x-forwarded-proto", "http, https")]);
        assert_eq!(https(&by_proxy, true), Some(true));
        assert_eq!(https(&by_proxy, false), None);
        assert_eq!(https(&headers(&[("x-forwarded-proto", "http")]), true), Some(false));
        assert_eq!(https(&headers(&[]), true), None);
    }

    #[test]
    fn the_servers_own_origin_is_the_host_that_was_asked() {
        assert!(is_host("http://localhost:8000", Some("localhost:8000")));
        assert!(is_host("https://chat.example.org", Some("Chat.example.org")));
        for (origin, host) in [
            ("http://localhost:3000", Some("localhost:8000")),
            ("https://evil.example", Some("chat.example.org")),
            ("null", Some("null")),
            ("https://chat.example.org.evil.example", Some("chat.example.org")),
            ("http://localhost:8000", None),
        ] {
            assert!(!is_host(origin, host), "{origin} {host:?}");
        }
    }
}
