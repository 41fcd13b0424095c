//! What a text asks, and of whom: the cheap test misses nothing, blanks around a text change nothing, and names are in the text.

use gemini_coop::domain::text::{Addressed, addressed, may_ask, mentions, question};
use gemini_coop::ids::UserId;
use gemini_coop::protocol::{ChatKind, UserRef};
use uuid::Uuid;

fn agents() -> [UserRef; 2] {
    [("gem", 1), ("a.b-c_9", 2)].map(|(name, number)| UserRef {
        id: UserId(Uuid::from_u128(number)),
        username: name.to_owned(),
        display_name: name.to_owned(),
    })
}

/// Panics unless the properties of this page hold.
pub fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for kind in [ChatKind::Private, ChatKind::Group, ChatKind::Ai] {
        is_addressed_soundly(kind, text);
    }

    let question = question(text);
    assert!(text.as_bytes().as_ptr_range().contains(&question.as_ptr()) || question.is_empty());
    if question.len() != text.len() {
        assert!(text.trim_start().starts_with("/bot"), "only the command is taken away");
        assert!(text.trim_end().ends_with(question), "the question is the end of the text");
        assert_eq!(question, question.trim());
    }

    for name in mentions(text) {
        assert!(text.contains(&format!("@{name}")), "{name:?} is not mentioned");
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c)), "{name:?}");
        assert!(!name.ends_with(['.', '-', '_']), "{name:?} has taken the sentence's own stop");
        assert_eq!(mentions(&format!("({text}) @{name}!")).last(), Some(name), "{name:?} alone is not found");
    }
    assert!(mentions(text).count() <= text.matches('@').count());
}

fn is_addressed_soundly(kind: ChatKind, text: &str) {
    let agents = agents();
    let asked = addressed(kind, text, &agents);
    assert!(asked == Addressed::Nobody || may_ask(kind, text), "the cheap test would miss it");
    assert_eq!(addressed(kind, &format!("\n {text}\t "), &agents), asked, "blanks around it change it");
    assert!(
        matches!(addressed(kind, text, &[]), Addressed::Nobody | Addressed::NoAgent),
        "somebody answers where nobody is"
    );
    match asked {
        Addressed::NoAgent => panic!("there are agents"),
        Addressed::NoQuestion => assert_eq!(question(text), ""),
        Addressed::Agents(asked) => {
            assert!(kind == ChatKind::Ai || !question(text).trim().is_empty());
            assert!((1..=agents.len()).contains(&asked.len()), "each is asked once: {asked:?}");
        }
        Addressed::Nobody => assert_ne!(kind, ChatKind::Ai, "an AI chat always asks"),
    }
}
