//! The API's description: built from the routes themselves, with the socket's frames beside them.

use axum::Router;
use axum::extract::Request;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http as HttpScheme, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, Content, PathItem, Ref, RefOr, Required, ResponseBuilder};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::http::state::Http;
use crate::protocol::{ClientFrame, Problem, ServerFrame};

pub(in crate::http) const ADDRESS: &str = "/api/openapi.json";

/// Swagger's page sets styles inline; nothing else is allowed beyond what the page itself brings.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
                           style-src 'self' 'unsafe-inline'; font-src 'self' data:; base-uri 'none'; \
                           frame-ancestors 'none'; form-action 'self'";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Gemini Coop",
        description = "Rooms where groups of people share one AI.\n\n\
            Log in by `POST /api/auth/login` and send the token as `Authorization: Bearer`.\n\n\
            The WebSocket is at `/ws`, opened with `?ticket=` (from `POST /api/auth/ws-ticket`), the same header, \
            or `?token=`. Each frame is one JSON text message: clients send `ClientFrame`, the server sends \
            `ServerFrame`. Unknown fields and unknown server frames are to be ignored.",
        license(name = "MIT", identifier = "MIT")
    ),
    components(schemas(ClientFrame, ServerFrame, Problem)),
    security(("bearer" = [])),
    tags(
        (name = "accounts", description = "Registering, sessions, oneself"),
        (name = "people", description = "Finding people"),
        (name = "chats", description = "Rooms"),
        (name = "participants", description = "Who is in a room"),
        (name = "links", description = "Bringing people into a room by a link"),
        (name = "messages", description = "What is said, and how far it is read"),
        (name = "agents", description = "Participants that are programs"),
        (name = "prompts", description = "Instructions to be put into agents and rooms"),
        (name = "models", description = "What can be asked"),
        (name = "bot", description = "The bot for those who have no socket"),
        (name = "usage", description = "What replies used and cost"),
        (name = "budgets", description = "What may be spent on replies"),
        (name = "audit", description = "What was done, for the server's administrators"),
        (name = "operation", description = "What the server says of itself"),
    )
)]
pub(in crate::http) struct Description;

/// Adds what every operation has: its errors, and how one says who one is.
pub(in crate::http) fn complete(mut api: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let problem = ResponseBuilder::new()
        .description("Anything that did not work; `code` says what, and is the same word on the socket")
        .content("application/problem+json", Content::new(Some(Ref::from_schema_name("Problem"))))
        .build();
    let components = api.components.get_or_insert_default();
    components.responses.insert("Problem".into(), problem.into());
    let http = |scheme| SecurityScheme::Http(HttpScheme::new(scheme));
    components.add_security_scheme("bearer", http(HttpAuthScheme::Bearer));
    components.add_security_scheme("metrics", http(HttpAuthScheme::Bearer));
    let cookie = ApiKey::Cookie(ApiKeyValue::new("coop_refresh"));
    components.add_security_scheme("refresh", SecurityScheme::ApiKey(cookie));
    for operation in api.paths.paths.values_mut().flat_map(operations) {
        // Functions of several modules have the same name; an operation's has to be its own.
        let tag = operation.tags.as_ref().and_then(|tags| tags.first()).cloned().unwrap_or_default();
        operation.operation_id = operation.operation_id.take().map(|name| format!("{tag}_{name}"));
        if let Some(RefOr::T(body)) = &mut operation.request_body
            && may_be_empty(body, components)
        {
            body.required = Some(Required::False);
        }
        let problem = Ref::from_response_name("Problem");
        for (status, response) in &mut operation.responses.responses {
            // OpenAPI 3.1 demands one; where there is nothing to add, the status' own words.
            if let RefOr::T(response) = response
                && response.description.is_empty()
            {
                let words = status.parse().ok().and_then(|status: StatusCode| status.canonical_reason());
                response.description = words.unwrap_or("The answer").into();
            }
        }
        operation.responses.responses.insert("default".into(), problem.into());
    }
    api
}

/// Whether `{}` would do, which is what an absent body is read as.
fn may_be_empty(body: &RequestBody, components: &Components) -> bool {
    body.content.values().all(|content| {
        let RefOr::T(Content { schema: Some(RefOr::Ref(Ref { ref_location, .. })), .. }) = content else {
            return false;
        };
        let name = ref_location.rsplit('/').next().unwrap_or_default();
        matches!(components.schemas.get(name), Some(RefOr::T(Schema::Object(object))) if object.required.is_empty())
    })
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.patch, &mut item.put, &mut item.delete].into_iter().flatten()
}

/// The description as a page, all of it from the binary.
pub(in crate::http) fn docs() -> Router<Http> {
    let config = Config::new([ADDRESS]).validator_url("none");
    Router::from(SwaggerUi::new("/docs").config(config)).layer(from_fn(
        async |request: Request, next: Next| {
            let mut response: Response = next.run(request).await;
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(DOCS_POLICY));
            response
        },
    ))
}
