//! Lets the crate embed `web/dist` whether or not the web app has been built.

use std::fs::{self, File};
use std::io;
use std::time::SystemTime;

/// What `npm run build` makes in `web/`. Git does not know it.
const DIST: &str = "web/dist";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={DIST}");
    // Cargo takes a path that is not there for changed, every time. So there is an empty directory instead; and an
    // old one, because one that is newer than this run would count as changed once more.
    match fs::create_dir(DIST) {
        Ok(()) => File::open(DIST)?.set_modified(SystemTime::UNIX_EPOCH),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
