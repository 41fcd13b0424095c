//! The house stays as it was drawn: arrows run downwards, files are small, and the contract is written down.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Each module's floor, by the groups of `lib.rs` that blank lines separate.
fn floors() -> BTreeMap<String, usize> {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let mut floors = BTreeMap::new();
    for (floor, group) in lib.split("\n\n").enumerate() {
        for line in group.lines() {
            if let Some(name) = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')) {
                floors.insert(name.to_owned(), floor);
            }
        }
    }
    floors
}

/// The top modules that a source text names after `crate::`, in `use a`, `use {a, b}` and in paths.
fn named(source: &str) -> BTreeSet<String> {
    let code: String =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        // `gemini_coop::…` and `some_crate::…` end in other words.
        if code[..at].chars().next_back().is_some_and(is_name) {
            continue;
        }
        let rest = code[at + "crate::".len()..].trim_start();
        match rest.strip_prefix('{') {
            None => drop(names.insert(rest.chars().take_while(|c| is_name(*c)).collect::<String>())),
            Some(list) => {
                let mut depth = 0;
                let mut name = String::new();
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => drop(names.insert(std::mem::take(&mut name))),
                        c if depth == 0 => name.push(c),
                        _ => {}
                    }
                }
                names.insert(name);
            }
        }
    }
    names.iter().map(|name| name.trim().chars().take_while(|c| is_name(*c)).collect()).collect()
}

#[test]
fn modules_name_only_modules_of_earlier_floors() {
    let floors = floors();
    assert!(floors.len() >= 12, "lib.rs lists the house: {floors:?}");
    let source = root().join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&source) {
        let relative = file.strip_prefix(&source).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.strip_suffix(".rs").unwrap_or(first);
        if matches!(module, "lib" | "main") {
            continue;
        }
        let floor = floors.get(module).unwrap_or_else(|| panic!("lib.rs does not list {module}"));
        for name in named(&fs::read_to_string(&file).unwrap()) {
            match floors.get(&name) {
                Some(other) if name != module && other >= floor => {
                    wrong.push(format!("{} names {name}", relative.display()));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that do not run downwards:\n{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_arrows_sees_every_form() {
    let source = "use crate::bus::Bus;\nuse crate::{hub, store::{rows, error}};\nfn f() { crate::http::f() }\n// crate::cli\n";
    assert_eq!(named(source), ["bus", "http", "hub", "store"].map(String::from).into());
}

#[test]
fn files_are_small_say_what_they_are_and_hold_nothing_unfinished() {
    let mut wrong = Vec::new();
    for folder in ["src", "migrations/src", "tests"] {
        for file in rust_files(&root().join(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            let name = file.strip_prefix(root()).unwrap().display().to_string();
            let lines = text.lines().count();
            if lines > 600 {
                wrong.push(format!("{name} has {lines} lines; 600 are the most"));
            }
            if !text.starts_with("//!") {
                wrong.push(format!("{name} does not begin with //!"));
            }
            for unfinished in ["dbg!", "todo!", "unimplemented!", "#[ignore", "FIXME"] {
                // This file has to spell them out.
                if text.contains(unfinished) && !name.ends_with("tidy.rs") {
                    wrong.push(format!("{name} has {unfinished}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_re_exported_but_by_the_protocol() {
    let wrong: Vec<_> = rust_files(&root().join("src"))
        .into_iter()
        .filter(|file| !file.ends_with("src/protocol/mod.rs"))
        .filter(|file| fs::read_to_string(file).unwrap().lines().any(|line| line.starts_with("pub use ")))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_rules_take_the_time_from_their_context() {
    let source = root().join("src");
    let wrong: Vec<_> = ["domain", "store", "hub"]
        .iter()
        .flat_map(|floor| rust_files(&source.join(floor)))
        .filter(|file| !file.ends_with("src/domain/mod.rs"))
        .filter(|file| fs::read_to_string(file).unwrap().contains("SystemTime::now"))
        .collect();
    assert!(wrong.is_empty(), "these read a clock of their own: {wrong:?}");
}

#[test]
fn the_written_contract_follows_the_protocol_module() {
    let mut hash = Sha256::new();
    for file in rust_files(&root().join("src/protocol")) {
        hash.update(fs::read(file).unwrap());
    }
    let hash: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let written = fs::read_to_string(root().join("docs/PROTOCOL.md")).unwrap();
    assert!(
        written.contains(&format!("src/protocol: {hash}")),
        "src/protocol has changed: read docs/PROTOCOL.md, bring it up to date, and end it with `src/protocol: {hash}`"
    );
}
