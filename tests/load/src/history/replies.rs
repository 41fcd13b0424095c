//! I6: what anybody was shown of a reply is what is kept of it.

use std::collections::HashMap;

use crate::history::{Line, Violation};

/// Every reply that was shown otherwise than it is kept.
pub(super) fn check(lines: &[Line]) -> Vec<Violation> {
    let kept: HashMap<&str, (&str, &str)> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Kept { id, status, text } => Some((id.as_str(), (status.as_str(), text.as_str()))),
            _ => None,
        })
        .collect();
    lines
        .iter()
        .filter_map(|line| match line {
            Line::Shown { viewer, id, text } => compare(viewer, id, text, kept.get(id.as_str()).copied()),
            _ => None,
        })
        .collect()
}

fn compare(viewer: &str, id: &str, shown: &str, kept: Option<(&str, &str)>) -> Option<Violation> {
    let (viewer, id) = (viewer.to_owned(), id.to_owned());
    let Some((status, kept)) = kept else { return Some(Violation::NotKept { viewer, id }) };
    // A process that dies keeps what it had written down, and had shown up to half a second more.
    let fits = kept.starts_with(shown) || (status == "interrupted" && shown.starts_with(kept));
    (!fits).then_some(Violation::Misquoted { viewer, id, shown: shown.len(), kept: kept.len() })
}
