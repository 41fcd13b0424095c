//! A PostgreSQL of a clause's own, which can be stopped, killed, held and started with other settings.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::faults::bench::command;
use crate::faults::finding::CannotRun;

/// As in `scripts/services`: durability stays on.
const SETTINGS: &str = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = on\n\
                        max_connections = 100\nlc_messages = 'C'\n";
const OLDEST: u32 = 15;
/// How often, and how long in between, it is looked whether killed processes are gone.
const LOOKS: usize = 500;
const LOOK: Duration = Duration::from_millis(10);

/// A cluster; it ends with this value.
pub(super) struct Cluster {
    programs: PathBuf,
    place: PathBuf,
    port: u16,
}

impl Cluster {
    /// A new one in a directory that everybody may enter.
    ///
    /// # Errors
    /// [`CannotRun`] where PostgreSQL is not installed.
    pub(super) fn create(place: &Path) -> Result<Self> {
        let programs =
            programs().ok_or_else(|| CannotRun("PostgreSQL 15 or later is not installed".into()))?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let cluster = Self { programs, place: place.to_owned(), port };
        if rustix::process::geteuid().is_root() {
            command(&["chown", "postgres", &place.display().to_string()])?;
        }
        let data = cluster.data();
        cluster
            .run("initdb", &["-D", &data, "-U", "coop", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])?;
        let path = place.join("data/postgresql.conf");
        let text = fs::read_to_string(&path)?;
        fs::write(path, text + SETTINGS)?;
        Ok(cluster)
    }

    /// Its address.
    pub(super) fn url(&self) -> String {
        format!("postgres://coop@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it, with further settings for this time (`-c name=value`).
    pub(super) fn start(&self, settings: &str) -> Result<()> {
        let (data, log) = (self.data(), self.place.join("log").display().to_string());
        // Only this value starts and kills it, so what an earlier life left is stale. PostgreSQL could not know: where nobody
        // waits for orphans, or another process has the number, the one named there seems to live.
        let _ = fs::remove_file(self.place.join("data/postmaster.pid"));
        let options = format!("-p {} {settings}", self.port);
        self.run("pg_ctl", &["-D", &data, "-l", &log, "-o", &options, "-s", "-w", "start"])
    }

    /// Restarts it as an operator does, by one of its modes.
    pub(super) fn restart(&self, mode: &str) -> Result<()> {
        self.run("pg_ctl", &["-D", &self.data(), "-m", mode, "-s", "-w", "restart"])
    }

    /// Sends a signal to every process of it at once.
    pub(super) fn signal(&self, signal: Signal) -> Result<()> {
        for pid in self.processes()? {
            // One that has just ended is as good as signalled.
            let _ = kill_process(pid, signal);
        }
        Ok(())
    }

    /// Kills every process of it, and waits until none is left that could hold its memory.
    pub(super) fn kill(&self) -> Result<()> {
        // Held first, so that none is born meanwhile.
        self.signal(Signal::STOP)?;
        let processes = self.processes()?;
        self.signal(Signal::KILL)?;
        for _ in 0..LOOKS {
            if processes.iter().all(|pid| !is_alive(*pid)) {
                return Ok(());
            }
            std::thread::sleep(LOOK);
        }
        bail!("PostgreSQL's processes do not end")
    }

    fn processes(&self) -> Result<Vec<Pid>> {
        let file = fs::read_to_string(self.place.join("data/postmaster.pid"))?;
        let postmaster = file.lines().next().context("an empty postmaster.pid")?;
        let children = fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children"))?;
        let all = std::iter::once(postmaster).chain(children.split_whitespace());
        all.map(|pid| Pid::from_raw(pid.parse()?).context("a process has a number")).collect()
    }

    fn data(&self) -> String {
        self.place.join("data").display().to_string()
    }

    // PostgreSQL refuses to run as root.
    fn run(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let program = self.programs.join(program).display().to_string();
        let as_other = ["runuser", "-u", "postgres", "--"];
        let before: &[&str] = if rustix::process::geteuid().is_root() { &as_other } else { &[] };
        let words: Vec<&str> =
            before.iter().copied().chain([program.as_str()]).chain(arguments.iter().copied()).collect();
        let log = self.place.join("commands");
        // Into a file: a cluster that goes on would keep a pipe open, which we would read for ever.
        let output = fs::File::create(&log)?;
        let status = Command::new(words[0])
            .args(&words[1..])
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .status()?;
        anyhow::ensure!(
            status.success(),
            "{}: {}",
            words.join(" "),
            fs::read_to_string(&log)? + &fs::read_to_string(self.place.join("log")).unwrap_or_default()
        );
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // One that does not run is as wanted.
        let _ = self.kill();
    }
}

/// One that has ended and was not waited for holds nothing any more.
fn is_alive(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

/// The programs of the newest release that will do.
fn programs() -> Option<PathBuf> {
    let releases = fs::read_dir("/usr/lib/postgresql").ok()?;
    let newest =
        releases.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max()?;
    (newest >= OLDEST).then(|| format!("/usr/lib/postgresql/{newest}/bin").into())
}
