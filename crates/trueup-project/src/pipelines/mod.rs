//! Pipelines: what stands behind each command, one file or folder each.

pub mod check;
