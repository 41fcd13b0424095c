//! Who is measured, and how each is started.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::bench::contestant::coop::Coop;
use crate::bench::contestant::other::{Other, Protocol};
use crate::bench::contestant::{Contestant, nats, plain, socketio, xmpp};

/// Somebody who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Ours,
    /// With its data in memory, where a flush costs nothing: for a comparison with those that do not flush.
    OursUnflushed,
    Relay(Keeps),
    Peer(Peer),
}

/// What the relay does with a message before it passes it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeps {
    Nothing,
    /// SQLite with `synchronous=FULL`, as the server does.
    Full,
    /// SQLite with `synchronous=NORMAL`: a power cut may lose what was passed on.
    Normal,
}

/// Other servers, by the names that `scripts/peers` gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    Socketio,
    SocketioSqlite,
    Fastapi,
    Socketify,
    Nats,
    Ejabberd,
    EjabberdArchive,
}

/// What contestants are started with.
pub(crate) struct Programs {
    pub(crate) server: PathBuf,
    /// `scripts/peers`
    pub(crate) peers: Option<PathBuf>,
}

impl Who {
    const OWN: [Self; 5] = [
        Self::Ours,
        Self::OursUnflushed,
        Self::Relay(Keeps::Nothing),
        Self::Relay(Keeps::Full),
        Self::Relay(Keeps::Normal),
    ];

    /// Everybody, in the order of the tables.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Self::OWN.into_iter().chain(Peer::ALL.into_iter().map(Self::Peer))
    }

    /// Whether it keeps messages, and is somebody else's.
    pub(crate) fn is_storing_peer(self) -> bool {
        matches!(self, Self::Peer(Peer::SocketioSqlite | Peer::Fastapi | Peer::EjabberdArchive))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "Gemini Coop",
            Self::OursUnflushed => "Gemini Coop, data in memory",
            Self::Relay(Keeps::Nothing) => "bare relay",
            Self::Relay(Keeps::Full) => "relay + SQLite FULL",
            Self::Relay(Keeps::Normal) => "relay + SQLite NORMAL",
            Self::Peer(Peer::Socketio) => "socket.io",
            Self::Peer(Peer::SocketioSqlite) => "socket.io + SQLite NORMAL",
            Self::Peer(Peer::Fastapi) => "FastAPI + SQLAlchemy + SQLite",
            Self::Peer(Peer::Socketify) => "uWebSockets (socketify)",
            Self::Peer(Peer::Nats) => "NATS core",
            Self::Peer(Peer::Ejabberd) => "ejabberd MUC",
            Self::Peer(Peer::EjabberdArchive) => "ejabberd MUC + archive",
        }
    }

    /// Starts it with its data in `folder`.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn start(self, programs: &Programs, folder: &Path) -> Result<Box<dyn Contestant>> {
        Ok(match self {
            Self::Ours | Self::OursUnflushed => Box::new(Coop::start(&programs.server, folder, None)?),
            Self::Relay(keeps) => {
                let binary = std::env::current_exe()?.with_file_name("relay");
                Box::new(Other::start(
                    &binary,
                    folder,
                    |port| keeps.arguments(port, folder),
                    plain::PROTOCOL,
                )?)
            }
            Self::Peer(peer) => {
                let script = programs.peers.as_ref().context("peers are started by scripts/peers")?;
                let arguments = |port: u16| {
                    ["run", peer.name(), &port.to_string(), &folder.display().to_string()]
                        .map(str::to_owned)
                        .into()
                };
                Box::new(Other::start(script, folder, arguments, peer.protocol())?)
            }
        })
    }

    /// Where its data lies while it is measured.
    ///
    /// # Errors
    /// When there is no place.
    pub(crate) fn folder(self) -> Result<TempDir> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("coop-bench-");
        Ok(match self {
            Self::OursUnflushed => builder.tempdir_in("/dev/shm")?,
            _ => builder.tempdir()?,
        })
    }
}

impl Programs {
    /// Everybody who can be started here.
    ///
    /// # Errors
    /// When the script fails.
    pub(crate) fn contestants(&self) -> Result<Vec<Who>> {
        let mut all = Who::OWN.to_vec();
        if let Some(script) = &self.peers {
            // Its standard error, with the reasons of those that are missing, is for the reader.
            let list = Command::new(script).arg("list").stderr(Stdio::inherit()).output()?;
            if !list.status.success() {
                bail!("{} list ended with {}", script.display(), list.status);
            }
            let names = String::from_utf8(list.stdout)?;
            let there = |peer: &Peer| names.lines().any(|name| name == peer.name());
            all.extend(Peer::ALL.into_iter().filter(there).map(Who::Peer));
        }
        Ok(all)
    }
}

impl Keeps {
    fn arguments(self, port: u16, folder: &Path) -> Vec<String> {
        let mut arguments = vec![format!("--port={port}")];
        if self != Self::Nothing {
            arguments.push(format!("--database={}", folder.join("relay.db").display()));
        }
        if self == Self::Normal {
            arguments.push("--synchronous=normal".to_owned());
        }
        arguments
    }
}

impl Peer {
    const ALL: [Self; 7] = [
        Self::Socketio,
        Self::SocketioSqlite,
        Self::Fastapi,
        Self::Socketify,
        Self::Nats,
        Self::Ejabberd,
        Self::EjabberdArchive,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Socketio => "socketio",
            Self::SocketioSqlite => "socketio-sqlite",
            Self::Fastapi => "fastapi",
            Self::Socketify => "socketify",
            Self::Nats => "nats",
            Self::Ejabberd => "ejabberd",
            Self::EjabberdArchive => "ejabberd-archive",
        }
    }

    fn protocol(self) -> Protocol {
        match self {
            Self::Socketio | Self::SocketioSqlite => socketio::PROTOCOL,
            Self::Fastapi | Self::Socketify => plain::PROTOCOL,
            Self::Nats => nats::PROTOCOL,
            Self::Ejabberd | Self::EjabberdArchive => xmpp::PROTOCOL,
        }
    }
}
