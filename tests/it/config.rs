//! What the operator says, through the real program: flags, environment, `.env`.

use std::path::Path;
use std::process::{Command, Output};

use secrecy::ExposeSecret as _;

/// Runs the program in a directory of its own, with this environment alone.
fn run(directory: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gemini-coop"))
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .current_dir(directory)
        .output()
        .expect("the program runs")
}

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(text.lines().count(), 1, "more than a sentence: {text}");
    text
}

#[test]
fn a_flag_goes_before_the_environment_and_the_environment_before_the_env_file() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(".env"), "PORT=from-file\n").unwrap();
    let environment = [("PORT", "from-environment")];
    assert!(complaint(&run(dir.path(), &[], &[])).contains("from-file"));
    assert!(complaint(&run(dir.path(), &environment, &[])).contains("from-environment"));
    assert!(complaint(&run(dir.path(), &environment, &["--port", "from-flag"])).contains("from-flag"));
}

#[test]
fn a_wrong_variable_is_refused_at_start_in_a_sentence_that_names_it() {
    let dir = tempfile::tempdir().unwrap();
    for (variable, value) in [("PORT", "eighty"), ("RUST_LOG", "gemini_coop=loud"), ("LOG_FORMAT", "xml")] {
        let text = complaint(&run(dir.path(), &[(variable, value)], &["serve"]));
        assert!(text.contains(&format!("({variable})")) && text.contains(value), "{text}");
    }
    let text = complaint(&run(dir.path(), &[("DATABASE_URL", "mysql://coop:hunter2@db/coop")], &["migrate"]));
    assert!(text.contains("(DATABASE_URL)") && !text.contains("hunter2"), "{text}");
}

#[test]
fn s29_a_key_that_others_could_know_is_refused_at_start_and_each_server_makes_its_own() {
    let dir = tempfile::tempdir().unwrap();
    for key in ["changeme", "12345678", "changemechangemechangemechangemechangeme"] {
        let text = complaint(&run(dir.path(), &[("JWT_SECRET", key), ("PORT", "0")], &["serve"]));
        assert!(text.contains("JWT_SECRET") && !text.contains(key), "{text}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing was begun");
    let keys = ["one", "other"].map(|data| {
        let config = gemini_coop::config::Config::try_parse_from(["gemini-coop"]).unwrap();
        config.auth.secret(&dir.path().join(data)).unwrap()
    });
    assert!(keys[0].expose_secret() != keys[1].expose_secret());
    // An empty file, such as a restored backup may leave, is no key either.
    std::fs::write(dir.path().join("one/jwt_secret"), "").unwrap();
    let config = gemini_coop::config::Config::try_parse_from(["gemini-coop"]).unwrap();
    assert!(config.auth.secret(&dir.path().join("one")).is_err());
}

#[test]
fn an_empty_variable_counts_as_not_given() {
    let dir = tempfile::tempdir().unwrap();
    let text = complaint(&run(dir.path(), &[("HOST", ""), ("PORT", "eighty")], &[]));
    assert!(text.contains("(PORT)"), "{text}");
}

#[test]
fn the_doctor_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let output = run(dir.path(), &[("PORT", "0")], &["doctor"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("made at the first start"), "{text}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "{text}");
}

#[test]
fn help_lists_variables_and_defaults_and_hides_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let secret = "hunter2hunter2";
    let database = format!("postgres://coop:{secret}@db/coop");
    let environment =
        [("DATABASE_URL", database.as_str()), ("METRICS_TOKEN", secret), ("GEMINI_API_KEY", secret)];
    for (arguments, expected) in [
        (&["--help"][..], &["serve", "user", "migrate", "doctor", "openapi"][..]),
        (&["serve", "--help"], &["[env: PORT=]", "[default: 8000]", "GEMINI_API_KEY", "METRICS_TOKEN"]),
        (&["doctor", "--help"], &["[env: DATA_DIR=]", "[default: ./data]"]),
        (&["migrate", "--help"], &["DATABASE_URL", "LOG_FORMAT"]),
    ] {
        let output = run(dir.path(), &environment, arguments);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(!text.contains(secret), "{text}");
        for expected in expected {
            assert!(text.contains(expected), "{arguments:?} does not show {expected}:\n{text}");
        }
    }
}

#[test]
fn a_model_with_a_name_that_no_book_could_hold_is_refused_at_start() {
    let dir = tempfile::tempdir().unwrap();
    let model = "m".repeat(129);
    let environment = [("GEMINI_MODEL", model.as_str()), ("PORT", "0")];
    let output = run(dir.path(), &environment, &["serve"]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains("is not the name of a model"), "{output:?}");
}
