//! `test`: everything that must hold before a change is published, and what it ran on.
//!
//! The steps do not depend on each other, so all of them run and the last lines say everything that failed. The counts
//! are read from cargo's own output; a run without a single passed test is a failure.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use trueup_testkit::postgres::Postgres;

use crate::{command, tidy};

/// Runs all steps, the tests once per PostgreSQL major or once on the server that the environment gives.
///
/// Returns whether everything holds. The last line has the counts, because that is what people and machines look for.
pub fn run(majors: &[u32]) -> Result<bool> {
    let root = crate::root();
    need_compiler()?;
    // The values keep the servers up for all test processes that follow.
    let servers = provision(majors)?;

    let mut failed = Vec::new();
    step("format", &mut failed, || {
        command::run(cargo(&root).args(["fmt", "--all", "--check"])).context(COMPONENTS)
    });
    step("tidy", &mut failed, || tidy::run(tidy::Mode::Check));
    step("clippy", &mut failed, || {
        let arguments = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
        command::run(cargo(&root).args(arguments)).context(COMPONENTS)
    });
    let mut counts = Counts::default();
    for (index, server) in servers.iter().enumerate() {
        let major = majors.get(index).copied();
        step(&format!("tests on PostgreSQL {}", server.version()), &mut failed, || {
            run_tests(&root, major, &mut counts)
        });
    }

    println!();
    for server in &servers {
        println!("PostgreSQL {} ({})", server.version(), server.origin());
    }
    println!("SQLite {} (bundled)", sqlite_version(&root)?);
    println!("{} test binaries, {} tests ignored", counts.binaries, counts.ignored);
    let verdict =
        if failed.is_empty() { String::new() } else { format!("; not passed: {}", failed.join(", ")) };
    println!("{} passed, {} failed{verdict}", counts.passed, counts.failed);
    Ok(failed.is_empty())
}

fn provision(majors: &[u32]) -> Result<Vec<Postgres>> {
    let servers: Result<Vec<Postgres>, String> = if majors.is_empty() {
        Postgres::provision().map(|server| vec![server])
    } else {
        majors.iter().map(|major| Postgres::of_major(*major)).collect()
    };
    let servers = servers.map_err(anyhow::Error::msg)?;
    for server in &servers {
        println!("PostgreSQL {}: {}", server.version(), server.origin());
    }
    Ok(servers)
}

const COMPONENTS: &str = "hint: `rustup component add rustfmt clippy` when cargo does not know the command";

fn cargo(root: &Path) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(program);
    cargo.current_dir(root);
    cargo
}

fn step(name: &str, failed: &mut Vec<String>, body: impl FnOnce() -> Result<()>) {
    println!("== {name}");
    if let Err(error) = body() {
        println!("error: {name}: {error:#}");
        failed.push(name.to_owned());
    }
}

/// The embedded SQLite is C source.
fn need_compiler() -> Result<()> {
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let found = Command::new(&compiler).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    let compiler = compiler.to_string_lossy();
    bail!(
        "no C compiler `{compiler}`, which the embedded SQLite needs\nhint: `apt-get install gcc libc6-dev`"
    )
}

/// What cargo's `test result:` lines add up to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    binaries: usize,
    passed: usize,
    failed: usize,
    ignored: usize,
}

impl Counts {
    /// Reads `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.09s`.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        let count = |word: &str| {
            let mut parts = counts.split("; ");
            parts.find_map(|part| part.strip_suffix(word)?.trim().parse().ok()).unwrap_or(0)
        };
        self.binaries += 1;
        self.passed += count("passed");
        self.failed += count("failed");
        self.ignored += count("ignored");
    }
}

fn run_tests(root: &Path, major: Option<u32>, counts: &mut Counts) -> Result<()> {
    let before = counts.passed;
    let mut cargo = cargo(root);
    if let Some(major) = major {
        cargo.env_remove("TRUEUP_TEST_POSTGRES").env("TRUEUP_TEST_POSTGRES_MAJOR", major.to_string());
    }
    cargo.args(["test", "--workspace", "--no-fail-fast"]).stdout(Stdio::piped());
    let mut child = cargo.spawn().context("cannot run cargo")?;
    let output = child.stdout.take().context("cargo has no output")?;
    let mut lines = BufReader::new(output);
    let mut line = Vec::new();
    // Bytes, because a test may print anything.
    while lines.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        print!("{text}");
        counts.add(text.trim_end());
        line.clear();
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{}` failed ({status})", command::spelled(&cargo));
    }
    if counts.passed == before {
        bail!("no test ran");
    }
    Ok(())
}

/// The version of the bundled SQLite, from the header that is compiled.
fn sqlite_version(root: &Path) -> Result<String> {
    let text = command::output(cargo(root).args(["metadata", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let manifest = packages
        .iter()
        .find(|package| package["name"] == "libsqlite3-sys")
        .and_then(|package| package["manifest_path"].as_str())
        .context("the workspace does not use SQLite")?;
    let header = Path::new(manifest).with_file_name("sqlite3").join("sqlite3.h");
    let text = std::fs::read_to_string(&header).with_context(|| header.display().to_string())?;
    let version = text.lines().find_map(|line| line.strip_prefix("#define SQLITE_VERSION "));
    version.map(|version| version.trim().trim_matches('"').to_owned()).context("the header has no version")
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn counts_add_up_over_binaries() {
        let mut counts = Counts::default();
        for line in [
            "running 2 tests",
            "test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.09s",
            "test result: FAILED. 3 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            counts.add(line);
        }
        assert_eq!(counts, Counts { binaries: 2, passed: 5, failed: 4, ignored: 1 });
    }
}
