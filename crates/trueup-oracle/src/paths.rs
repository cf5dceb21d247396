//! Where things lie: the workspace, and the cache outside of it.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

/// The root of the workspace.
///
/// # Panics
/// Never: this crate lies two folders below it.
pub fn workspace() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).expect("the crate lies in the workspace").to_path_buf()
}

/// A folder below `$XDG_CACHE_HOME/trueup`, else `~/.cache/trueup`; it may not exist yet.
pub fn cache(name: &str) -> Result<PathBuf> {
    let filled = |variable: &str| env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = filled("XDG_CACHE_HOME")
        .or_else(|| filled("HOME").map(|home| home.join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME is set")?;
    Ok(base.join("trueup").join(name))
}
