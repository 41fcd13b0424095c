//! Where the data lives.

use std::fmt;
use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;
use url::Url;

/// The database and the data directory.
#[derive(Args, Clone)]
#[command(next_help_heading = "Storage")]
pub struct DatabaseConfig {
    /// Directory for the SQLite database and the server's secret
    #[arg(long, env = "DATA_DIR", default_value = "./data", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// `postgres://…` or `sqlite://…`; SQLite in the data directory if not given
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, value_parser = database_url)]
    pub database_url: Option<String>,
    /// Start although the database may lose acknowledged messages at a power cut
    #[arg(long, env = "ALLOW_WEAK_DURABILITY", value_parser = BoolishValueParser::new())]
    pub allow_weak_durability: bool,
}

// The address of a database may hold its password.
impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseConfig")
            .field("data_dir", &self.data_dir)
            .field("database_url", &self.database_url.as_ref().map(|_| "[REDACTED]"))
            .field("allow_weak_durability", &self.allow_weak_durability)
            .finish()
    }
}

fn database_url(text: &str) -> Result<String, &'static str> {
    let postgres = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    if !postgres && !text.starts_with("sqlite:") {
        return Err("it must begin with postgres:// or sqlite://");
    }
    // Looked at here because the driver's complaint would repeat the password.
    if postgres && Url::parse(text).is_err() {
        return Err("it must look like postgres://user:password@host:port/database, and in the password \
                    characters such as / and @ are written %2F and %40");
    }
    Ok(text.to_owned())
}
