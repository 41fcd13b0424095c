//! Who woke the task: only those who rang are asked.
//!
//! A socket waits for its alarms, its person's notices, its rooms and its peer. Asked all at every turn, the three that have
//! nothing would cost more than what the fourth brings: each of them takes a lock, or touches memory that nobody else needs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

/// The waker of one source, which remembers that it was woken.
pub(in crate::socket) struct Bell {
    rope: Arc<Rope>,
    waker: Waker,
}

struct Rope {
    rung: AtomicBool,
    task: Arc<AtomicWaker>,
}

impl Wake for Rope {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        self.task.wake();
    }
}

impl Bell {
    /// A bell for `task`, which has to register itself there at each turn before it asks. It has rung: nobody was asked yet.
    pub(in crate::socket) fn new(task: &Arc<AtomicWaker>) -> Self {
        let rope = Arc::new(Rope { rung: AtomicBool::new(true), task: Arc::clone(task) });
        Self { waker: Arc::clone(&rope).into(), rope }
    }

    /// Has the source be asked in the next turn: it is not the one that was asked before.
    pub(in crate::socket) fn ring(&self) {
        self.rope.rung.store(true, Ordering::Release);
    }

    /// Asks the source if it rang; once it had something, until it has nothing more.
    pub(in crate::socket) fn answer<T>(&self, ask: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        let rung = &self.rope.rung;
        // Silenced before asking: who rings meanwhile is asked once more.
        if !rung.load(Ordering::Acquire) || !rung.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        let answer = ask(&mut Context::from_waker(&self.waker));
        if answer.is_ready() {
            self.ring();
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Poll, Wake, Waker};

    use futures_util::task::AtomicWaker;

    use super::Bell;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn only_who_rang_is_asked_and_whoever_rings_meanwhile_once_more() {
        let (woken, task) = (Arc::new(Woken::default()), Arc::new(AtomicWaker::new()));
        let (bell, other) = (Bell::new(&task), Bell::new(&task));
        let asked = Cell::new(0);
        let ask = |bell: &Bell, answer: Poll<()>, rings: bool| {
            task.register(&Waker::from(Arc::clone(&woken)));
            bell.answer(|cx| {
                asked.set(asked.get() + 1);
                if rings {
                    cx.waker().wake_by_ref();
                }
                answer
            })
        };
        assert_eq!((ask(&bell, Poll::Ready(()), false), asked.get()), (Poll::Ready(()), 1));
        assert_eq!((ask(&bell, Poll::Pending, true), asked.get()), (Poll::Pending, 2));
        assert_eq!(woken.0.load(Ordering::Relaxed), 1, "the task is woken");
        assert_eq!((ask(&bell, Poll::Pending, false), asked.get()), (Poll::Pending, 3));
        assert_eq!((ask(&bell, Poll::Ready(()), false), asked.get()), (Poll::Pending, 3), "it did not ring");
        assert_eq!((ask(&other, Poll::Ready(()), false), asked.get()), (Poll::Ready(()), 4));
        bell.ring();
        assert_eq!((ask(&bell, Poll::Ready(()), false), asked.get()), (Poll::Ready(()), 5));
    }
}
