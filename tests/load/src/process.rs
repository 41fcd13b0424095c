//! What the kernel says of processes: CPU time, memory, the limit of open files.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What processes have used so far, and hold now.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// In user and kernel mode together, of all threads, also of those that have ended.
    pub(crate) cpu: Duration,
    pub(crate) resident_bytes: u64,
}

/// Reads the usage of the process `pid`.
///
/// # Errors
/// When there is no such process.
pub(crate) fn usage(pid: u32) -> Result<Usage> {
    let pid = pid.try_into()?;
    // `/proc/…/stat` counts in ticks of 10 ms, a tenth of what a short measurement uses.
    let clock = clock_getcpuclockid(Pid::from_raw(pid))?;
    let cpu = clock_gettime(clock)?.into();
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let resident = resident_kib(&status).context("/proc/…/status is not as expected")?;
    Ok(Usage { cpu, resident_bytes: resident * 1024 })
}

/// Reads the usage of all processes in the group `leader` together.
///
/// # Errors
/// When there is no such group.
pub(crate) fn group_usage(leader: u32) -> Result<Usage> {
    let mut sum = usage(leader)?;
    for entry in fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // Processes end while one looks.
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        if pid != leader
            && group(&stat) == Some(leader)
            && let Ok(one) = usage(pid)
        {
            sum.cpu += one.cpu;
            sum.resident_bytes += one.resident_bytes;
        }
    }
    Ok(sum)
}

// Field 5, counted after the name, which may itself contain spaces and brackets.
fn group(stat: &str) -> Option<u32> {
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(2)?.parse().ok()
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
    use super::{group, resident_kib};

    #[test]
    fn a_process_group_is_found_behind_any_process_name() {
        let stat = "7 (a) b (c) S 1 70 7 0 -1 4194304 10 20 30 40 150 25 0 0 20 0 9 0 77 1000 250";
        assert_eq!(group(stat), Some(70));
    }

    #[test]
    fn resident_memory_is_found_among_the_others() {
        assert_eq!(resident_kib("VmHWM:\t  9000 kB\nVmRSS:\t    8192 kB\n"), Some(8192));
        assert_eq!(resident_kib("VmHWM:\t  9000 kB\n"), None);
    }
}
