//! S38: what is built in comes from the public registries, under a digest, and runs nothing while it is installed.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn s38_every_crate_is_of_the_public_registry_and_has_its_digest() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let mut checked = 0;
    for package in lock.split("[[package]]").skip(1) {
        let Some(source) = package.lines().find_map(|line| line.strip_prefix("source = ")) else {
            // One of our own.
            continue;
        };
        assert_eq!(source, r#""registry+https://github.com/rust-lang/crates.io-index""#, "{package}");
        assert!(package.contains("\nchecksum = \""), "{package}");
        checked += 1;
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn s38_every_package_of_the_web_app_has_its_digest_and_installs_nothing_else() {
    for lock in ["web/package-lock.json", "web/codegen/package-lock.json", "web/lighthouse/package-lock.json"]
    {
        let text = fs::read_to_string(root().join(lock)).unwrap();
        let lock_file: Value = serde_json::from_str(&text).unwrap();
        for (name, package) in lock_file["packages"].as_object().unwrap() {
            assert!(name.is_empty() || package["integrity"].is_string(), "{lock}: {name} has no digest");
            let from = package["resolved"].as_str();
            assert!(from.is_none_or(|it| it.starts_with("https://registry.npmjs.org/")), "{lock}: {name}");
        }
    }
    for script in ["scripts/web", "web/package.json"] {
        for line in installs(&root().join(script)) {
            assert!(line.contains(" ci --ignore-scripts"), "{script} runs the packages' own scripts: {line}");
        }
    }
}

/// The lines that install packages.
fn installs(script: &Path) -> Vec<String> {
    let text = fs::read_to_string(script).unwrap();
    let found: Vec<_> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#') && line.contains("npm") && line.contains(" ci "))
        .map(str::to_owned)
        .collect();
    assert!(!found.is_empty(), "{} installs nothing", script.display());
    found
}
