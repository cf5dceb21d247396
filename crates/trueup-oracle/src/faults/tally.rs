//! Adds up what came of all runs, and keeps what was said.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

use super::fault::{Case, Kind};
use super::judge::Outcome;

/// What came of all runs.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// For each kind, on PostgreSQL and on SQLite.
    pub(super) rows: BTreeMap<(Kind, bool), Row>,
    /// The version of the server.
    pub(super) server: String,
    problems: Vec<String>,
    /// How often each message was read, and how the run that said it ended.
    messages: BTreeMap<(Kind, String, String), usize>,
}

/// One kind on one database.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) runs: usize,
    pub(super) struck: usize,
    pub(super) finished: usize,
    pub(super) lost: usize,
    pub(super) unknown: usize,
    pub(super) half_done: usize,
    pub(super) invalid: usize,
    /// Runs about which anything is wrong.
    pub(super) wrong: usize,
    pub(super) skipped: usize,
}

impl Tally {
    pub(super) fn add(&mut self, case: &Case, scenario: &str, outcome: Outcome) {
        let row = self.row(case);
        row.runs += 1;
        row.struck += usize::from(outcome.struck);
        row.finished += usize::from(outcome.finished);
        row.lost += outcome.lost;
        row.unknown += outcome.unknown;
        row.half_done += outcome.half_done;
        row.invalid += outcome.invalid;
        row.wrong += usize::from(!outcome.is_fine());
        if !outcome.is_fine() {
            let mut text = format!("{} {scenario}: {case:?}\n", case.kind.name());
            for problem in &outcome.problems {
                let _ = writeln!(text, "  - {}", problem.replace('\n', "\n    "));
            }
            for (end, said) in &outcome.said {
                let _ = writeln!(text, "  > {end}\n    {}", said.replace('\n', "\n    "));
            }
            println!("{text}");
            self.problems.push(text);
        }
        for (end, said) in outcome.said {
            *self.messages.entry((case.kind, end, normal(&said))).or_default() += 1;
        }
    }

    /// The harness itself could not do it.
    pub(super) fn fail(&mut self, case: &Case, scenario: &str, error: &anyhow::Error) {
        let row = self.row(case);
        row.runs += 1;
        row.wrong += 1;
        let text = format!("{} {scenario}: {case:?}\n  ! {error:#}\n", case.kind.name());
        println!("{text}");
        self.problems.push(text);
    }

    pub(super) fn skip(&mut self, case: &Case) {
        self.row(case).skipped += 1;
    }

    pub(super) fn is_fine(&self) -> bool {
        self.rows.values().all(|row| row.wrong == 0)
    }

    /// Writes what was said and what is wrong, for a person to read.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("problems.txt"), self.problems.join("\n"))?;
        let mut text = String::new();
        for ((kind, end, said), count) in &self.messages {
            writeln!(text, "== {} · {end} · {count} times\n{said}\n", kind.name())?;
        }
        std::fs::write(folder.join("messages.txt"), text)?;
        println!("messages and problems are in {}", folder.display());
        Ok(())
    }

    fn row(&mut self, case: &Case) -> &mut Row {
        self.rows.entry((case.kind, case.dialect.is_sqlite())).or_default()
    }
}

/// The same message about another database or at another second is the same message.
fn normal(said: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    // How far a run came is no part of what it says at the end.
    for line in said.lines().filter(|line| !line.starts_with("Running ")) {
        let mut out = String::new();
        for word in line.split_inclusive(' ') {
            let is_place = word.contains("/case_") || word.contains("/small");
            let word = if is_place { "DATABASE " } else { word };
            out.push_str(&word.replace(|c: char| c.is_ascii_digit(), "0"));
        }
        while out.contains("00") {
            out = out.replace("00", "0");
        }
        lines.push(out.trim_end().to_owned());
    }
    lines.dedup();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn numbers_and_databases_make_no_difference() {
        let one = normal("Running upgrade a -> b\nerror: postgresql://h/case_17 was ended by pid 4711");
        assert_eq!(one, normal("error: postgresql://h/case_9 was ended by pid 12"));
        assert_eq!(one, "error: DATABASE was ended by pid 0");
    }
}
