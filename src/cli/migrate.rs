//! `gemini-coop migrate`.

use crate::cli::StorageArgs;
use crate::store::Store;
use crate::telemetry;

/// Opens the database as the server would, which brings its schema up to date, and closes it.
pub(super) async fn run(args: StorageArgs) -> anyhow::Result<()> {
    telemetry::init(&args.telemetry)?;
    let store = Store::connect(&args.database).await?;
    println!("The schema of the {} database is up to date.", store.engine());
    store.close().await;
    Ok(())
}
