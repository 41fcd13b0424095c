//! When and where a run was, as a sentence.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use anyhow::Result;

use crate::bench::plan::Thoroughness;

/// Of the run that ends now.
///
/// # Errors
/// When `/proc` is another system's.
pub(crate) fn describe(thoroughness: Thoroughness) -> Result<String> {
    let processors = fs::read_to_string("/proc/cpuinfo")?;
    let memory = fs::read_to_string("/proc/meminfo")?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let load = fs::read_to_string("/proc/loadavg")?;
    let kib: u64 =
        field(&memory, "MemTotal").and_then(|size| size.strip_suffix(" kB")?.parse().ok()).unwrap_or(0);
    Ok(format!(
        "Measured {} at {}, on {} cores of {}, {} GiB of memory, Linux {}, with clients and server beside each other. {} repetitions, \
         {} s a talk; medians. The system's load at the end was {}.",
        jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC"),
        revision(),
        available_parallelism()?,
        field(&processors, "model name").unwrap_or("an unnamed processor"),
        kib / 1024 / 1024,
        kernel.trim(),
        thoroughness.repetitions,
        thoroughness.length.as_secs(),
        load.split(' ').next().unwrap_or_default(),
    ))
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim())
}

fn revision() -> String {
    let output = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let revision = output.ok().filter(|output| output.status.success()).map(|output| output.stdout);
    let revision = revision.and_then(|bytes| String::from_utf8(bytes).ok());
    revision.map_or("an unknown commit".to_owned(), |revision| format!("commit {}", revision.trim()))
}
