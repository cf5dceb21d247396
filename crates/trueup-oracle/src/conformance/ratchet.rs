//! The cases that are known to fail: the list may become shorter, and never longer without somebody saying so.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::paths;

/// By suite: the failing cases and their causes.
pub(super) type Failures = BTreeMap<String, BTreeMap<String, String>>;

/// Between a suite, a case and its cause.
const BETWEEN: &str = " | ";

fn file() -> PathBuf {
    paths::workspace().join("corpus/CONFORMANCE.txt")
}

fn recorded() -> Failures {
    parse(&fs::read_to_string(file()).unwrap_or_default())
}

fn parse(text: &str) -> Failures {
    let mut out = Failures::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.splitn(3, BETWEEN);
        if let (Some(suite), Some(case), Some(cause)) = (parts.next(), parts.next(), parts.next()) {
            out.entry(suite.to_owned()).or_default().insert(case.to_owned(), cause.to_owned());
        }
    }
    out
}

/// Records the failures of the suites that were run if that is meant, else prints what is not as recorded.
pub(super) fn settle(failures: &Failures, update: bool) -> Result<bool> {
    let mut known = recorded();
    if update {
        known.extend(failures.clone());
        let mut text = String::from(
            "# Cases of the peers that fail, with the cause (`cargo xtask conformance --cases FOLDER --update`).\n\
             # Reviewed like code: a line that comes anew needs a reason in the commit.\n",
        );
        for (suite, cases) in &known {
            for (case, cause) in cases {
                text.push_str(&[suite.as_str(), case, cause].join(BETWEEN));
                text.push('\n');
            }
        }
        fs::write(file(), text)?;
        return Ok(true);
    }
    let changes = changes(failures, &known);
    for change in &changes {
        println!("not as recorded: {change}");
    }
    Ok(changes.is_empty())
}

fn changes(failures: &Failures, known: &Failures) -> Vec<String> {
    let mut out = Vec::new();
    let none = BTreeMap::new();
    for (suite, now) in failures {
        let before = known.get(suite).unwrap_or(&none);
        let new = now.keys().filter(|case| !before.contains_key(*case));
        out.extend(new.map(|case| format!("{suite}: {case} fails now")));
        let gone = before.keys().filter(|case| !now.contains_key(*case));
        out.extend(
            gone.map(|case| format!("{suite}: {case} does not fail any more; record it with --update")),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{changes, parse};

    #[test]
    fn a_case_that_fails_anew_is_told_and_so_is_one_that_passes() {
        let known = parse("# text\nx | one | cause\nx | two | other | cause\n");
        assert_eq!(known["x"]["two"], "other | cause");
        assert!(changes(&known, &known).is_empty());
        let now = parse("x | two | another cause\nx | three | cause\n");
        assert_eq!(
            changes(&now, &known),
            ["x: three fails now", "x: one does not fail any more; record it with --update"]
        );
    }
}
