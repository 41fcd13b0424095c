//! A disk that can be taken away between two breaths: ext4 in a file on a loop device, and small ones in memory.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::faults::bench::{command, require_program, require_root};
use crate::faults::finding::CannotRun;

/// A mounted file system whose image holds only what really reached the disk.
pub(super) struct Disk {
    image: PathBuf,
    mount: PathBuf,
    device: Option<String>,
}

impl Disk {
    /// A new one of so many MiB, with its mount point in `place`.
    ///
    /// # Errors
    /// [`CannotRun`] where this user or this kernel has no loop devices.
    pub(super) fn create(place: &Path, mebibytes: u32) -> Result<Self> {
        require_root()?;
        require_program("losetup")?;
        require_program("mkfs.ext4")?;
        let (image, mount) = (place.join("power-0.img"), place.join("disk"));
        fs::create_dir_all(&mount)?;
        let name = image.display().to_string();
        command(&["truncate", "-s", &format!("{mebibytes}M"), &name])?;
        command(&["mkfs.ext4", "-q", "-F", &name])?;
        let mut disk = Self { image, mount, device: None };
        disk.attach().map_err(|error| CannotRun(format!("no loop device can be mounted: {error:#}")))?;
        Ok(disk)
    }

    /// Where it is mounted.
    pub(super) fn path(&self) -> &Path {
        &self.mount
    }

    /// Brings what is there now onto the disk.
    pub(super) fn sync(&self) -> Result<()> {
        command(&["sync", "-f", &self.mount.display().to_string()]).map(drop)
    }

    /// The power goes, and comes back: what was not on the disk is gone. Nobody may use it meanwhile.
    pub(super) fn cut_power(&mut self) -> Result<()> {
        let image = self.image.with_extension("next");
        // Read past the mounted file system, which is told nothing and so writes nothing.
        command(&["cp", "--sparse=always", &self.image.display().to_string(), &image.display().to_string()])?;
        self.detach();
        fs::rename(&image, &self.image)?;
        self.attach()
    }

    fn attach(&mut self) -> Result<()> {
        let (image, mount) = (self.image.display().to_string(), self.mount.display().to_string());
        let device = command(&["losetup", "--direct-io=on", "-f", "--show", &image])?;
        self.device = Some(device.clone());
        // The journal is not to be written out by the clock: that would help where nobody else did.
        command(&["mount", "-o", "commit=300", &device, &mount]).map(drop)
    }

    fn detach(&mut self) {
        if let Some(device) = self.device.take() {
            // One that is not mounted is as wanted.
            let _ = command(&["umount", "-l", &self.mount.display().to_string()]);
            let _ = command(&["losetup", "-d", &device]);
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.detach();
        let _ = fs::remove_file(&self.image);
    }
}

/// A small file system in memory, which can be filled.
pub(super) struct Small {
    mount: PathBuf,
}

impl Small {
    /// A new one of so many MiB.
    ///
    /// # Errors
    /// [`CannotRun`] where this user may not mount.
    pub(super) fn create(place: &Path, mebibytes: u32) -> Result<Self> {
        require_root()?;
        let mount = place.join("small");
        fs::create_dir_all(&mount)?;
        let (size, path) = (format!("size={mebibytes}m"), mount.display().to_string());
        command(&["mount", "-t", "tmpfs", "-o", &size, "tmpfs", &path])
            .map_err(|error| CannotRun(format!("no file system can be mounted: {error:#}")))?;
        Ok(Self { mount })
    }

    /// Where it is mounted.
    pub(super) fn path(&self) -> &Path {
        &self.mount
    }

    /// Takes all space that is left.
    pub(super) fn fill(&self) {
        let ballast = format!("of={}", self.mount.join("ballast").display());
        // It ends with an error, because the disk is full then: that is what it is for.
        let _ = command(&["dd", "if=/dev/zero", &ballast, "bs=4096", "oflag=append", "conv=notrunc"]);
    }

    /// Gives it back.
    pub(super) fn free(&self) -> Result<()> {
        Ok(fs::remove_file(self.mount.join("ballast"))?)
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = command(&["umount", "-l", &self.mount.display().to_string()]);
    }
}
