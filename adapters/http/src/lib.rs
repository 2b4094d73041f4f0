//! Accounts over HTTP: the pages that mailed links lead to.
#![forbid(unsafe_code)]

pub mod pages;
