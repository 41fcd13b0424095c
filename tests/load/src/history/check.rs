//! The checker: one pass for what was asked and answered, one for what is stored, one for what viewers saw.
//!
//! I1 to I8 are the invariants of the delivery contract; I6 is in `replies`, I8 in the clause that applies every action.

use std::collections::{HashMap, HashSet};

use crate::history::{Line, Told, Violation, replies};

type Place<'a> = (i64, &'a str);

/// Every violation in a whole history, sorted.
pub(crate) fn check(lines: &[Line]) -> Vec<Violation> {
    let mut checker = Checker::default();
    lines.iter().for_each(|line| checker.answer(line));
    lines.iter().for_each(|line| checker.store(line));
    checker.compare();
    lines.iter().for_each(|line| checker.view(line));
    checker.catch_up(lines);
    let mut violations = checker.violations;
    violations.extend(replies::check(lines));
    violations.sort();
    violations
}

#[derive(Default)]
struct Checker<'a> {
    /// By operation; `floor` is the highest number acknowledged in its chat before it was first handed in.
    asked: HashMap<&'a str, Asked<'a>>,
    acked: HashMap<&'a str, Place<'a>>,
    refused: HashMap<&'a str, &'a str>,
    /// By chat.
    highest_acked: HashMap<&'a str, i64>,
    /// By operation.
    stored: HashMap<&'a str, Place<'a>>,
    /// All messages, people's or not: chat, number, id.
    messages: HashSet<(&'a str, i64, &'a str)>,
    seqs: HashSet<(&'a str, i64)>,
    ids: HashSet<&'a str>,
    /// By chat: the last number on its pages.
    paged: HashMap<&'a str, i64>,
    /// By viewer and chat: the last number told.
    told: HashMap<(&'a str, &'a str), i64>,
    /// By chat and number: what the first viewer was told, and who that was.
    first_told: HashMap<(&'a str, i64), (Option<&'a str>, &'a str)>,
    /// By viewer and chat: the event that ended the membership.
    left: HashMap<(&'a str, &'a str), i64>,
    violations: Vec<Violation>,
}

struct Asked<'a> {
    chat: &'a str,
    floor: i64,
}

impl<'a> Checker<'a> {
    fn answer(&mut self, line: &'a Line) {
        match line {
            Line::Invoke { chat, op } => {
                let floor = self.highest_acked.get(chat.as_str()).copied().unwrap_or(0);
                self.asked.entry(op).or_insert(Asked { chat, floor });
                // Handed in again, it may be taken after all.
                self.refused.remove(op.as_str());
            }
            Line::Ok { op, seq, id } => self.acknowledge(op, *seq, id),
            Line::Fail { op, code } => {
                self.refused.insert(op, code);
            }
            _ => {}
        }
    }

    fn acknowledge(&mut self, op: &'a str, seq: i64, id: &'a str) {
        let first = *self.acked.entry(op).or_insert((seq, id));
        if first != (seq, id) {
            self.violations.push(Violation::Unsteady { op: op.to_owned(), first: first.0, then: seq });
        }
        let Some(Asked { chat, floor }) = self.asked.get(op) else {
            self.violations.push(Violation::Unasked { op: op.to_owned() });
            return;
        };
        if seq <= *floor {
            let op = op.to_owned();
            self.violations.push(Violation::Overtaken { op, seq, acked_before: *floor });
        }
        let highest = self.highest_acked.entry(chat).or_insert(seq);
        *highest = seq.max(*highest);
    }

    fn store(&mut self, line: &'a Line) {
        let Line::Stored { chat, seq, id, op } = line else { return };
        let after = self.paged.insert(chat, *seq).unwrap_or(0);
        if *seq < after {
            self.violations.push(Violation::Disordered { chat: chat.clone(), seq: *seq, after });
        }
        if !self.seqs.insert((chat, *seq)) {
            self.violations.push(Violation::SeqDoubled { chat: chat.clone(), seq: *seq });
        }
        if !self.ids.insert(id) {
            self.violations.push(Violation::IdDoubled { id: id.clone() });
        }
        self.messages.insert((chat, *seq, id));
        if let Some(op) = op
            && self.stored.insert(op, (*seq, id)).is_some()
        {
            self.violations.push(Violation::Doubled { op: op.clone() });
        }
    }

    fn compare(&mut self) {
        for (op, (seq, id)) in &self.acked {
            match self.stored.get(op) {
                None => self.violations.push(Violation::Missing { op: (*op).to_owned(), seq: *seq }),
                Some(stored) if stored != &(*seq, *id) => {
                    self.violations.push(Violation::Moved {
                        op: (*op).to_owned(),
                        acked: *seq,
                        stored: stored.0,
                    });
                }
                Some(_) => {}
            }
        }
        for op in self.stored.keys() {
            if let Some(code) = self.refused.get(op) {
                let (op, code) = ((*op).to_owned(), (*code).to_owned());
                self.violations.push(Violation::RefusedAndStored { op, code });
            }
            if !self.asked.contains_key(op) {
                self.violations.push(Violation::Unasked { op: (*op).to_owned() });
            }
        }
    }

    fn view(&mut self, line: &'a Line) {
        match line {
            Line::Joined { viewer, chat, seq } => {
                self.told.insert((viewer, chat), *seq);
                self.left.remove(&(viewer.as_str(), chat.as_str()));
            }
            Line::Left { viewer, chat, seq } => {
                self.left.insert((viewer, chat), *seq);
            }
            Line::Seen { viewer, chat, seq, told } => self.see(viewer, chat, *seq, told),
            _ => {}
        }
    }

    fn see(&mut self, viewer: &'a str, chat: &'a str, then: i64, told: &'a Told) {
        let last = self.told.entry((viewer, chat)).or_insert(0);
        if then <= *last {
            self.violations.push(Violation::Again { viewer: viewer.to_owned(), seq: *last, then });
        } else if then > *last + 1 {
            self.violations.push(Violation::Hole { viewer: viewer.to_owned(), seq: *last, then });
        }
        *last = then.max(*last);
        if let Some(left) = self.left.get(&(viewer, chat))
            && then > *left
        {
            let viewer = viewer.to_owned();
            self.violations.push(Violation::Outsider { viewer, seq: then, left: *left });
        }
        if let Told::Posted(id) = told
            && !self.messages.contains(&(chat, then, id.as_str()))
        {
            let (viewer, id) = (viewer.to_owned(), id.clone());
            self.violations.push(Violation::OnlySeen { viewer, seq: then, id });
        }
        let (about, other) = *self.first_told.entry((chat, then)).or_insert((told.about(), viewer));
        if about != told.about() {
            let (viewer, other) = (viewer.to_owned(), other.to_owned());
            self.violations.push(Violation::Diverged { viewer, other, seq: then });
        }
    }

    fn catch_up(&mut self, lines: &'a [Line]) {
        let heads = lines.iter().filter_map(|line| match line {
            Line::Head { chat, seq } => Some((chat.as_str(), *seq)),
            _ => None,
        });
        let heads: HashMap<&str, i64> = heads.collect();
        for ((viewer, chat), seq) in &self.told {
            if let Some(head) = heads.get(chat)
                && seq < self.left.get(&(*viewer, *chat)).unwrap_or(head)
            {
                self.violations.push(Violation::Behind {
                    viewer: (*viewer).to_owned(),
                    seq: *seq,
                    head: *head,
                });
            }
        }
    }
}
