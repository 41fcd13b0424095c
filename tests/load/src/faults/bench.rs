//! What every clause is given: a server of its own, chance that can be repeated, and how much to do.

use std::process::Command;

use anyhow::{Context, Result};
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::faults::finding::CannotRun;
use crate::server::Settings;

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// At every push.
    Short,
    /// For the document.
    Long,
}

impl Form {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
        }
    }
}

/// The bench.
pub(super) struct Bench {
    settings: Settings,
    form: Form,
    seed: u64,
}

impl Bench {
    pub(super) fn new(settings: Settings, form: Form, seed: u64) -> Self {
        Self { settings, form, seed }
    }

    /// A server of a clause's own, which takes messages as fast as it can.
    pub(super) fn settings(&self, name: &str) -> Result<Settings> {
        let settings = self.settings.apart(name)?;
        Ok(settings
            .limit("messages-per-second", 100_000)
            .limit("messages-burst", 100_000)
            .limit("sockets-per-person", 1_000))
    }

    /// By the form.
    pub(super) fn pick<T>(&self, short: T, long: T) -> T {
        match self.form {
            Form::Short => short,
            Form::Long => long,
        }
    }

    pub(super) fn form(&self) -> Form {
        self.form
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// Chance, the same for the same seed.
    pub(super) fn rng(&self) -> StdRng {
        StdRng::seed_from_u64(self.seed)
    }
}

/// Says that a program is missing, before anything is begun with it.
pub(super) fn require_program(name: &str) -> Result<()> {
    let found = Command::new("sh").args(["-c", &format!("command -v {name}")]).output()?.status.success();
    if found { Ok(()) } else { Err(CannotRun(format!("{name} is not installed")).into()) }
}

/// Says that this takes the rights of root.
pub(super) fn require_root() -> Result<()> {
    if rustix::process::geteuid().is_root() { Ok(()) } else { Err(CannotRun("it takes root".into()).into()) }
}

/// Runs a command to its end; what it wrote.
pub(super) fn command(words: &[&str]) -> Result<String> {
    let (program, arguments) = words.split_first().context("a command has a name")?;
    let output = Command::new(program).args(arguments).output().with_context(|| (*program).to_owned())?;
    anyhow::ensure!(
        output.status.success(),
        "{}: {}",
        words.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
