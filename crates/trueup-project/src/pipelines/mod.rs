//! Pipelines: what stands behind each command, one file or folder each.

pub mod applied;
pub mod check;
pub mod diff;
pub mod edit;
pub mod history;
pub mod init;
pub mod revision;
pub mod run;
pub mod snapshot;
pub mod source;
pub mod target;
pub mod writing;
