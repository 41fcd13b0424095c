//! Tables as CSV (RFC 4180), for spreadsheets.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// Whether the request asks for CSV.
pub(in crate::http) fn is_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kinds = accepted.split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
    kinds.into_iter().any(|kind| kind.eq_ignore_ascii_case("text/csv"))
}

/// A table's answer.
pub(in crate::http) fn answer<const N: usize>(
    titles: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Response {
    let mut text = line(titles.map(str::to_owned));
    rows.for_each(|row| text.push_str(&line(row)));
    ([(CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response()
}

/// An optional cell; empty where there is nothing.
pub(in crate::http) fn cell<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn line<const N: usize>(cells: [String; N]) -> String {
    let mut line = cells.map(|cell| quoted(&cell)).join(",");
    line.push_str("\r\n");
    line
}

/// A spreadsheet takes what begins with these for a formula, and a model's name is whatever its provider says: an
/// apostrophe before it makes it text.
fn quoted(cell: &str) -> String {
    let number = cell.parse::<i64>().is_ok();
    let is_formula = !number && cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let apostrophe = if is_formula { "'" } else { "" };
    if is_formula || cell.contains([',', '"', '\r', '\n']) {
        return format!("\"{apostrophe}{}\"", cell.replace('"', "\"\""));
    }
    cell.to_owned()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::header::ACCEPT;

    use super::{is_wanted, line};

    #[test]
    fn no_cell_is_a_formula_and_none_ends_early() {
        let cells =
            ["=1+2", "+cmd|x", "-3", "-x", "@SUM(A1)", "\t=1", "a,b", "say \"hi\"", "two\nlines", "plain"];
        let expected = "\"'=1+2\",\"'+cmd|x\",-3,\"'-x\",\"'@SUM(A1)\",\"'\t=1\",\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",plain\r\n";
        assert_eq!(line(cells.map(str::to_owned)), expected);
    }

    #[test]
    fn csv_is_for_whoever_accepts_it() {
        let accepts = |value: &str| is_wanted(&HeaderMap::from_iter([(ACCEPT, value.parse().unwrap())]));
        assert!(accepts("text/csv") && accepts("application/json;q=0.1, Text/CSV; charset=utf-8"));
        assert!(!accepts("*/*") && !accepts("application/json") && !is_wanted(&HeaderMap::new()));
    }
}
