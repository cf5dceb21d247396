//! `fuzz`, `bench`, `corpus run`, `conformance`, `drift`, `faults`: handed on to the crate trueup-oracle, built with optimisation.
//!
//! These commands need the product, which the everyday commands of this crate must not wait for.

use std::process::Command;

use anyhow::{Context as _, Result};

/// Builds and runs a command of trueup-oracle; returns whether what it checks holds.
pub fn run(command: &str, arguments: &[&str]) -> Result<bool> {
    if command == "bench" && !arguments.contains(&"--trueup") {
        // What users get, not what builds fast.
        crate::command::run(cargo().args(["build", "--quiet", "--release", "--package", "trueup"]))?;
    }
    if matches!(command, "autogenerate" | "commands" | "faults") && !arguments.contains(&"--trueup") {
        crate::command::run(cargo().args(["build", "--quiet", "--profile", "fast", "--package", "trueup"]))?;
    }
    let mut oracle = cargo();
    oracle.args(["run", "--quiet", "--profile", "fast", "--package", "trueup-oracle", "--", command]);
    let status = oracle.args(arguments).status().context("cannot run cargo")?;
    Ok(status.success())
}

fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(program);
    cargo.current_dir(crate::root());
    cargo
}
