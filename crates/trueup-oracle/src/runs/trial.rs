//! One project on one dialect: the same commands on two databases, compared after each.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use tempfile::TempDir;
use trueup_schema::Dialect;

use super::command::{By, Command};
use super::database::Database;
use super::project::Project;
use super::sides::{Answer, Sides};
use super::state::{Differences, State};
use super::tally::Tally;
use super::{losses, purpose, script};

/// What somebody has to look at.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    /// What sort it is, for counting and shrinking.
    pub(super) kind: String,
    pub(super) text: String,
}

impl Difference {
    pub(super) fn new(kind: impl Into<String>, text: impl Into<String>) -> Self {
        Self { kind: kind.into(), text: text.into() }
    }
}

/// What came of a command.
pub(super) enum Step {
    /// Both sides are where the next command can begin.
    Goes,
    /// They differ on purpose, and no further command would say anything.
    Ends,
    Differs(Difference),
}

/// What is run.
#[derive(Clone, Copy)]
pub(super) enum Subject<'a> {
    Generated(&'a Project),
    /// A project that is there already.
    Folder(&'a Path),
}

/// Both databases, and what was done to them.
pub(super) struct Trial<'a> {
    pub(super) dialect: Dialect,
    pub(super) sides: &'a mut Sides,
    pub(super) tally: &'a mut Tally,
    pub(super) folder: TempDir,
    pub(super) root: PathBuf,
    theirs: Database,
    ours: Database,
    /// The state of both before the next command.
    pub(super) state: State,
    pub(super) done: Vec<Command>,
}

impl<'a> Trial<'a> {
    /// Begins with two empty databases.
    pub(super) fn new(
        subject: Subject<'_>,
        dialect: Dialect,
        sides: &'a mut Sides,
        tally: &'a mut Tally,
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let root = match subject {
            Subject::Generated(project) => {
                let root = folder.path().join("project");
                project.write(&root)?;
                root
            }
            Subject::Folder(root) => root.to_owned(),
        };
        sides.turn_to(dialect);
        let theirs = Database::new(dialect, folder.path(), "theirs")?;
        let ours = Database::new(dialect, folder.path(), "ours")?;
        let state = State::default();
        Ok(Self { dialect, sides, tally, folder, root, theirs, ours, state, done: Vec::new() })
    }

    /// Runs a command on both sides.
    pub(super) fn step(&mut self, command: Command) -> Result<Step> {
        let step = match &command {
            Command::Fill(seed) => self.insert_rows(*seed)?,
            Command::Script(words, by) => script::compare(self, words, *by)?,
            Command::Run(words, by) => self.run(words, *by)?,
        };
        self.done.push(command);
        Ok(step)
    }

    /// Creates what has to be there before the first revision.
    pub(super) fn give(&mut self) -> Result<()> {
        self.sides.give(&self.theirs)?;
        self.sides.give(&self.ours)?;
        self.state = self.theirs.state()?;
        Ok(())
    }

    /// Makes both databases the same after a difference, where they can be copied.
    pub(super) fn meet(&mut self) -> Result<bool> {
        let is_met = self.ours.take_over(&self.theirs)?;
        self.state = self.theirs.state()?;
        Ok(is_met)
    }

    fn insert_rows(&mut self, seed: u64) -> Result<Step> {
        let statements = self.theirs.rows_to_insert(seed)?;
        let (taken, own) = (self.theirs.try_each(&statements)?, self.ours.try_each(&statements)?);
        let (state, ours) = self.states()?;
        let found = state.differences(&ours);
        self.state = state;
        if taken == own && found.is_empty() {
            return Ok(Step::Goes);
        }
        let text = format!("{}\n{}", statements.join("\n"), found.text());
        Ok(Step::Differs(Difference::new("rows that both were given", text)))
    }

    fn states(&self) -> Result<(State, State)> {
        std::thread::scope(|scope| {
            let ours = scope.spawn(|| self.ours.state());
            let theirs = self.theirs.state()?;
            let ours = ours.join().map_err(|_| anyhow::anyhow!("reading a database panicked"))??;
            Ok((theirs, ours))
        })
    }

    /// Runs trueup on a database.
    fn trueup(&self, database: &Database, words: &[String], by: By) -> Result<Answer> {
        self.sides.trueup(&self.root, Some(database), words, by)
    }

    fn run(&mut self, words: &[String], by: By) -> Result<Step> {
        if let (Database::Sqlite(file), true) = (&self.theirs, self.dialect.is_sqlite()) {
            let kept = self.folder.path().join("kept.db");
            let _ = std::fs::remove_file(&kept);
            if file.exists() {
                std::fs::copy(file, kept)?;
            }
        }
        let theirs = self.sides.alembic(&self.root, Some(&self.theirs), words)?;
        let mut ours = match by {
            By::Alembic => self.sides.alembic(&self.root, Some(&self.ours), words)?,
            by => match self.on_ours(words, by, None)? {
                Ok(answer) => answer,
                Err(step) => return Ok(step),
            },
        };
        if by == By::Native && ours.is_unproven() {
            self.tally.unproven(&ours.error);
            let own = self.ours.state()?;
            let state = self.theirs.state()?;
            let found = self.state.differences(&own);
            let refused = Run { words, theirs: theirs.clone(), ours, state, own, found };
            if !refused.found.is_empty() {
                if !self.is_whole(&refused)? {
                    return Ok(refused.differs("refused as unproven, and yet changed", ""));
                }
                self.tally.explained("the revisions before one that is not proved stay");
            }
            ours = match self.on_ours(words, By::Auto, Some(&refused.own))? {
                Ok(answer) => answer,
                Err(step) => return Ok(step),
            };
        }
        let (state, own) = self.states()?;
        let found = state.differences(&own);
        let run = Run { words, theirs, ours, state, own, found };
        self.judge(run)
    }

