//! `--sql`: what both sides write down, by its text and by what it does to a database.

use std::path::Path;

use anyhow::Result;
use trueup_schema::Dialect;
use trueup_sql::{ReadContext, read, split};

use super::command::By;
use super::database::Database;
use super::purpose;
use super::sides::Answer;
use super::trial::{Difference, Step, Trial};

/// Lets both sides write a script, and compares.
pub(super) fn compare(trial: &mut Trial<'_>, words: &[String], by: By) -> Result<Step> {
    let mut words = words.to_vec();
    words.push("--sql".to_owned());
    let theirs = trial.sides.alembic(&trial.root, None, &words)?;
    let mut ours = trial.sides.trueup(&trial.root, None, &words, by)?;
    if by == By::Native && ours.is_unproven() {
        trial.tally.unproven(&ours.error);
        ours = trial.sides.trueup(&trial.root, None, &words, By::Auto)?;
    }
    match (theirs.is_ok, ours.is_ok) {
        (true, true) => both(trial, &words, &theirs, &ours),
        (false, false) => {
            trial.tally.refused(&theirs.error, &ours.reason());
            Ok(Step::Goes)
        }
        (true, false) if ours.is_unproven() => {
            trial.tally.unproven(&ours.error);
            Ok(Step::Goes)
        }
        (true, false) if ours.error.contains(" would fail: ") && is_refused(trial, &words, &theirs)? => {
            trial.tally.explained("a script that its database refuses is not written");
            Ok(Step::Goes)
        }
        (true, false) => match purpose::refusal(&ours) {
            Some(reason) => {
                trial.tally.explained(reason);
                Ok(Step::Goes)
            }
            None => Ok(differs(&format!("only trueup refuses to write: {}", ours.reason()), &theirs, &ours)),
        },
        (false, true) => match purpose::better_script(&theirs.error) {
            Some(reason) => {
                trial.tally.explained(reason);
                alone(trial, &words, &ours)
            }
            None => Ok(differs(&format!("only Alembic refuses to write: {}", theirs.error), &theirs, &ours)),
        },
    }
}

/// Tells whether Alembic's script fails where it begins, or cannot even begin there.
fn is_refused(trial: &mut Trial<'_>, words: &[String], theirs: &Answer) -> Result<bool> {
    match prepared(trial, words, "script-a")? {
        Some(database) => Ok(database.run_script(&theirs.output)?.is_some()),
        None => Ok(true),
    }
}

fn differs(kind: &str, theirs: &Answer, ours: &Answer) -> Step {
    let text =
        format!("--- Alembic\n{}{}\n--- trueup\n{}{}", theirs.output, theirs.error, ours.output, ours.error);
    Step::Differs(Difference::new(kind, text))
}

/// Compares two scripts: statement by statement, and by what they do.
fn both(trial: &mut Trial<'_>, words: &[String], theirs: &Answer, ours: &Answer) -> Result<Step> {
    let other = first_other(trial.dialect, &theirs.output, &ours.output);
    let Some(other) = other else {
        trial.tally.scripts += 1;
        return Ok(Step::Goes);
    };
    let (one, two) = (prepared(trial, words, "script-a")?, prepared(trial, words, "script-b")?);
    let (Some(one), Some(two)) = (one, two) else { return Ok(Step::Goes) };
    let (error, own) = (one.run_script(&theirs.output)?, two.run_script(&ours.output)?);
    let found = one.state()?.differences(&two.state()?);
    let told = format!("{other}\n{}\nAlembic's: {error:?}\ntrueup's: {own:?}", found.text());
    let kind = match (error.is_none(), own.is_none()) {
        // What is left where a script stops depends on the statement at which it does.
        (false, false) => "",
        (true, false) => "only trueup's script is refused",
        (false, true) => match purpose::better(error.as_deref().unwrap_or_default()) {
            Some(reason) => {
                trial.tally.explained(reason);
                return Ok(Step::Goes);
            }
            None => {
                trial
                    .tally
                    .explained("a script of Alembic's is refused, and trueup's does what the revisions do");
                return alone(trial, words, ours);
            }
        },
        (true, true) if found.is_empty() => "",
        (true, true) if asks_for_mode(&trial.root) => {
            trial.tally.explained(
                "a revision does less in a script of Alembic's, and trueup's does what it does on a database",
            );
            return alone(trial, words, ours);
        }
        (true, true) => "scripts do different things",
    };
    if kind.is_empty() {
        trial.tally.respelled(&shape(&other));
        return Ok(Step::Goes);
    }
    let Step::Differs(mut difference) = differs(kind, theirs, ours) else { return Ok(Step::Goes) };
    difference.text = format!("{told}\n{}", difference.text);
    Ok(Step::Differs(difference))
}

/// Tells whether some revision asks whether it is written down or run.
fn asks_for_mode(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().map(|entry| entry.path()).any(|path| {
        if path.is_dir() {
            return asks_for_mode(&path);
        }
        let is_revision =
            path.extension().is_some_and(|extension| extension == "py") && !path.ends_with("env.py");
        let text =
            if is_revision { std::fs::read_to_string(&path).unwrap_or_default() } else { String::new() };
        text.contains("down_revision") && (text.contains("is_offline_mode()") || text.contains(".as_sql"))
    })
}

