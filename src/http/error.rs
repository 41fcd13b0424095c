//! Errors as answers: one body for the rules' refusals and the router's own.
//!
//! A handler's error becomes a status with the problem beside it; the outermost layer writes the body, because
//! only it knows the request's id, and gives one to answers that have none.

use axum::Json;
use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::domain::error::Error;
use crate::protocol::{ErrorCode, Problem};

/// What handlers return.
pub(in crate::http) type Result<T> = std::result::Result<T, Failure>;

/// An error on its way out.
#[derive(Debug)]
pub struct Failure(pub Error);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let error = self.0;
        match &error {
            // Logged here and nowhere else; the client learns only that it was our fault.
            Error::Internal(cause) => tracing::error!(error = &**cause, "internal error"),
            Error::Unavailable(cause) => {
                tracing::warn!(error = cause as &dyn std::error::Error, "unavailable")
            }
            _ => {}
        }
        let status = status(error.code());
        let retry_after = error.retry_after();
        let (errors, budget) = (error.fields(), error.budget());
        let problem =
            Problem { errors, retry_after, budget, ..problem(status, error.code(), error.detail()) };
        let mut response = status.into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(problem);
        response
    }
}

/// 503 with a sentence of its own.
pub(in crate::http) fn unavailable(detail: &str) -> Response {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let mut response = status.into_response();
    response.extensions_mut().insert(problem(status, ErrorCode::Unavailable, detail.into()));
    response
}

/// Writes the problem's body into an answer that has a problem, or is an error without one.
pub(in crate::http) fn write_problem(mut response: Response, request_id: &str) -> Response {
    let status = response.status();
    let found = response.extensions_mut().remove::<Problem>();
    // A page says what is wrong itself, and to people.
    let is_page =
        response.headers().get(CONTENT_TYPE).is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
    let is_error = status.is_client_error() || status.is_server_error();
    if found.is_none() && (is_page || !is_error) {
        return response;
    }
    let problem = found.unwrap_or_else(|| of_the_router(status));
    let problem = Problem { request_id: request_id.to_owned(), ..problem };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    let (body, body_headers) = {
        let (head, body) = Json(&problem).into_response().into_parts();
        (body, head.headers)
    };
    parts.headers.extend(body_headers);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    Response::from_parts(parts, Body::new(body))
}

fn problem(status: StatusCode, code: ErrorCode, detail: String) -> Problem {
    Problem {
        kind: "about:blank".into(),
        title: status.canonical_reason().unwrap_or("Error").into(),
        status: status.as_u16(),
        detail,
        code,
        request_id: String::new(),
        errors: Vec::new(),
        retry_after: None,
        budget: None,
    }
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::BadRequest => StatusCode::BAD_REQUEST,
        ErrorCode::ValidationFailed => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Conflict => StatusCode::CONFLICT,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What the router and its layers say by a bare status.
fn of_the_router(status: StatusCode) -> Problem {
    let (code, detail) = match status {
        StatusCode::UNAUTHORIZED => (ErrorCode::Unauthenticated, "log in first"),
        StatusCode::FORBIDDEN => (ErrorCode::Forbidden, "this is not allowed"),
        StatusCode::NOT_FOUND => (ErrorCode::NotFound, "there is nothing at this address"),
        StatusCode::METHOD_NOT_ALLOWED => (ErrorCode::BadRequest, "this address does not take that method"),
        StatusCode::PAYLOAD_TOO_LARGE => (ErrorCode::TooLarge, "the body is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (ErrorCode::BadRequest, "the body must be application/json"),
        StatusCode::SERVICE_UNAVAILABLE => (ErrorCode::Unavailable, "the server took too long, try again"),
        status if status.is_client_error() => (ErrorCode::BadRequest, "the request is not understood"),
        _ => (ErrorCode::Internal, "something went wrong on the server"),
    };
    problem(status, code, detail.into())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::to_bytes;
    use axum::http::StatusCode;
    use axum::response::IntoResponse;

    use super::{Failure, write_problem};
    use crate::domain::error::Error;
    use crate::protocol::{ErrorCode, Problem};

    async fn answer(response: impl IntoResponse) -> (axum::http::HeaderMap, Problem) {
        let response = write_problem(response.into_response(), "r-1");
        let headers = response.headers().clone();
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (headers, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn every_refusal_has_its_status_and_its_code() {
        let cause = || Box::new(std::io::Error::other("the password is hunter2"));
        for (error, status, code) in [
            (Error::BadRequest("x"), 400, ErrorCode::BadRequest),
            (Error::invalid("f", "m"), 422, ErrorCode::ValidationFailed),
            (Error::Unauthenticated("x"), 401, ErrorCode::Unauthenticated),
            (Error::Forbidden("x"), 403, ErrorCode::Forbidden),
            (Error::NotFound("x"), 404, ErrorCode::NotFound),
            (Error::Conflict("x"), 409, ErrorCode::Conflict),
            (Error::Taken("x"), 409, ErrorCode::Conflict),
            (Error::TooLarge("x"), 413, ErrorCode::TooLarge),
            (Error::RateLimited { retry_after: Duration::from_millis(1_200) }, 429, ErrorCode::RateLimited),
            (Error::Internal(cause()), 500, ErrorCode::Internal),
        ] {
            let (headers, problem) = answer(Failure(error)).await;
            assert_eq!((problem.status, problem.code), (status, code));
            assert_eq!(headers["content-type"], "application/problem+json");
            assert_eq!(problem.request_id, "r-1");
            assert!(!problem.detail.contains("hunter2"));
            assert_eq!(headers.contains_key("www-authenticate"), status == 401);
            assert_eq!(
                headers.get("retry-after").map(|value| value.to_str().unwrap()),
                (status == 429).then_some("2")
            );
        }
        let (_, problem) = answer(Failure(Error::invalid("name", "must not be empty"))).await;
        assert_eq!(problem.errors[0].field, "name");
    }

    #[tokio::test]
    async fn the_routers_own_errors_look_the_same() {
        for status in [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED, StatusCode::SERVICE_UNAVAILABLE]
        {
            let (headers, problem) = answer((status, "plain text of somebody else's")).await;
            assert_eq!(problem.status, status.as_u16());
            assert_eq!(headers["content-type"], "application/problem+json");
        }
        let fine = write_problem((StatusCode::OK, "text").into_response(), "r-1");
        assert_eq!(to_bytes(fine.into_body(), 100).await.unwrap(), "text");
    }
}
