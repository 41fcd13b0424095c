//! What the kernel says of processes: CPU time, memory, the limit of open files.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use rustix::param::clock_ticks_per_second;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What a process has used so far, and holds now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// In user and kernel mode together, in steps of the kernel's tick (usually 10 ms).
    pub(crate) cpu: Duration,
    pub(crate) resident_bytes: u64,
}

/// Reads the usage of the process `pid` from `/proc`.
///
/// # Errors
/// When there is no such process.
pub(crate) fn usage(pid: u32) -> Result<Usage> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let ticks = cpu_ticks(&stat).context("/proc/…/stat is not as expected")?;
    let resident = resident_kib(&status).context("/proc/…/status is not as expected")?;
    let cpu = Duration::from_secs_f64(ticks as f64 / clock_ticks_per_second() as f64);
    Ok(Usage { cpu, resident_bytes: resident * 1024 })
}

// Fields 14 and 15, counted after the name, which may itself contain spaces and brackets.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn resident_kib(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Raises the limit of open files as far as the system allows; the server inherits it.
///
/// # Errors
/// When the kernel refuses.
pub(crate) fn raise_file_limit() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    Ok(())
}

/// Checks that a process may hold `sockets` and what else it needs.
///
/// # Errors
/// When the limit is too low; says what to set.
pub(crate) fn require_files(sockets: usize) -> Result<()> {
    const OTHERS: u64 = 200;
    let needed = sockets as u64 + OTHERS;
    match getrlimit(Resource::Nofile).current {
        Some(limit) if limit < needed => Err(anyhow!(
            "{sockets} sockets need {needed} open files and the limit is {limit}: raise it, as root, with \
             `prlimit --pid $$ --nofile={needed}:{needed}` in this shell"
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{cpu_ticks, resident_kib};

    #[test]
    fn cpu_time_is_found_behind_any_process_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194304 10 20 30 40 150 25 0 0 20 0 9 0 77 1000 250";
        assert_eq!(cpu_ticks(stat), Some(175));
    }

    #[test]
    fn resident_memory_is_found_among_the_others() {
        assert_eq!(resident_kib("VmHWM:\t  9000 kB\nVmRSS:\t    8192 kB\n"), Some(8192));
        assert_eq!(resident_kib("VmHWM:\t  9000 kB\n"), None);
    }
}
