//! Open files: every connection is one, and many systems begin with 1,024.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Beside connections: the database, the model, logs.
const OTHERS: u64 = 128;

/// How many open files a server with so many connections may need.
pub fn needed(connections: usize) -> u64 {
    u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHERS)
}

/// How many the system would give this process.
pub fn available() -> u64 {
    getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX)
}

/// Asks for `needed` open files, or as many as there are to have, and says how many that became. What is
/// allowed already is never lowered.
pub fn raise(needed: u64) -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let before = limit.current.unwrap_or(u64::MAX);
    let wanted = needed.min(available());
    if wanted <= before {
        return before;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit }) {
        Ok(()) => wanted,
        Err(error) => {
            tracing::warn!(%error, "cannot ask for more open files");
            before
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{available, raise};

    #[test]
    fn open_files_are_raised_as_far_as_they_go_and_never_lowered() {
        let before = raise(0);
        assert!(raise(before.saturating_add(1)) >= before.saturating_add(1).min(available()));
        assert!(raise(1) >= before);
        assert_eq!(raise(u64::MAX), available());
    }
}
