//! The REST edge: credentials become an `Actor`, requests become calls of `domain`, errors become problems.
//!
//! This page is the table of contents. No SQL, no policy and no fan-out here.

mod agents;
mod audit;
mod bot;
mod branches;
mod budgets;
pub mod caller;
mod catch_up;
mod chats;
mod csv;
mod errand;
pub mod error;
pub mod extract;
mod health;
mod links;
mod listener;
mod members;
mod messages;
mod models;
mod observe;
mod openapi;
mod page;
mod prompts;
mod replies;
mod session;
pub mod state;
mod usage;
mod users;
pub mod web;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LINK, LOCATION, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::get;
use tower_http::cors::CorsLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::openapi::Description;
use crate::http::state::Http;

/// The whole edge. `sockets` is the route of the floor above, which shares the layers.
pub fn router(http: Http, sockets: Router<Http>) -> Router {
    let (described, api) = routes().split_for_parts();
    let description = openapi::complete(api).to_json().expect("the description is plain data");
    let description = get(async move || ([(CONTENT_TYPE, "application/json")], description).into_response());
    described
        .route(openapi::ADDRESS, description)
        .route("/", get(web::index))
        .merge(openapi::docs())
        .merge(sockets)
        .fallback(web::other)
        .layer(DefaultBodyLimit::max(http.0.cx.limits.frame_bytes))
        .layer(cors(&http))
        .layer(from_fn_with_state(http.clone(), observe::observe))
        .with_state(http)
}

/// The description of the API, from the same routes.
pub fn description() -> utoipa::openapi::OpenApi {
    openapi::complete(routes().into_openapi())
}

fn routes() -> OpenApiRouter<Http> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .nest("/api", api())
}

fn api() -> OpenApiRouter<Http> {
    OpenApiRouter::new()
        .routes(routes!(health::limits))
        .routes(routes!(session::set_up))
        .routes(routes!(session::register))
        .routes(routes!(session::log_in))
        .routes(routes!(session::refresh))
        .routes(routes!(session::log_out))
        .routes(routes!(session::log_out_everywhere))
        .routes(routes!(session::change_password))
        .routes(routes!(session::me, session::change_me, session::delete_me))
        .routes(routes!(session::list_sessions))
        .routes(routes!(session::end_session))
        .routes(routes!(session::ws_ticket))
        .routes(routes!(users::search))
        .routes(routes!(chats::create, chats::list))
        .routes(routes!(chats::get, chats::change, chats::delete))
        .routes(routes!(chats::prefer))
        .routes(routes!(branches::branch))
        .routes(routes!(members::invite))
        .routes(routes!(members::list))
        .routes(routes!(members::set_role, members::remove))
        .routes(routes!(members::leave))
        .routes(routes!(links::create, links::list))
        .routes(routes!(links::revoke))
        .routes(routes!(links::preview))
        .routes(routes!(links::accept))
        .routes(routes!(messages::page, messages::post))
        .routes(routes!(messages::get, messages::edit, messages::delete))
        .routes(routes!(messages::retry))
        .routes(routes!(messages::context))
        .routes(routes!(messages::revisions))
        .routes(routes!(replies::go_on))
        .routes(routes!(replies::versions))
        .routes(routes!(replies::queue, replies::set_queue))
        .routes(routes!(messages::mark_read))
        .routes(routes!(messages::read_receipts))
        .routes(routes!(agents::create, agents::list))
        .routes(routes!(agents::get, agents::change, agents::delete))
        .routes(routes!(prompts::create, prompts::list))
        .routes(routes!(prompts::change, prompts::delete))
        .routes(routes!(models::list))
        .routes(routes!(models::embed))
        .routes(routes!(bot::ask))
        .routes(routes!(catch_up::tell))
        .routes(routes!(bot::begin))
        .routes(routes!(bot::run, bot::cancel))
        .routes(routes!(usage::my_stats))
        .routes(routes!(usage::my_history))
        .routes(routes!(usage::room_stats))
        .routes(routes!(usage::room_history))
        .routes(routes!(usage::all_stats))
        .routes(routes!(usage::all_history))
        .routes(routes!(budgets::mine))
        .routes(routes!(budgets::of_room, budgets::set_for_room))
        .routes(routes!(budgets::of_person, budgets::set_for_person))
        .routes(routes!(budgets::of_server, budgets::set_for_server))
        .routes(routes!(audit::page))
}

/// Other origins' pages, exactly those that the operator named; without any, browsers keep all of them out.
fn cors(http: &Http) -> CorsLayer {
    let listed =
        http.0.auth.cors_origins.iter().filter_map(|origin| HeaderValue::from_str(origin.as_str()).ok());
    CorsLayer::new()
        .allow_origin(listed.collect::<Vec<_>>())
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, HeaderName::from_static("idempotency-key")])
        .expose_headers([LINK, LOCATION, RETRY_AFTER, HeaderName::from_static("x-request-id")])
        .max_age(Duration::from_secs(600))
}
