//! What a store does not offer: counted, and listed at every run, never passed over in silence.

use std::io::Write as _;

use super::{Damage, Loss, NotOffered, Stage, StoreUnderTest, new_life};

/// Asks the fixture for everything that it may decline, and lists what it declines on the error stream, where a run of the
/// tests shows it whether they pass or not.
pub async fn all_that_is_not_offered_is_listed<S: StoreUnderTest>() {
    async fn stage<S: StoreUnderTest>() -> S {
        Stage::<S>::fresh().await.fixture
    }
    let declined = |answer: Result<(), NotOffered>| answer.err();
    let asked = [
        (
            "9 and 29, from one instance to another",
            declined(stage::<S>().await.another_instance().await.map(drop)),
        ),
        ("10, after a kill", declined(stage::<S>().await.after_a_crash().await.map(drop))),
        ("32, reopening", declined(stage::<S>().await.reopened().await.map(drop))),
        ("32, foreign and newer places", declined(S::strange_places().await.map(drop))),
        ("33, of records cut short", declined(stage::<S>().await.damage(Damage::CutShort).await)),
        ("33, of records of another type", declined(stage::<S>().await.damage(Damage::AnotherType).await)),
        ("34, restoring", declined(stage::<S>().await.restored(new_life()).await.map(drop))),
        ("35, what is left of the erased", declined(stage::<S>().await.all_bytes().await.map(drop))),
        (
            "1, 10, 12, 15, 20 and 36, of a commit held in its middle",
            declined(stage::<S>().await.hold().map(drop)),
        ),
        ("40, of a file that was removed", declined(stage::<S>().await.lose(Loss::Removed).await)),
        ("40, of a file that was replaced", declined(stage::<S>().await.lose(Loss::Replaced).await)),
    ];
    let all = asked.len();
    let declined: Vec<_> = asked.into_iter().filter_map(|(clause, why)| Some((clause, why?))).collect();
    let store = std::any::type_name::<S>();
    let mut told = format!("\n{store}: {} of {all} optional parts are tested\n", all - declined.len());
    for (clause, NotOffered(why)) in &declined {
        told.push_str(&format!("  not offered: clause {clause}: {why}\n"));
    }
    // Not by `print`, which a run keeps to itself while the test passes.
    let _ = std::io::stderr().write_all(told.as_bytes());
    assert!(
        declined.iter().all(|(_, NotOffered(why))| !why.is_empty()),
        "not offered, and not said why: {told}"
    );
}
