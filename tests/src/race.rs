//! Races: operating-system threads that begin together and then do what they want.

use std::sync::Barrier;

use crate::names::{Chance, SEED};

/// Runs `act` on so many threads at once and gives back what each came to, in the order of the threads.
///
/// The seed decides how long each thread dawdles before it begins; it is printed if the race fails. What the
/// operating system makes of it is not in our hands, hence the rounds.
///
/// # Panics
/// When one of the threads does.
pub fn race<T: Send>(seed: u64, threads: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(threads);
    let (start, act) = (&start, &act);
    let ends: Vec<std::thread::Result<T>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|thread| {
                let mut chance = Chance::new(seed ^ u64::try_from(thread).unwrap_or(0).wrapping_mul(SEED));
                scope.spawn(move || {
                    start.wait();
                    for _ in 0..chance.below(32) {
                        std::thread::yield_now();
                    }
                    act(thread)
                })
            })
            .collect();
        running.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
    });
    ends.into_iter()
        .map(|end| {
            end.unwrap_or_else(|panic| {
                eprintln!("lost in the race of seed {seed:#x}");
                std::panic::resume_unwind(panic)
            })
        })
        .collect()
}

/// The seeds of so many rounds.
pub fn rounds(count: u32) -> impl Iterator<Item = u64> {
    let mut chance = Chance::new(SEED);
    (0..count).map(move |_| chance.draw())
}
