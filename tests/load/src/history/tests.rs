//! The checker finds what it is for: a good history with one line lost, doubled, swapped or changed.

use crate::history::{Line, Told, Violation, check};

const WRITERS: usize = 3;
const ROUNDS: usize = 4;

fn name(number: i64) -> String {
    format!("m{number}")
}

/// Three writers in one chat, four messages each; every fourth number is the room's own; one viewer sees it all.
fn good() -> Vec<Line> {
    let chat = || "plans".to_owned();
    let (mut lines, mut seen, mut stored) = (vec![], vec![], vec![]);
    let mut head = 1;
    lines.push(Line::Joined { viewer: "vera".into(), chat: chat(), seq: head });
    for round in 0..ROUNDS {
        let ops: Vec<String> = (0..WRITERS).map(|writer| format!("w{writer}-{round}")).collect();
        lines.extend(ops.iter().map(|op| Line::Invoke { chat: chat(), op: op.clone() }));
        for op in ops {
            head += 1;
            lines.push(Line::Ok { op: op.clone(), seq: head, id: name(head) });
            seen.push(Line::Seen {
                viewer: "vera".into(),
                chat: chat(),
                seq: head,
                told: Told::Posted(name(head)),
            });
            stored.push(Line::Stored { chat: chat(), seq: head, id: name(head), op: Some(op) });
        }
        head += 1;
        seen.push(Line::Seen { viewer: "vera".into(), chat: chat(), seq: head, told: Told::Room });
    }
    lines.extend(seen);
    lines.extend(stored);
    lines.push(Line::Head { chat: chat(), seq: head });
    lines
}

fn places(lines: &[Line], fits: impl Fn(&Line) -> bool) -> Vec<usize> {
    let places: Vec<usize> = (0..lines.len()).filter(|at| fits(&lines[*at])).collect();
    assert!(!places.is_empty(), "nothing to change");
    places
}

/// Applies `change` at each of these places in turn; every one must be found.
fn every_change_is_found(fits: impl Fn(&Line) -> bool, change: impl Fn(&mut Vec<Line>, usize)) {
    for at in places(&good(), fits) {
        let mut lines = good();
        let line = lines[at].clone();
        change(&mut lines, at);
        assert!(!check(&lines).is_empty(), "not found at {line:?}");
    }
}

fn is_stored(line: &Line) -> bool {
    matches!(line, Line::Stored { .. })
}

fn is_seen(line: &Line) -> bool {
    matches!(line, Line::Seen { .. })
}

fn is_ok(line: &Line) -> bool {
    matches!(line, Line::Ok { .. })
}

#[test]
fn a_good_history_has_no_violation() {
    assert_eq!(check(&good()), []);
}

#[test]
fn an_unanswered_operation_may_be_stored_or_not() {
    for at in places(&good(), is_ok) {
        let mut lines = good();
        let Line::Ok { op, .. } = lines.remove(at) else { unreachable!() };
        assert_eq!(check(&lines), [], "stored without an answer");
        lines.retain(|line| !matches!(line, Line::Stored { op: Some(stored), .. } if *stored == op));
        let shown = |violation: &Violation| matches!(violation, Violation::OnlySeen { .. });
        assert!(check(&lines).iter().all(shown), "the writer was promised nothing");
    }
}

#[test]
fn a_line_removed_is_found() {
    every_change_is_found(is_stored, |lines, at| drop(lines.remove(at)));
    every_change_is_found(is_seen, |lines, at| drop(lines.remove(at)));
    every_change_is_found(|line| matches!(line, Line::Invoke { .. }), |lines, at| drop(lines.remove(at)));
}

#[test]
fn a_line_doubled_is_found() {
    every_change_is_found(is_stored, |lines, at| lines.insert(at, lines[at].clone()));
    every_change_is_found(is_seen, |lines, at| lines.insert(at, lines[at].clone()));
}

