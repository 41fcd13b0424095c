//! `gemini-coop audit`: reads the audit log.
//!
//! Works on the database directly, beside the server if one runs.

use crate::cli::{StorageArgs, print};
use crate::protocol::AuditEntry;
use crate::store::Store;
use crate::telemetry;

/// Lines read at once.
const PAGE: u64 = 500;

/// Prints all of it, the latest first.
pub(super) async fn run(args: StorageArgs) -> anyhow::Result<()> {
    telemetry::init(&args.telemetry)?;
    let store = Store::connect_beside(&args.database).await?;
    let done = show(&store).await;
    store.close().await;
    done
}

async fn show(store: &Store) -> anyhow::Result<()> {
    let mut page = store.audit(None, PAGE).await?;
    while let Some(last) = page.last().map(|entry| entry.id) {
        let lines: Vec<_> = page.iter().map(line).collect();
        print(&lines.join("\n"))?;
        page = store.audit(Some(last), PAGE).await?;
    }
    Ok(())
}

fn line(entry: &AuditEntry) -> String {
    let AuditEntry { at, action, actor, subject, chat_id, detail, from, .. } = entry;
    let action: &str = action.into();
    let actor = actor.as_deref().unwrap_or("-");
    let from = from.map_or_else(|| "-".into(), |address| address.to_string());
    let mut line = format!("{at}  {action:<20} by {actor} from {from}");
    for (word, what) in
        [("on", subject.clone()), ("chat", chat_id.map(|id| id.to_string())), ("with", detail.clone())]
    {
        if let Some(what) = what {
            line += &format!(" {word} {what}");
        }
    }
    line
}
