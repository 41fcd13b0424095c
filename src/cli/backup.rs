//! `gemini-coop backup` and `gemini-coop restore`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::StorageArgs;
use crate::config::auth::SECRET_FILE;
use crate::store::backup;
use crate::telemetry;

/// The server's data and the backup's place.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    storage: StorageArgs,
    /// The backup's directory
    #[arg(value_name = "BACKUP")]
    directory: PathBuf,
}

/// Makes the directory, which then looks like a data directory.
pub(super) async fn back_up(Args { storage, directory }: Args) -> anyhow::Result<()> {
    telemetry::init(&storage.telemetry)?;
    backup::back_up(&storage.database, &directory).await?;
    copy_secret(&storage.database.data_dir, &directory)?;
    println!("The backup is in {}.", directory.display());
    Ok(())
}

/// Puts database and secret into the data directory.
pub(super) async fn restore(Args { storage, directory }: Args) -> anyhow::Result<()> {
    telemetry::init(&storage.telemetry)?;
    backup::restore(&storage.database, &directory).await?;
    copy_secret(&directory, &storage.database.data_dir)?;
    println!("The backup is restored. Everybody has to log in again.");
    Ok(())
}

/// The key of invite links goes with the links. There is no such file where the key is a setting.
fn copy_secret(from: &Path, to: &Path) -> anyhow::Result<()> {
    let (source, target) = (from.join(SECRET_FILE), to.join(SECRET_FILE));
    // Its rights, for nobody else's eyes, are copied with it.
    match fs::copy(&source, &target) {
        Ok(_) => Ok(fs::File::open(&target)?.sync_all()?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot copy {}", source.display())),
    }
}