#[test]
fn a_hole_and_a_repetition_are_told_apart() {
    let mut lines = good();
    let at = places(&lines, is_seen)[1];
    let again = lines[at].clone();
    lines.insert(at + 1, again);
    assert_eq!(check(&lines), [Violation::Again { viewer: "vera".into(), seq: 3, then: 3 }]);
    lines.drain(at..at + 2);
    assert_eq!(check(&lines), [Violation::Hole { viewer: "vera".into(), seq: 2, then: 4 }]);
}

#[test]
fn two_lines_swapped_are_found() {
    let has_next = |fits: fn(&Line) -> bool| {
        let lines = good();
        move |line: &Line| fits(line) && lines.iter().rfind(|last| fits(last)) != Some(line)
    };
    every_change_is_found(has_next(is_stored), |lines, at| lines.swap(at, at + 1));
    every_change_is_found(has_next(is_seen), |lines, at| lines.swap(at, at + 1));
}

#[test]
fn an_answer_other_than_what_is_stored_is_found() {
    every_change_is_found(is_ok, |lines, at| {
        if let Line::Ok { id, .. } = &mut lines[at] {
            id.push('x');
        }
    });
    every_change_is_found(is_ok, |lines, at| {
        if let Line::Ok { seq, .. } = &mut lines[at] {
            *seq += 1;
        }
    });
    every_change_is_found(is_ok, |lines, at| {
        let Line::Ok { op, seq, id } = lines[at].clone() else { unreachable!() };
        lines.insert(at + 1, Line::Ok { op, seq, id: format!("{id}x") });
    });
}

#[test]
fn an_operation_stored_under_two_numbers_is_found() {
    every_change_is_found(is_stored, |lines, at| {
        let Line::Stored { chat, op, .. } = lines[at].clone() else { unreachable!() };
        lines.push(Line::Stored { chat, op, seq: 99, id: "m99".into() });
    });
}

#[test]
fn two_messages_under_one_number_or_one_id_are_found() {
    let mut lines = good();
    let at = places(&lines, is_stored)[2];
    let Line::Stored { chat, seq, id, .. } = lines[at].clone() else { unreachable!() };
    lines.insert(at + 1, Line::Stored { chat: chat.clone(), seq, id: "other".into(), op: None });
    assert_eq!(check(&lines), [Violation::SeqDoubled { chat: chat.clone(), seq }]);
    lines[at + 1] = Line::Stored { chat, seq: seq + 1, id: id.clone(), op: None };
    assert_eq!(check(&lines), [Violation::IdDoubled { id }]);
}

#[test]
fn an_acknowledgement_that_does_not_hold_is_found() {
    let at = places(&good(), is_ok)[2];
    let Line::Ok { op, seq, id } = good()[at].clone() else { unreachable!() };
    let is_it = |line: &Line| matches!(line, Line::Stored { op: Some(stored), .. } if *stored == op);

    let mut lines = good();
    lines.retain(|line| !is_it(line) && !is_seen(line));
    lines.pop();
    assert_eq!(check(&lines), [Violation::Missing { op: op.clone(), seq }]);

    let mut lines = good();
    lines.retain(|line| !is_seen(line));
    lines.pop();
    lines.insert(at + 1, Line::Ok { op: op.clone(), seq: 99, id });
    assert_eq!(lines.iter().filter(|line| is_it(line)).count(), 1);
    let overtaken =
        check(&lines).into_iter().filter(|violation| !matches!(violation, Violation::Overtaken { .. }));
    assert_eq!(overtaken.collect::<Vec<_>>(), [Violation::Unsteady { op, first: seq, then: 99 }]);
}

#[test]
fn a_message_shown_and_not_stored_is_found() {
    let mut lines = good();
    let at = places(&lines, is_seen)[0];
    let Line::Seen { viewer, seq, told, .. } = &mut lines[at] else { unreachable!() };
    *told = Told::Posted("ghost".into());
    let violation = Violation::OnlySeen { viewer: viewer.clone(), seq: *seq, id: "ghost".into() };
    assert_eq!(check(&lines), [violation]);
}