    /// Runs trueup on its database, with an explicit yes where it wants one; its refusal must leave everything as it was.
    fn on_ours(&mut self, words: &[String], by: By, before: Option<&State>) -> Result<Result<Answer, Step>> {
        let answer = self.trueup(&self.ours, words, by)?;
        if !answer.is_loss_refused() {
            return Ok(Ok(answer));
        }
        let found = before.unwrap_or(&self.state).differences(&self.ours.state()?);
        if !found.is_empty() {
            let text = format!("{}\n{}", found.text(), answer.error);
            return Ok(Err(Step::Differs(Difference::new("refused, and yet changed", text))));
        }
        self.tally.explained("what drops rows wants an explicit yes");
        let allowed = [words, &["--allow".to_owned(), "data-loss".to_owned()]].concat();
        self.trueup(&self.ours, &allowed, by).map(Ok)
    }

    fn judge(&mut self, run: Run<'_>) -> Result<Step> {
        match (run.theirs.is_ok, run.ours.is_ok) {
            (true, true) if run.found.is_empty() => {
                if run.words[0] == "current" && printed(&run.theirs) != printed(&run.ours) {
                    let text = format!("{}\n---\n{}", run.theirs.output, run.ours.output);
                    return Ok(Step::Differs(Difference::new("what `current` prints", text)));
                }
                self.tally.alike += 1;
                self.state = run.state;
                Ok(Step::Goes)
            }
            (true, true) if run.is_table_uncommitted() => {
                self.tally.explained("Alembic does not commit the version table where nothing follows it");
                self.go_on_with_ours(run)
            }
            (true, true) => match losses::explain(&run.state, &run.own, &run.theirs.sent) {
                Some(reasons) if self.dialect.is_sqlite() => {
                    for reason in reasons {
                        self.tally.explained(&format!("a rebuilt table keeps {reason}"));
                    }
                    self.go_on_with_ours(run)
                }
                _ => Ok(run.differs("different", "both are done")),
            },
            (false, false) if run.found.is_empty() => {
                self.tally.refused(&run.theirs.error, &run.ours.reason());
                self.ours.take_over_sequences(&self.theirs)?;
                self.state = run.state;
                Ok(Step::Goes)
            }
            (false, false) if self.is_as_far(&run) && self.is_whole(&run)? => {
                self.tally.explained(if run.ours.has_delegated {
                    "a run that Python shares keeps the revisions before the one that fails"
                } else {
                    "a revision that fails is taken back whole, Alembic leaves half of it"
                });
                self.go_on_with_ours(run)
            }
            (false, false) => Ok(run.differs("after a refusal", "both refuse")),
            (true, false) => match purpose::refusal(&run.ours) {
                Some(reason) => self.explained_end(reason),
                None => Ok(run.differs(&format!("only trueup refuses: {}", run.ours.reason()), "")),
            },
            (false, true) if losses::is_missed(&run.theirs.error, &self.state, &run.theirs.sent) => {
                self.tally.explained("an index on an expression is dropped that Alembic has lost before");
                self.go_on_with_ours(run)
            }
            (false, true) => match purpose::better(&run.theirs.error) {
                Some(reason) => {
                    self.tally.explained(reason);
                    self.go_on_with_ours(run)
                }
                None => Ok(run.differs(&format!("only Alembic refuses: {}", run.theirs.error), "")),
            },
        }
    }

    fn explained_end(&mut self, reason: &str) -> Result<Step> {
        self.tally.explained(reason);
        Ok(Step::Ends)
    }

    /// Takes over what trueup has left, where the database can be copied.
    fn go_on_with_ours(&mut self, run: Run<'_>) -> Result<Step> {
        if !self.theirs.take_over(&self.ours)? {
            return Ok(Step::Ends);
        }
        self.state = run.own;
        Ok(Step::Goes)
    }

    /// Where each revision is committed, both stop at the same one; Python commits those that it runs alone.
    fn is_as_far(&self, run: &Run<'_>) -> bool {
        !self.dialect.is_sqlite() || run.ours.has_delegated || run.own.rows == run.state.rows
    }

