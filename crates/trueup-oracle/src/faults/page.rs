//! The page `docs/reliability.md`.

use std::process::Command;

use anyhow::Result;

use super::Options;
use super::fault::Kind;
use super::tally::{Row, Tally};

/// Returns the whole page.
pub(super) fn page(options: &Options, tally: &Tally) -> Result<String> {
    let text = include_str!("reliability.md");
    let only =
        if options.only.is_empty() { String::new() } else { format!(" --only {}", options.only.join(",")) };
    let strace = if super::scenario::has_strace() { "strace" } else { "no strace" };
    let how = format!("cargo xtask faults --runs {} --seed {}{only}", options.runs, options.seed);
    let facts = format!(
        "{}, commit {}, trueup {}, PostgreSQL {}, SQLite {}, {strace}, {} cores",
        output(Command::new("date").arg("+%Y-%m-%d"))?,
        output(Command::new("git").args(["rev-parse", "--short", "HEAD"]))?,
        env!("CARGO_PKG_VERSION"),
        tally.server,
        rusqlite::version(),
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    );
    let runs: usize = tally.rows.values().map(|row| row.runs).sum();
    Ok(text
        .replace("{how}", &how)
        .replace("{facts}", &facts)
        .replace("{runs}", &runs.to_string())
        .replace("{table}\n", &table(tally)))
}

/// Returns the table.
pub(super) fn table(tally: &Tally) -> String {
    let mut out = String::from(
        "| the run is disturbed by | database | runs | of them stopped | again: finished | rows lost | unknown states | \
         invalid indexes unnoticed | known half-done | runs with any fault |\n|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for kind in Kind::all() {
        for is_sqlite in [false, true] {
            let Some(row) = tally.rows.get(&(kind, is_sqlite)) else { continue };
            let name = if is_sqlite { "SQLite" } else { "PostgreSQL" };
            out.push_str(&line(kind, name, row));
        }
    }
    out
}

fn line(kind: Kind, database: &str, row: &Row) -> String {
    if row.runs == 0 {
        return format!("| {} | {database} | not possible here | | | | | | | |\n", kind.words());
    }
    let Row { runs, struck, finished, lost, unknown, invalid, half_done, wrong, skipped: _ } = row;
    format!(
        "| {} | {database} | {runs} | {struck} | {finished} | {lost} | {unknown} | {invalid} | {half_done} | {wrong} |\n",
        kind.words()
    )
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.current_dir(crate::paths::workspace()).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
