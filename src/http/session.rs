//! `/api/auth` and `/api/setup`: registering, logging in and out, oneself.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::auth::sessions::{self, COOKIE_LIFE, Granted, LogIn, Stay};
use crate::domain::auth::setup;
use crate::domain::error::Error;
use crate::domain::users::{self, NewPerson, ProfileChange};
use crate::domain::{Actor, Context};
use crate::http::caller::Caller;
use crate::http::error::{Failure, Result};
use crate::http::extract::{Id, Json};
use crate::http::state::Http;
use crate::ids::SessionId;
use crate::protocol::{Me, Session};

const REFRESH_COOKIE: &str = "coop_refresh";

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct Registration {
    /// ASCII letters, digits, `_ . -`; 3 to 32, beginning and ending with a letter or digit.
    #[schema(min_length = 3, max_length = 32, pattern = "^[A-Za-z0-9][A-Za-z0-9_.-]*[A-Za-z0-9]$")]
    username: String,
    #[schema(format = Email, max_length = 254)]
    email: String,
    /// 8 to 1024 bytes.
    #[schema(min_length = 8, max_length = 1024)]
    password: String,
    /// 1 to 64 characters on one line; the username if not given.
    #[schema(min_length = 1, max_length = 64)]
    display_name: Option<String>,
    /// Where registration is by invitation.
    invite_code: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct SetUp {
    /// From the link that the server prints while it has no administrator.
    token: String,
    #[schema(min_length = 3, max_length = 32, pattern = "^[A-Za-z0-9][A-Za-z0-9_.-]*[A-Za-z0-9]$")]
    username: String,
    #[schema(format = Email, max_length = 254)]
    email: String,
    /// 8 to 1024 bytes.
    #[schema(min_length = 8, max_length = 1024)]
    password: String,
    display_name: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct Credentials {
    /// Username or email.
    username: String,
    password: String,
    /// Whether to stay by refresh cookie, with short access tokens.
    #[serde(default)]
    cookie: bool,
}

/// An access token.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Token {
    access_token: String,
    #[schema(example = "bearer")]
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct PasswordChange {
    current_password: String,
    /// 8 to 1024 bytes.
    #[schema(min_length = 8, max_length = 1024)]
    new_password: String,
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct Profile {
    #[schema(min_length = 1, max_length = 64)]
    display_name: Option<String>,
    /// Needs `current_password`.
    email: Option<String>,
    current_password: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct Goodbye {
    password: String,
}

/// A ticket that opens one socket.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct WsTicket {
    ticket: String,
    /// Seconds.
    expires_in: u64,
}

/// Make an account.
#[utoipa::path(post, path = "/auth/register", tag = "accounts", security(()), responses((status = 201, body = Me)))]
pub(in crate::http) async fn register(
    State(cx): State<Arc<Context>>,
    caller: Caller,
    Json(body): Json<Registration>,
) -> Result<(StatusCode, Json<Me>)> {
    let Registration { username, email, password, display_name, invite_code } = body;
    let new = NewPerson { username, email, password, display_name };
    let me = users::register(&cx, caller.client.address, invite_code.as_deref(), new).await?;
    Ok((StatusCode::CREATED, Json(me)))
}

/// Make the first administrator, by the link that the server printed.
#[utoipa::path(post, path = "/setup", tag = "accounts", security(()), responses((status = 201, body = Me)))]
pub(in crate::http) async fn set_up(
    State(cx): State<Arc<Context>>,
    caller: Caller,
    Json(body): Json<SetUp>,
) -> Result<(StatusCode, Json<Me>)> {
    let SetUp { token, username, email, password, display_name } = body;
    let new = NewPerson { username, email, password, display_name };
    let me = setup::register_admin(&cx, caller.client.address, &token, new).await?;
    Ok((StatusCode::CREATED, Json(me)))
}

/// Begin a session.
#[utoipa::path(post, path = "/auth/login", tag = "accounts", security(()), responses((status = 200, body = Token)))]
pub(in crate::http) async fn log_in(
    State(http): State<Http>,
    State(cx): State<Arc<Context>>,
    caller: Caller,
    Json(body): Json<Credentials>,
) -> Result<Response> {
    let stay = if body.cookie { Stay::Cookie } else { Stay::Token };
    if stay == Stay::Cookie {
        caller.refuse_foreign_page()?;
    }
    let log_in = LogIn { login: &body.username, password: &body.password, stay };
    let granted = sessions::log_in(&cx, caller.client.clone(), log_in).await?;
    Ok(tokens(&http, &caller, granted))
}

/// Exchange the refresh cookie for a new access token and a new cookie. A cookie that comes twice ends its session.
///
/// Without a cookie there is nothing to exchange, and the answer is empty.
#[utoipa::path(post, path = "/auth/refresh", tag = "accounts", security(("refresh" = [])), responses((status = 200, body = Token), (status = 204)))]
pub(in crate::http) async fn refresh(
    State(http): State<Http>,
    State(cx): State<Arc<Context>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response> {
    caller.refuse_foreign_page()?;
    // Every first visit asks; a browser shows each refusal as an error, and nobody was refused anything.
    let Some(token) = refresh_cookie(&headers) else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    match sessions::refresh(&cx, caller.client.address, token).await {
        Ok(granted) => Ok(tokens(&http, &caller, granted)),
        Err(error @ Error::Unauthenticated(_)) => {
            Ok((forget(&http, &caller), Failure(error)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// End this session, its tokens and its sockets.
#[utoipa::path(post, path = "/auth/logout", tag = "accounts", responses((status = 204)))]
pub(in crate::http) async fn log_out(
    State(http): State<Http>,
    State(cx): State<Arc<Context>>,
    actor: Actor,
    caller: Caller,
) -> Result<Response> {
    sessions::log_out(&cx, &actor).await?;
    Ok((forget(&http, &caller), StatusCode::NO_CONTENT).into_response())
}

/// End all of one's sessions.
#[utoipa::path(post, path = "/auth/logout-all", tag = "accounts", responses((status = 204)))]
pub(in crate::http) async fn log_out_everywhere(
    State(http): State<Http>,
    State(cx): State<Arc<Context>>,
    actor: Actor,
    caller: Caller,
) -> Result<Response> {
    sessions::log_out_everywhere(&cx, &actor).await?;
    Ok((forget(&http, &caller), StatusCode::NO_CONTENT).into_response())
}

/// Replace one's password; one's other sessions end.
#[utoipa::path(post, path = "/auth/password", tag = "accounts", responses((status = 204)))]
pub(in crate::http) async fn change_password(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Json(body): Json<PasswordChange>,
) -> Result<StatusCode> {
    sessions::change_password(&cx, &actor, &body.current_password, &body.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Oneself.
#[utoipa::path(get, path = "/auth/me", tag = "accounts", responses((status = 200, body = Me)))]
pub(in crate::http) async fn me(actor: Actor) -> Json<Me> {
    Json(actor.me())
}

/// Change one's profile.
#[utoipa::path(patch, path = "/auth/me", tag = "accounts", responses((status = 200, body = Me)))]
pub(in crate::http) async fn change_me(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Json(body): Json<Profile>,
) -> Result<Json<Me>> {
    let Profile { display_name, email, current_password } = body;
    let change = ProfileChange { display_name, email, current_password };
    Ok(Json(users::change(&cx, &actor, change).await?))
}

/// Delete one's account: one leaves every chat, and what one said stays without a name.
#[utoipa::path(delete, path = "/auth/me", tag = "accounts", responses((status = 204)))]
pub(in crate::http) async fn delete_me(
    State(http): State<Http>,
    State(cx): State<Arc<Context>>,
    actor: Actor,
    caller: Caller,
    Json(body): Json<Goodbye>,
) -> Result<Response> {
    users::delete(&cx, &actor, &body.password).await?;
    Ok((forget(&http, &caller), StatusCode::NO_CONTENT).into_response())
}

/// One's sessions, newest first.
#[utoipa::path(get, path = "/auth/sessions", tag = "accounts", responses((status = 200, body = Vec<Session>)))]
pub(in crate::http) async fn list_sessions(
    State(cx): State<Arc<Context>>,
    actor: Actor,
) -> Result<Json<Vec<Session>>> {
    Ok(Json(sessions::list(&cx, &actor).await?))
}

/// End one of one's sessions.
#[utoipa::path(
    delete, path = "/auth/sessions/{session_id}", tag = "accounts",
    params(("session_id" = SessionId, Path)), responses((status = 204))
)]
pub(in crate::http) async fn end_session(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(session): Id<SessionId>,
) -> Result<StatusCode> {
    sessions::end(&cx, &actor, session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A ticket for one socket: one use, 30 s.
#[utoipa::path(post, path = "/auth/ws-ticket", tag = "accounts", responses((status = 200, body = WsTicket)))]
pub(in crate::http) async fn ws_ticket(
    State(cx): State<Arc<Context>>,
    actor: Actor,
) -> Result<Json<WsTicket>> {
    let sessions::Ticket { ticket, expires_in } = sessions::ticket(&cx, &actor).await?;
    Ok(Json(WsTicket { ticket, expires_in: expires_in.as_secs() }))
}

fn tokens(http: &Http, caller: &Caller, granted: Granted) -> Response {
    let Granted { access_token, expires_in, refresh_token } = granted;
    let body = Json(Token { access_token, token_type: "bearer", expires_in: expires_in.as_secs() });
    match refresh_token {
        Some(token) => (cookie(http, caller, &token, COOKIE_LIFE.as_secs()), body).into_response(),
        None => body.into_response(),
    }
}

type Cookie = AppendHeaders<[(axum::http::HeaderName, String); 1]>;

fn forget(http: &Http, caller: &Caller) -> Cookie {
    cookie(http, caller, "", 0)
}

/// The cookie goes to `/api/auth` and nowhere else: no other request could be forged with it.
fn cookie(http: &Http, caller: &Caller, token: &str, seconds: u64) -> Cookie {
    let secure = http.secure_attribute(caller.https);
    let value = format!(
        "{REFRESH_COOKIE}={token}; Path=/api/auth; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    AppendHeaders([(SET_COOKIE, value)])
}

fn refresh_cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == REFRESH_COOKIE && !value.is_empty()).then_some(value))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::header::COOKIE;

    use super::refresh_cookie;

    #[test]
    fn the_refresh_cookie_is_found_among_others() {
        let found = |lines: &[&str]| {
            let headers = lines.iter().map(|line| (COOKIE, line.parse().unwrap())).collect::<HeaderMap>();
            refresh_cookie(&headers).map(str::to_owned)
        };
        assert_eq!(found(&["a=b; coop_refresh=x_-1; c=d"]).as_deref(), Some("x_-1"));
        assert_eq!(found(&["a=b", "coop_refresh=x"]).as_deref(), Some("x"));
        for without in [&["a=b"][..], &["xcoop_refresh=x"], &["coop_refresh="], &["coop_refresh"], &[]] {
            assert_eq!(found(without), None, "{without:?}");
        }
    }
}
