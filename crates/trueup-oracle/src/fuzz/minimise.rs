//! Makes a failing input smaller while it keeps failing in the same way.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::kind;

/// Smaller inputs are a help for people, not worth more time than this.
const PATIENCE: Duration = Duration::from_secs(40);

/// Cuts pieces out, half of the input first, then smaller and smaller ones.
pub(crate) fn minimise(target: &str, input: &[u8], wanted: &str, place: &str) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("case");
    let started = Instant::now();
    let fails = |bytes: &[u8]| -> Result<bool> {
        fs::write(&file, bytes)?;
        let output =
            Command::new(std::env::current_exe()?).args(["fuzz-case", target]).arg(&file).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let found = text.split('\t').next().unwrap_or_default();
        let is_same = kind(output.status.code()) == wanted && !output.status.success();
        Ok(is_same && (place.is_empty() || found == place))
    };
    let mut smallest = input.to_vec();
    let mut piece = smallest.len() / 2;
    while piece > 0 && started.elapsed() < PATIENCE {
        let mut at = 0;
        while at < smallest.len() && started.elapsed() < PATIENCE {
            let end = (at + piece).min(smallest.len());
            let candidate = [&smallest[..at], &smallest[end..]].concat();
            if fails(&candidate)? {
                smallest = candidate;
            } else {
                at = end;
            }
        }
        piece /= 2;
    }
    Ok(smallest)
}
