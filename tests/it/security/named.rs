//! docs/security.md names the test that keeps each threat off; a test that is not there any more fails here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// All source text in which tests are.
fn sources(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_source = [".rs", ".ts", ".tsx"].iter().any(|ending| name.ends_with(ending));
        if path.is_dir() && !matches!(name, "node_modules" | "dist" | "gen" | "recordings") {
            sources(&path, found);
        } else if path.is_file() && is_source {
            found.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_threat_has_its_line_and_every_test_that_a_line_names_is_there() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let mut all = String::new();
    for folder in ["src", "tests", "web/src", "web/e2e"] {
        sources(&root.join(folder), &mut all);
    }
    let mut listed = BTreeSet::new();
    for line in table.lines().filter(|line| line.starts_with("| S")) {
        let cells: Vec<&str> = line.split(" | ").collect();
        let [number, _, tests] = cells[..] else { panic!("a row has three cells: {line}") };
        listed.insert(number.trim_start_matches("| S").parse::<u8>().unwrap());
        let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        let says_why = tests.trim_start().starts_with("Does not apply");
        assert!(says_why || !names.is_empty(), "neither a test nor a reason: {line}");
        for name in names {
            let there = all.contains(&format!("fn {name}(")) || all.contains(&format!("test(\"{name}\""));
            assert!(there, "no such test: {name}");
        }
    }
    assert_eq!(listed, (1..=38).collect::<BTreeSet<u8>>());
}
