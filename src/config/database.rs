//! Where the data lives.

use std::path::PathBuf;

use clap::Args;

/// The database and the data directory.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Storage")]
pub struct DatabaseConfig {
    /// Directory for the SQLite database and the server's secret
    #[arg(long, env = "DATA_DIR", default_value = "./data", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// `postgres://…` or `sqlite://…`; SQLite in the data directory if not given
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Start although the database may lose acknowledged messages at a power cut
    #[arg(long, env = "ALLOW_WEAK_DURABILITY")]
    pub allow_weak_durability: bool,
}
