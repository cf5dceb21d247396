//! The cache outside the tree.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

/// A folder below `$XDG_CACHE_HOME/trueup`, else `~/.cache/trueup`; it may not exist yet.
pub fn folder(name: &str) -> Result<PathBuf> {
    let filled = |variable: &str| env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = filled("XDG_CACHE_HOME")
        .or_else(|| filled("HOME").map(|home| home.join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME is set")?;
    Ok(base.join("trueup").join(name))
}
