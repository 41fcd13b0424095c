//! A program that is measured: started on a free port in a process group of its own, ended with all that it started.

use std::fs::File;
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::process::{self, Usage};
use crate::server::free_port;

/// Longest time from start to listening.
const START_PATIENCE: Duration = Duration::from_secs(60);
const START_STEP: Duration = Duration::from_millis(5);

/// A running program.
pub(crate) struct Program {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Program {
    /// Starts `binary` with the arguments for a port, in `folder`, and waits until it listens.
    ///
    /// # Errors
    /// When it ends, or does not listen in time.
    pub(crate) fn start(
        binary: &Path,
        folder: &Path,
        arguments: impl FnOnce(u16) -> Vec<String>,
    ) -> Result<Self> {
        let port = free_port()?;
        let log = folder.join("program.log");
        let output = File::create(&log)?;
        let mut command = Command::new(binary);
        command.args(arguments(port)).current_dir(folder).process_group(0);
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let child = command.spawn().with_context(|| format!("cannot start {}", binary.display()))?;
        let mut program = Self { child, port, log };
        program.wait_until_it_listens()?;
        Ok(program)
    }

    fn wait_until_it_listens(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended at its start: {status}\n{}", self.last_words());
            }
            if Instant::now() > deadline {
                bail!("it did not listen within {START_PATIENCE:?}\n{}", self.last_words());
            }
            std::thread::sleep(START_STEP);
        }
        Ok(())
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What all its processes have used.
    ///
    /// # Errors
    /// When it is gone.
    pub(crate) fn usage(&self) -> Result<Usage> {
        process::group_usage(self.child.id()).with_context(|| format!("it is gone\n{}", self.last_words()))
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // A group that is gone already is as wanted.
        if let Some(group) = Pid::from_raw(self.child.id() as i32) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}
