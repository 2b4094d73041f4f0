//! Mail: the courier that takes up what is due, the delivery of one mail, strangers' requests, and feedback.

pub(crate) mod courier;
pub(crate) mod delivery;
mod feedback;
mod flight;
mod intents;
mod settlement;
mod suppressing;
pub(crate) mod swept;
