//! What always holds, whatever is commanded in whatever order and however the clock jumps.
//!
//! | invariant | where it is held |
//! |---|---|
//! | the throttle's bound | [`life`] |
//! | no two accounts share a key, kept ones included | [`life`] |
//! | a code redeems at most once, for its account and purpose | [`life`] |
//! | a proven address is one that a redeemed code was mailed to | [`life`] |
//! | facts always form a combination that can be reached, and none is a dead end | [`sound`], [`reach`], [`life`] |
//! | a refused command changes nothing | by type: it gives no change |
//! | nothing is handed over for a suppressed address | [`life`] |
//! | epoch and version never fall, and every version has its events | [`life`] |
//! | no mail leaves whose code is dead | [`life`] |
//! | no mail is dropped without a cause, or names an end that its code undercuts | [`ends`] |
//! | an unset password verifies nothing | [`life`] |
//! | a remedy is not switched off by whom it protects against; what inspection calls live, redemption does | [`remedies`] |
//! | whatever the clock does, nothing panics or waits longer than its window | [`life`], [`windows`] |

mod acts;
mod ends;
mod life;
mod reach;
mod remedies;
mod steps;
mod windows;