    /// Tells whether trueup's database is what Alembic would make of the one before with exactly those revisions that
    /// trueup records.
    fn is_whole(&mut self, run: &Run<'_>) -> Result<bool> {
        let begun = run.ours.begun();
        // The last one that was begun may have failed.
        for steps in [begun.checked_sub(1), Some(begun)].into_iter().flatten() {
            let Some((mut expected, sent)) = self.after_steps(run, steps)? else { continue };
            // Alembic makes the version table even where it then runs nothing to the end.
            if expected.version_table.is_empty() || run.own.version_table.is_empty() {
                expected.version_table.clone_from(&run.own.version_table);
            }
            let is_loss = || losses::explain(&expected, &run.own, &sent).is_some();
            if expected.differences(&run.own).is_empty() || is_loss() {
                return Ok(true);
            }
        }
        // What Python leaves of the revision that fails is Alembic's own where it begins with that revision.
        if run.ours.has_delegated
            && let Some(before) = begun.checked_sub(1)
        {
            let other = self.reference()?;
            for steps in [before, 1] {
                self.sides.limited(&self.root, Some(&other), run.words, Some(steps))?;
            }
            return Ok(other.state()?.differences(&run.own).is_empty());
        }
        Ok(false)
    }

    /// Returns what Alembic makes of the database before a run by that many of its steps, if that leads where trueup is,
    /// and the statements that it sends.
    fn after_steps(&mut self, run: &Run<'_>, steps: usize) -> Result<Option<(State, Vec<String>)>> {
        let other = self.reference()?;
        let mut sent = Vec::new();
        if steps > 0 {
            sent = self.sides.limited(&self.root, Some(&other), run.words, Some(steps))?.sent;
        }
        let state = other.state()?;
        Ok((state.rows == run.own.rows).then_some((state, sent)))
    }

    /// Returns a third database, which is as the first one was before the last command.
    fn reference(&mut self) -> Result<Database> {
        let other = Database::new(self.dialect, self.folder.path(), "reference")?;
        if let Database::Sqlite(file) = &other {
            let kept = self.folder.path().join("kept.db");
            if kept.exists() {
                std::fs::copy(kept, file)?;
            }
        } else {
            self.sides.give(&other)?;
            self.replay(&other)?;
        }
        Ok(other)
    }

    /// Does by Alembic on an empty database what was done on the first one.
    pub(super) fn replay(&mut self, database: &Database) -> Result<()> {
        for command in self.done.clone() {
            match command {
                Command::Run(words, _) => drop(self.sides.alembic(&self.root, Some(database), &words)?),
                Command::Fill(seed) => drop(database.try_each(&database.rows_to_insert(seed)?)?),
                Command::Script(..) => {}
            }
        }
        Ok(())
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A command that was run on both sides.
struct Run<'r> {
    words: &'r [String],
    theirs: Answer,
    ours: Answer,
    state: State,
    own: State,
    found: Differences,
}

impl Run<'_> {
    /// Tells whether nothing differs but that Alembic has no version table, which with a transaction for each revision is
    /// rolled back with the connection (`ensure_version`, and runs of no revision).
    fn is_table_uncommitted(&self) -> bool {
        let missing = self.state.version_table.is_empty() && !self.own.version_table.is_empty();
        missing && self.own.rows.is_empty() && self.found.schema.is_empty() && self.found.rows.is_empty()
    }

    fn differs(&self, kind: &str, head: &str) -> Step {
        let by_kind = if self.found.is_empty() || kind.starts_with("only") {
            kind.to_owned()
        } else {
            let kinds = [
                ("version", &self.found.version),
                ("schema", &self.found.schema),
                ("rows", &self.found.rows),
            ];
            let names: Vec<&str> =
                kinds.iter().filter(|(_, found)| !found.is_empty()).map(|(name, _)| *name).collect();
            format!("{kind}: {} of {}", names.join(", "), self.words[0])
        };
        let text = format!(
            "{head}\nAlembic: {}\ntrueup: {}\n{}",
            self.theirs.error,
            without_progress(&self.ours.error),
            self.found.text()
        );
        Step::Differs(Difference::new(by_kind, text.trim()))
    }
}

/// Leaves out the lines that tell which revisions began, but for the last.
fn without_progress(error: &str) -> String {
    let lines: Vec<&str> = error.lines().collect();
    let last = lines.iter().rposition(|line| line.starts_with("Running "));
    let kept =
        lines.iter().enumerate().filter(|(at, line)| Some(*at) >= last || !line.starts_with("Running "));
    kept.map(|(_, line)| *line).collect::<Vec<_>>().join("\n")
}

fn printed(answer: &Answer) -> Vec<&str> {
    let mut lines: Vec<&str> = answer.output.lines().collect();
    lines.sort_unstable();
    lines
}

/// Runs given commands; returns the difference they lead to.
pub(super) fn replayed(
    project: &Project,
    dialect: Dialect,
    commands: &[Command],
    sides: &mut Sides,
) -> Result<Option<Difference>> {
    ensure!(!commands.is_empty(), "no commands");
    let mut tally = Tally::default();
    let mut trial = Trial::new(Subject::Generated(project), dialect, sides, &mut tally)?;
    for command in commands {
        match trial.step(command.clone())? {
            Step::Goes => {}
            Step::Ends => return Ok(None),
            Step::Differs(difference) => return Ok(Some(difference)),
        }
    }
    Ok(None)
}
