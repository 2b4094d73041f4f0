#![doc = include_str!("standards.md")]
