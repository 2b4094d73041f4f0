//! A whole store of accountable on any engine that keeps sorted rows of bytes.
#![forbid(unsafe_code)]

mod answer;
mod batch;
mod claim;
mod commit;
mod engine;
mod journal;
mod layout;
mod life;
mod list;
mod reads;
mod record;
mod row;
mod store;
#[cfg(test)]
mod tests;
mod trim;
mod writer;

pub use self::{
    engine::{Changes, Engine, Next, Row, RowIter, Rows, Unchanged},
    life::{begin, recognize, restore},
    store::Keyed,
};
