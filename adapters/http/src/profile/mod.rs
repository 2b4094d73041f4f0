//! Profiles: the paths, fields, status codes and error bodies of the published contracts, over the same accounts.

pub mod data_forest;
pub mod payway;
