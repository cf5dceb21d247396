//! What a disturbed run has left, what the next run makes of it, and what is wrong with either.

use anyhow::Result;
use trueup_schema::Dialect;

use super::database::Database;
use super::program::Ended;
use super::project;
use super::scenario::{Place, Prepared};
use super::state::State;

/// What came of one disturbed run.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The fault met the run: it did not simply reach its end.
    pub(super) struck: bool,
    /// The same command again reached the end, with what an undisturbed run leaves.
    pub(super) finished: bool,
    /// Rows that were there before, or belong to the revision, and are not.
    pub(super) lost: usize,
    /// What it left is no revision's, and nobody said so.
    pub(super) unknown: usize,
    /// What it left is a revision's but for an index that is built or dropped outside of transactions.
    pub(super) half_done: usize,
    /// Invalid indexes that nobody named, or that stay.
    pub(super) invalid: usize,
    /// Everything that is wrong, for a person.
    pub(super) problems: Vec<String>,
    /// What was said: how it ended, and the text.
    pub(super) said: Vec<(String, String)>,
}

impl Outcome {
    /// Looks at what a run has left.
    pub(super) fn left(
        &mut self,
        prepared: &Prepared<'_>,
        database: &Database<'_>,
        ended: &Ended,
    ) -> Result<()> {
        self.hear("", ended);
        let staying = database.settle()?;
        if staying > 0 {
            self.problems.push(format!("{staying} sessions stay"));
        }
        let state = database.state()?;
        self.struck = !ended.is_good();
        self.position(prepared, &state, ended);
        if ended.is_good() && state.versions != prepared.goal().versions {
            self.problems.push("exit 0, and not at the end".to_owned());
        }
        if !state.invalid.is_empty() && ended.has_spoken() && !names_all(&ended.text, &state.invalid) {
            self.invalid += state.invalid.len();
            self.problems.push(format!("invalid and not named: {}", state.invalid.join(", ")));
        }
        Ok(())
    }

    /// Compares with what the recorded revision is in an undisturbed run.
    fn position(&mut self, prepared: &Prepared<'_>, state: &State, ended: &Ended) {
        let expected = match state.versions.as_slice() {
            [] => prepared.states.get(&0),
            [only] => prepared.states.get(&project::number(only)),
            _ => None,
        };
        let Some(expected) = expected else {
            self.unknown += 1;
            self.problems.push(format!("the database records {:?}", state.versions));
            return;
        };
        let difference = state.against(expected);
        self.lost += difference.lost;
        self.problems.extend(state.damage.iter().map(|damage| format!("damage: {damage}")));
        if difference.is_none() {
            return;
        }
        let index = index_between(prepared, state);
        let only_index = |index: &str| {
            let heading = |text: &String| {
                text.lines().next().is_some_and(|line| line.ends_with(&format!("INDEX {index}")))
            };
            difference.lost == 0 && difference.extra == 0 && difference.schema.iter().all(heading)
        };
        match index {
            Some(index) if only_index(index) => {
                self.half_done += 1;
                if ended.has_spoken() && !ended.text.contains(index) {
                    self.unknown += 1;
                    self.problems.push(format!("the index {index} is half done, and nobody says so"));
                }
            }
            _ => {
                self.unknown += 1;
                self.problems.push(format!("neither one revision nor another: {difference:?}"));
            }
        }
    }

    /// Runs the same again, undisturbed, and compares with what it should leave.
    pub(super) fn again(
        &mut self,
        prepared: &Prepared<'_>,
        database: &Database<'_>,
        place: &Place<'_>,
    ) -> Result<()> {
        let ended = prepared.call.run(&database.url(None), place.folder)?;
        self.hear("again: ", &ended);
        self.arrived(prepared, database, &ended)
    }

    /// Compares what is there at the end with what an undisturbed run leaves.
    pub(super) fn arrived(
        &mut self,
        prepared: &Prepared<'_>,
        database: &Database<'_>,
        ended: &Ended,
    ) -> Result<()> {
        let staying = database.settle()?;
        let state = database.state()?;
        let difference = state.against(prepared.goal());
        self.finished = ended.is_good() && difference.is_none() && state.versions == prepared.goal().versions;
        if !ended.is_good() {
            self.problems.push(format!("the next run: {}\n{}", ended.words(), ended.text.trim()));
        } else if !self.finished {
            self.lost += difference.lost;
            self.problems.push(format!("the next run leaves {:?} with {difference:?}", state.versions));
        }
        self.invalid +=
            if ended.is_good() || !names_all(&ended.text, &state.invalid) { state.invalid.len() } else { 0 };
        for (what, rest) in [
            ("an invalid index", state.invalid.clone()),
            ("a temporary table", state.temporary_tables()),
            ("a file", if ended.is_good() { database.files_left() } else { Vec::new() }),
            ("damage", state.damage.clone()),
        ] {
            self.problems.extend(rest.iter().map(|rest| format!("{what} stays: {rest}")));
        }
        if staying > 0 {
            self.problems.push(format!("{staying} sessions stay after the next run"));
        }
        let twice = if ended.is_good() { database.done_twice()? } else { Vec::new() };
        if !twice.is_empty() {
            self.problems.push(format!("done twice: {}", twice.join(", ")));
        }
        Ok(())
    }

    /// Keeps what a run said, and judges how it ended.
    pub(super) fn hear(&mut self, which: &str, ended: &Ended) {
        if ended.hung {
            self.unknown += 1;
            self.problems.push(format!("{which}hung\n{}", ended.text.trim()));
        }
        if ended.code.is_some_and(|code| ![0, 2, 3, 4].contains(&code)) {
            self.problems.push(format!("{which}{}\n{}", ended.words(), ended.text.trim()));
        }
        if ended.code.is_some_and(|code| code != 0) && !ended.text.contains("error:") {
            self.problems.push(format!("{which}{} without a word", ended.words()));
        }
        self.said.push((format!("{which}{}", ended.words()), ended.text.trim().to_owned()));
    }

    /// Tells whether nothing is wrong.
    pub(super) fn is_fine(&self) -> bool {
        self.problems.is_empty() && self.finished
    }
}

/// Returns the index that the next revision builds or drops outside of transactions.
fn index_between(prepared: &Prepared<'_>, state: &State) -> Option<&'static str> {
    let at = state.versions.first().map_or(0, |id| project::number(id));
    let is_up = prepared.scenario.from < prepared.scenario.to;
    let dialect = match prepared.base {
        Database::Postgres { .. } => Dialect::Postgresql,
        Database::Sqlite { .. } => Dialect::Sqlite,
    };
    project::concurrent_index(if is_up { at + 1 } else { at }, dialect)
}

fn names_all(text: &str, indexes: &[String]) -> bool {
    indexes.iter().all(|index| text.contains(index))
}
