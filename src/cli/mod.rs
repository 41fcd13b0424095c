//! Commands: what the operator types.
//!
//! Results go to standard output, complaints to standard error, both for people. Exit codes: 0 done, 1 it
//! failed, 2 it was asked wrongly.

mod audit;
mod backup;
mod doctor;
mod migrate;
mod openapi;
mod password;
mod serve;
mod user;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::database::DatabaseConfig;
use crate::config::telemetry::TelemetryConfig;
use crate::config::{self, Config};

/// A file in the working directory whose lines count as environment.
const ENV_FILE: &str = ".env";

/// Self-hosted chat rooms where groups of people share one AI
#[derive(Parser)]
#[command(name = "gemini-coop", version, subcommand_required = true)]
#[command(override_usage = "gemini-coop [COMMAND] [OPTIONS]")]
#[command(after_help = "Without a command it serves. Options can also be given as environment variables or \
                        in a file .env in the working directory; a flag goes before the environment, the \
                        environment before .env. `gemini-coop serve --help` lists them all.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What was asked for.
#[derive(Subcommand)]
pub enum Command {
    /// Serve rooms until told to stop (the default)
    Serve(Box<Config>),
    /// Add people and change what they may do
    #[command(subcommand)]
    User(user::Action),
    /// Print the audit log, the latest first: who did what, when and from where
    Audit(StorageArgs),
    /// Bring the database's schema up to date; `serve` does it by itself
    Migrate(StorageArgs),
    /// Copy the SQLite database and the server's secret into a new directory, while a server runs or not
    Backup(backup::Args),
    /// Put a backup where there is no database yet; everybody has to log in again
    Restore(backup::Args),
    /// Check whether the server can run here, and say what to do
    Doctor(Box<Config>),
    /// Print the description of the API (OpenAPI 3.1)
    Openapi,
}

/// The options of a command that needs no more than the database.
#[derive(Args)]
pub struct StorageArgs {
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    telemetry: TelemetryConfig,
}

/// Reads `.env` and then `arguments`, the program's name first. What is wrong, and help that was asked
/// for, has been printed when this returns an exit code. Must run before other threads do.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, ExitCode> {
    load_env_file(Path::new(ENV_FILE)).map_err(|reason| refuse(&reason))?;
    let plain = Cli::command();
    let parsed = config::without_empty_variables(plain.clone())
        .try_get_matches_from(with_default_command(&plain, arguments))
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let command = match parsed {
        Ok(cli) => cli.command,
        Err(error) => {
            if let Some(reason) = config::refusal(&plain, &error) {
                return Err(refuse(&reason));
            }
            // Nothing can be done about a standard output that is closed.
            let _printed = error.print();
            return Err(ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)));
        }
    };
    if let Command::Serve(config) | Command::Doctor(config) = &command {
        config.check().map_err(|reason| refuse(&reason))?;
    }
    Ok(command)
}

/// Does it.
pub async fn run(command: Command) -> ExitCode {
    let done = match command {
        Command::Serve(config) => Box::pin(serve::run(*config)).await.map(|()| ExitCode::SUCCESS),
        Command::User(action) => Box::pin(user::run(action)).await.map(|()| ExitCode::SUCCESS),
        Command::Audit(args) => Box::pin(audit::run(args)).await.map(|()| ExitCode::SUCCESS),
        Command::Migrate(args) => Box::pin(migrate::run(args)).await.map(|()| ExitCode::SUCCESS),
        Command::Backup(args) => Box::pin(backup::back_up(args)).await.map(|()| ExitCode::SUCCESS),
        Command::Restore(args) => Box::pin(backup::restore(args)).await.map(|()| ExitCode::SUCCESS),
        Command::Openapi => openapi::run().map(|()| ExitCode::SUCCESS),
        Command::Doctor(config) => Ok(Box::pin(doctor::run(*config)).await),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// Prints a long result. A reader that has seen enough (`| head`) is no failure.
fn print(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn refuse(reason: &str) -> ExitCode {
    eprintln!("error: {reason}");
    ExitCode::from(2)
}

/// What is in the environment already stays. A line that cannot be read is told by its name alone: the
/// rest of it may be a secret.
fn load_env_file(path: &Path) -> Result<(), String> {
    match dotenvy::from_path(path) {
        Ok(()) => Ok(()),
        Err(error) if error.not_found() => Ok(()),
        Err(dotenvy::Error::LineParse(line, _)) => {
            let name = line.split('=').next().unwrap_or_default().trim();
            Err(format!(
                "{}: the line of {name:?} cannot be read: a value with spaces or $ stands in single quotes",
                path.display()
            ))
        }
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

/// `gemini-coop --port 9000` is `gemini-coop serve --port 9000`.
fn with_default_command(
    command: &clap::Command,
    arguments: impl IntoIterator<Item = OsString>,
) -> Vec<OsString> {
    let mut arguments: Vec<_> = arguments.into_iter().collect();
    let names_no_command = match arguments.get(1).and_then(|first| first.to_str()) {
        None => arguments.len() < 2,
        Some("-h" | "--help" | "-V" | "--version") => false,
        Some(first) => first.starts_with('-') && command.find_subcommand(first).is_none(),
    };
    if names_no_command {
        arguments.insert(1.min(arguments.len()), "serve".into());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::CommandFactory;

    use super::{Cli, load_env_file, with_default_command};

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn serving_is_the_default() {
        for (typed, meant) in [
            ("gemini-coop", "gemini-coop serve"),
            ("gemini-coop --port 9000", "gemini-coop serve --port 9000"),
            ("gemini-coop serve --port 9000", "gemini-coop serve --port 9000"),
            ("gemini-coop --help", "gemini-coop --help"),
            ("gemini-coop --version", "gemini-coop --version"),
            ("gemini-coop doctor", "gemini-coop doctor"),
            ("gemini-coop nonsense", "gemini-coop nonsense"),
        ] {
            let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
            assert_eq!(with_default_command(&Cli::command(), words(typed)), words(meant));
        }
    }

    #[test]
    fn a_broken_env_file_is_told_without_its_values() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".env");
        assert_eq!(load_env_file(&path), Ok(()));
        std::fs::write(&path, "JWT_SECRET='hunter2 hunter2\n").unwrap();
        let reason = load_env_file(&path).unwrap_err();
        assert!(reason.contains("JWT_SECRET") && !reason.contains("hunter2"), "{reason}");
    }
}
