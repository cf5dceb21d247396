//! Developer commands of the workspace, one file per command.
//!
//! A library beside the binary so that `tests/tidy.rs` runs the same checks with every `cargo test`. Nothing of this is
//! part of the product.
#![expect(clippy::print_stdout, reason = "a command line tool")]

use std::path::PathBuf;

pub mod cache;
pub mod command;
pub mod corpus;
pub mod new;
pub mod oracle;
pub mod test;
pub mod tidy;

/// The root of the workspace.
///
/// # Panics
/// Never: this crate lies in a folder of the workspace.
pub fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().expect("xtask lies in the workspace").to_path_buf()
}
