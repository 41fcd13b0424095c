//! Pages of a list that is asked for by offset.

use axum::extract::FromRequestParts;
use axum::http::header::LINK;
use axum::http::request::Parts;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::http::error::Failure;
use crate::http::extract::{Json, Query, has_more, page_limit};
use crate::http::state::Http;

const DEFAULT_LIMIT: u32 = 100;

/// What of a list is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Page {
    /// How many to leave out at the beginning.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 4_294_967_295_u32)]
    #[serde(default)]
    offset: u32,
    /// 1 to 200, 100 if not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    #[serde(default = "default_limit")]
    limit: u32,
}

fn default_limit() -> u32 {
    DEFAULT_LIMIT
}

impl FromRequestParts<Http> for Page {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, Failure> {
        let Query(page) = Query::<Self>::from_request_parts(parts, http).await?;
        page_limit(Some(page.limit), DEFAULT_LIMIT)?;
        Ok(page)
    }
}

impl Page {
    /// How many are left out.
    pub(in crate::http) fn offset(&self) -> u64 {
        self.offset.into()
    }

    /// How many are to be looked up: one more than are shown, which tells whether there is a next page.
    pub(in crate::http) fn limit(&self) -> u64 {
        u64::from(self.limit) + 1
    }

    /// What was looked up of the list at this address, with links to the pages beside it.
    pub(in crate::http) fn of<T: Serialize>(&self, address: &str, mut found: Vec<T>) -> Response {
        let has_more = has_more(&mut found, self.limit);
        let links = self.links(address, has_more).map(|links| AppendHeaders([(LINK, links)]));
        (links, Json(found)).into_response()
    }

    fn links(&self, address: &str, has_more: bool) -> Option<String> {
        let Self { offset, limit } = *self;
        let link = |offset: u32, rel| format!("<{address}?offset={offset}&limit={limit}>; rel=\"{rel}\"");
        let next = has_more.then(|| link(offset.saturating_add(limit), "next"));
        let prev = (offset > 0).then(|| link(offset.saturating_sub(limit), "prev"));
        let links = next.into_iter().chain(prev).collect::<Vec<_>>();
        (!links.is_empty()).then(|| links.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn further_pages_are_linked_where_there_are_any() {
        let links = |offset, has_more| Page { offset, limit: 100 }.links("/api/chats", has_more);
        assert_eq!(links(0, false), None);
        assert_eq!(links(0, true).unwrap(), r#"</api/chats?offset=100&limit=100>; rel="next""#);
        assert_eq!(
            links(50, true).unwrap(),
            r#"</api/chats?offset=150&limit=100>; rel="next", </api/chats?offset=0&limit=100>; rel="prev""#
        );
    }
}