/// Compares a script that only trueup writes with what Alembic does on a database.
fn alone(trial: &mut Trial<'_>, words: &[String], ours: &Answer) -> Result<Step> {
    let (one, two) = (prepared(trial, words, "script-a")?, prepared(trial, words, "script-b")?);
    let (Some(one), Some(two)) = (one, two) else { return Ok(Step::Goes) };
    let target = words[1].split_once(':').map_or(words[1].as_str(), |(_, target)| target);
    let online = [words[0].clone(), target.to_owned()];
    let theirs = trial.sides.alembic(&trial.root, Some(&one), &online)?;
    let own = two.run_script(&ours.output)?;
    let (state, other) = (one.state()?, two.state()?);
    let found = state.differences(&other);
    if theirs.is_ok == own.is_none()
        && (own.is_some()
            || found.is_empty()
            || super::losses::explain(&state, &other, &theirs.sent).is_some())
    {
        trial.tally.scripts += 1;
        return Ok(Step::Goes);
    }
    if own.is_none() && purpose::better(&theirs.error).is_some() {
        return Ok(Step::Goes);
    }
    if own.as_deref().is_some_and(|error| error.contains("which this script cannot know")) {
        trial.tally.explained("a script stops where there are rows that it cannot know");
        return Ok(Step::Goes);
    }
    let text = format!(
        "{}\nAlembic online: {}\ntrueup's script: {own:?}\n{}",
        found.text(),
        theirs.error,
        ours.output
    );
    Ok(Step::Differs(Difference::new("a script that Alembic cannot write does something else", text)))
}

/// Returns a database where a script begins; none where it cannot be brought there.
fn prepared(trial: &mut Trial<'_>, words: &[String], name: &str) -> Result<Option<Database>> {
    let database = Database::new(trial.dialect, trial.folder(), name)?;
    let Some((start, _)) =
        words.get(1).and_then(|range| range.split_once(':')).filter(|(start, _)| *start != "base")
    else {
        return Ok(Some(database));
    };
    let upgrade = ["upgrade".to_owned(), start.to_owned()];
    let answer = trial.sides.alembic(&trial.root, Some(&database), &upgrade)?;
    if !answer.is_ok {
        return Ok(None);
    }
    let state = database.state()?;
    Ok((state.rows == [start]).then_some(database))
}

/// Returns the first statements that are not the same.
fn first_other(dialect: Dialect, theirs: &str, ours: &str) -> Option<String> {
    let (theirs, ours) = (statements(dialect, theirs), statements(dialect, ours));
    for at in 0..theirs.len().max(ours.len()) {
        let text = |side: &[String]| side.get(at).cloned().unwrap_or_default();
        let (one, two) = (text(&theirs), text(&ours));
        if words(&one) != words(&two) && !same_operations(dialect, &one, &two) {
            return Some(format!("{one}\n| {two}"));
        }
    }
    None
}

fn statements(dialect: Dialect, script: &str) -> Vec<String> {
    let without_comments: String =
        script.lines().filter(|line| !line.starts_with("--")).flat_map(|line| [line, "\n"]).collect();
    split(dialect, &without_comments)
        .into_iter()
        .map(|statement| statement.text.trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}

/// Two spellings of the same, as the reader sees it; statements on rows are never.
fn same_operations(dialect: Dialect, one: &str, two: &str) -> bool {
    let read = |text: &str| {
        let result = read(dialect, text, &ReadContext::default());
        let operations: Vec<_> = result.operations().cloned().collect();
        let is_known =
            operations.iter().all(|operation| operation.name() != "run_data" && operation.name() != "opaque");
        (is_known && !operations.is_empty() && result.errors.is_empty()).then_some(operations)
    };
    matches!((read(one), read(two)), (Some(one), Some(two)) if one == two)
}

/// Words without quotes where they say nothing, outside of literals in lower case.
fn words(sql: &str) -> String {
    let mut out = String::new();
    for (at, part) in sql.split('\'').enumerate() {
        if at % 2 == 1 {
            out.push_str(&format!("'{part}'"));
            continue;
        }
        for (at, part) in part.split('"').enumerate() {
            let is_plain = part
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
            if at % 2 == 1 && !is_plain {
                out.push_str(&format!("\"{part}\""));
            } else if at % 2 == 1 {
                out.push_str(part);
            } else {
                let letters = part.to_lowercase();
                out.push_str(&letters.split_whitespace().collect::<Vec<_>>().join(" "));
                out.push(' ');
            }
        }
    }
    out.replace(" ,", ",")
        .replace(", ", ",")
        .replace("( ", "(")
        .replace(" )", ")")
        .replace(" (", "(")
        .replace(' ', "")
}

/// A pair of statements without what differs from project to project.
fn shape(pair: &str) -> String {
    let mut out = String::new();
    for line in pair.lines() {
        let kept = line.split_whitespace().map(|word| {
            let is_keyword =
                word.chars().all(|letter| letter.is_ascii_uppercase() || "();,|".contains(letter));
            if is_keyword { word.to_owned() } else { "…".to_owned() }
        });
        let mut kept: Vec<String> = kept.collect();
        kept.dedup();
        out.push_str(&kept.join(" "));
        out.push(' ');
    }
    out.chars().take(150).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_makes_no_difference() {
        let one = "BEGIN;\n\n-- Running upgrade\n\nCREATE TABLE \"t\" (\n a INTEGER NOT NULL, \n b VARCHAR(3)\n);\n";
        let two = "BEGIN;\nCREATE TABLE t (a integer NOT NULL, b varchar(3));";
        assert_eq!(first_other(Dialect::Postgresql, one, two), None);
    }

    #[test]
    fn statements_that_differ_are_told() {
        for two in [
            "CREATE TABLE t (a integer)",
            "CREATE TABLE \"T\" (a INTEGER NOT NULL)",
            "CREATE TABLE t (a INTEGER NOT NULL); SELECT 1",
        ] {
            assert!(
                first_other(Dialect::Postgresql, "CREATE TABLE t (a INTEGER NOT NULL)", two).is_some(),
                "{two}"
            );
        }
        assert!(
            first_other(Dialect::Sqlite, "INSERT INTO t VALUES ('a')", "INSERT INTO t VALUES ('A')")
                .is_some()
        );
    }
}
