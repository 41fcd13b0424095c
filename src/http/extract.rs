//! Extractors: what a request carries, as types, or a refusal in our own form.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path as AxumPath, Query as AxumQuery, Request};
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::Actor;
use crate::domain::auth::{Credential, authenticate};
use crate::domain::error::Error;
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::state::Http;

/// The longest page of a list.
pub(in crate::http) const PAGE_LIMIT: u32 = 200;

impl FromRequestParts<Http> for Actor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, Failure> {
        let from = Caller::from_request_parts(parts, http).await?.client.address;
        let token = bearer(&parts.headers).ok_or(NO_CREDENTIALS)?;
        Ok(authenticate(&http.0.cx, from, Credential::Token(token)).await?)
    }
}

const NO_CREDENTIALS: Error = Error::Unauthenticated("log in first");

/// Whoever opens a socket: by `?ticket=`, by `Authorization: Bearer`, or, where it is allowed, by `?token=`.
pub struct SocketActor(pub Actor);

impl FromRequestParts<Http> for SocketActor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, Failure> {
        let from = Caller::from_request_parts(parts, http).await?.client.address;
        let query = parts.uri.query().unwrap_or_default();
        let parameter = |wanted: &str| {
            url::form_urlencoded::parse(query.as_bytes())
                .find(|(name, value)| name == wanted && !value.is_empty())
                .map(|(_, value)| value)
        };
        let (ticket, token) = (parameter("ticket"), parameter("token"));
        let credential = match (&ticket, bearer(&parts.headers), &token) {
            (Some(ticket), ..) => Credential::Ticket(ticket),
            (None, Some(token), _) => Credential::Token(token),
            (None, None, Some(token)) if http.0.auth.allow_token_in_url => Credential::Token(token),
            (None, None, Some(_)) => {
                return Err(Error::Unauthenticated("this server takes no token in an address").into());
            }
            (None, None, None) => return Err(NO_CREDENTIALS.into()),
        };
        Ok(Self(authenticate(&http.0.cx, from, credential).await?))
    }
}

/// The token of an `Authorization: Bearer` header.
pub(in crate::http) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A JSON body, in and out. An absent one is `{}`; fields that nobody knows are ignored.
pub(in crate::http) struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Http> for Json<T> {
    type Rejection = Response;

    async fn from_request(request: Request, http: &Http) -> Result<Self, Response> {
        let is_json = request.headers().get(CONTENT_TYPE).map(|value| {
            let text = value.to_str().unwrap_or_default();
            let kind = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
        });
        let bytes = Bytes::from_request(request, http).await.map_err(IntoResponse::into_response)?;
        let bytes = if bytes.is_empty() { Bytes::from_static(b"{}") } else { bytes };
        // A page of another site can send a form or plain text without asking first, but not this.
        if is_json != Some(true) && bytes.as_ref() != b"{}" {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
        }
        parse(&bytes).map(Self).map_err(|error| Failure(error).into_response())
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Error::invalid("body", error.to_string()),
        _ => Error::BadRequest("the body is not JSON"),
    })
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The ids in a path. What is not an id names nothing.
pub(in crate::http) struct Id<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Http> for Id<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, Failure> {
        match AxumPath::from_request_parts(parts, http).await {
            Ok(AxumPath(ids)) => Ok(Self(ids)),
            Err(_) => Err(Error::NotFound("thing: the address holds something that is not an id").into()),
        }
    }
}

/// The parameters of a query.
pub(in crate::http) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Http> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, Failure> {
        match AxumQuery::from_request_parts(parts, http).await {
            Ok(AxumQuery(parameters)) => Ok(Self(parameters)),
            Err(rejection) => {
                let text = rejection.body_text();
                let reason = text.rsplit_once("query string: ").map_or(text.as_str(), |(_, reason)| reason);
                Err(Error::invalid("query", reason).into())
            }
        }
    }
}

/// The `Idempotency-Key` of a creating request.
pub(in crate::http) struct IdempotencyKey(pub Option<String>);

impl FromRequestParts<Http> for IdempotencyKey {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Http) -> Result<Self, Failure> {
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Ok(Self(None));
        };
        let key = value.to_str().map_err(|_| Error::invalid("Idempotency-Key", "must be printable ASCII"))?;
        Ok(Self(Some(key.to_owned())))
    }
}

/// How many items of a list are wanted.
pub(in crate::http) fn page_limit(asked: Option<u32>, default: u32) -> Result<u32, Error> {
    match asked.unwrap_or(default) {
        limit @ 1..=PAGE_LIMIT => Ok(limit),
        _ => Err(Error::invalid("limit", format!("must be 1 to {PAGE_LIMIT}"))),
    }
}

/// Whether there is a next page, told by one more than `limit` that was looked up and is left out here.
pub(in crate::http) fn has_more<T>(page: &mut Vec<T>, limit: u32) -> bool {
    let has_more = page.len() > limit as usize;
    page.truncate(limit as usize);
    has_more
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::header::AUTHORIZATION;
    use serde::Deserialize;

    use super::{bearer, page_limit, parse};
    use crate::domain::error::Error;

    #[test]
    fn a_bearer_token_is_found_whatever_the_case_of_its_scheme() {
        let token = |value: &str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(token("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(token("bearer  abc").as_deref(), Some("abc"));
        for other in ["Basic abc", "Bearer", "abc", ""] {
            assert_eq!(token(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_page_has_1_to_200_items() {
        assert_eq!(page_limit(None, 50).unwrap(), 50);
        assert_eq!(page_limit(Some(200), 50).unwrap(), 200);
        assert!(page_limit(Some(0), 50).is_err());
        assert!(page_limit(Some(201), 50).is_err());
    }

    #[test]
    fn unknown_fields_are_ignored_and_wrong_ones_told_apart_from_nonsense() {
        #[derive(Deserialize)]
        struct Named {
            name: String,
        }
        assert_eq!(parse::<Named>(br#"{"name": "a", "colour": 3}"#).unwrap().name, "a");
        assert!(matches!(parse::<Named>(b"{}"), Err(Error::Invalid(_))));
        assert!(matches!(parse::<Named>(br#"{"name": 1}"#), Err(Error::Invalid(_))));
        for nonsense in [&b"{"[..], b"", b"{\"name\": \"a\"} x", b"\xff"] {
            assert!(matches!(parse::<Named>(nonsense), Err(Error::BadRequest(_))), "{nonsense:?}");
        }
    }
}