#[test]
fn a_refused_operation_that_is_stored_is_found() {
    let mut lines = good();
    let at = places(&lines, is_ok)[5];
    let Line::Ok { op, .. } = lines[at].clone() else { unreachable!() };
    lines[at] = Line::Fail { op: op.clone(), code: "too_large".into() };
    let violation = Violation::RefusedAndStored { op: op.clone(), code: "too_large".into() };
    assert_eq!(check(&lines), [violation]);
    lines.insert(at + 1, Line::Invoke { chat: "plans".into(), op });
    assert_eq!(check(&lines), [], "handed in again it may be taken");
}

#[test]
fn a_number_below_one_acknowledged_before_is_found() {
    let mut lines = good();
    let late = Line::Invoke { chat: "plans".into(), op: "late".into() };
    let at = places(&lines, is_seen)[0];
    lines.splice(at..at, [late, Line::Ok { op: "late".into(), seq: 5, id: "m5".into() }]);
    let at = places(&lines, is_stored)[3];
    lines.insert(at, Line::Stored { chat: "plans".into(), seq: 5, id: "m5".into(), op: Some("late".into()) });
    let found = check(&lines);
    assert_eq!(found, [Violation::Overtaken { op: "late".into(), seq: 5, acked_before: 16 }]);
}

#[test]
fn a_viewer_who_was_not_told_the_end_is_found() {
    let mut lines = good();
    let at = *places(&lines, is_seen).last().expect("some are seen");
    lines.remove(at);
    assert_eq!(check(&lines), [Violation::Behind { viewer: "vera".into(), seq: 16, head: 17 }]);
}

#[test]
fn two_viewers_who_were_told_different_things_are_found() {
    let mut lines = good();
    let seen: Vec<Line> = lines.iter().filter(|line| is_seen(line)).cloned().collect();
    let other = |line: &Line| match line.clone() {
        Line::Seen { chat, seq, told, .. } => {
            let told = if let Told::Posted(id) = told { Told::Changed(id) } else { told };
            Line::Seen { viewer: "otto".into(), chat, seq, told }
        }
        line => line,
    };
    lines.push(Line::Joined { viewer: "otto".into(), chat: "plans".into(), seq: 1 });
    lines.extend(seen.iter().map(other));
    assert_eq!(check(&lines), [], "whether it came or changed may differ");
    let at = lines.len() - 2;
    let Line::Seen { seq, told, .. } = &mut lines[at] else { unreachable!() };
    *told = Told::Changed("another".into());
    let seq = *seq;
    assert_eq!(check(&lines), [Violation::Diverged { viewer: "otto".into(), other: "vera".into(), seq }]);
}

#[test]
fn whoever_is_told_something_after_leaving_is_found() {
    let mut lines = good();
    let at = *places(&lines, is_seen).last().expect("some are seen");
    lines.insert(at, Line::Left { viewer: "vera".into(), chat: "plans".into(), seq: 16 });
    assert_eq!(check(&lines), [Violation::Outsider { viewer: "vera".into(), seq: 17, left: 16 }]);
    lines.remove(at + 1);
    assert_eq!(check(&lines), [], "one who left is owed nothing more");
}

#[test]
fn a_reply_that_was_shown_otherwise_than_it_is_kept_is_found() {
    let shown = |text: &str| Line::Shown { viewer: "vera".into(), id: "r".into(), text: text.into() };
    let kept = |status: &str| Line::Kept { id: "r".into(), status: status.into(), text: "Hello".into() };
    for (text, status, fits) in [
        ("", "complete", true),
        ("Hel", "complete", true),
        ("Hello", "stopped", true),
        ("Hello!", "complete", false),
        ("Help", "interrupted", false),
        ("Hello!", "interrupted", true),
    ] {
        assert_eq!(check(&[shown(text), kept(status)]).is_empty(), fits, "{text} and {status}");
    }
    assert_eq!(check(&[shown("Hel")]), [Violation::NotKept { viewer: "vera".into(), id: "r".into() }]);
}
