//! `gemini-coop openapi`.

use anyhow::Context;

use crate::cli::print;
use crate::http;

/// Prints the description of the API, as a running server shows it at `/api/openapi.json`.
pub(super) fn run() -> anyhow::Result<()> {
    print(&http::description().to_pretty_json().context("the description is no JSON")?)
}
