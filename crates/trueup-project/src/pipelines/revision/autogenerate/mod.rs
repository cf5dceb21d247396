//! `revision --autogenerate`: a revision that leads to the models, proved before it is written.
//!
//! What differs is what `check` reports of models and revisions (or of models and a database), so that after the
//! revision there is nothing left to report. The text is then run on the schema in memory, upwards and back: one that
//! does not lead to the models is not written, and a way back that does not lead back becomes an honest refusal.

mod adopt;
mod parts;
mod proof;
mod renames;

pub(in crate::pipelines) use parts::{Direction, parts};

use trueup_alembic::template::TemplateBodies;
use trueup_alembic::write::{Body, Import, Part, body};
use trueup_schema::ops::{RenameColumn, RenameTable};
use trueup_schema::{Dialect, Operation, Schema};

pub use renames::Answers;

use super::refused;
use crate::config::Configuration;
use crate::pipelines::check::CheckRequest;
use crate::pipelines::check::compared::{Against, Compared};
use crate::pipelines::history::History;
use crate::pipelines::writing::{Event, Tell};
use crate::report::Failure;

/// What is asked of `revision --autogenerate`.
#[derive(Clone, Debug, Default)]
pub struct Autogenerate {
    /// What models are compared with.
    pub against: Against,
    /// What was renamed and what goes.
    pub answers: Answers,
    /// How project and database are read.
    pub check: CheckRequest,
}

/// A revision in the making.
pub(super) struct Generated<'a> {
    compared: Compared<'a>,
    /// What the revision does.
    pub(super) operations: Vec<Operation>,
    /// What the template gets.
    pub(super) bodies: TemplateBodies,
}

/// Returns what leads to the models, or nothing where they are there already.
pub(super) fn generate<'a>(
    configuration: &'a Configuration,
    history: &History,
    request: &'a Autogenerate,
    tell: &mut Tell<'_>,
) -> Result<Option<Generated<'a>>, Failure> {
    let compared = Compared::read(configuration, history, &request.check, request.against)?;
    for (warning, hint) in &compared.warnings {
        tell(Event::Warns(warning, Some(hint)));
    }
    let renames = renames::renames(&compared, &request.answers)?;
    let mut renamed = compared.before.clone();
    for rename in &renames {
        // They were tried before.
        let _ = rename.apply(&mut renamed);
    }
    let adopted = adopt::adopt(&compared, &renamed).map_err(|message| {
        refused(
            message,
            "drop or change first what holds it, in a revision of its own: `trueup revision -m \"…\"`",
        )
    })?;
    for note in &adopted.notes {
        tell(Event::Warns(note, None));
    }
    let left: Vec<_> = compared.differences(&adopted.schema).into_iter().filter(adopt::counts).collect();
    if !left.is_empty() {
        let what = format!("not written: {}", proof::named(&left));
        tell(Event::Warns(&what, Some("`trueup check --only drift` tells what is different")));
    }
    let mut operations = renames.clone();
    operations.extend(trueup_schema::diff(&renamed, &adopted.schema));
    if operations.is_empty() {
        return Ok(None);
    }
    let drafting = Drafting { compared: &compared, target: &adopted.schema };
    let (up, after) = drafting.upgrade(&operations, &left)?;
    let mut back = trueup_schema::diff(&adopted.schema, &renamed);
    back.extend(renames.iter().rev().filter_map(undone));
    let down = drafting.downgrade(&up, &after, &back)?;
    let bodies = TemplateBodies { imports: imports(&up, &down), upgrades: up.text, downgrades: down.text };
    Ok(Some(Generated { compared, operations, bodies }))
}

impl Generated<'_> {
    /// Returns the dialect that it is for.
    pub(super) fn dialect(&self) -> Dialect {
        self.compared.before.dialect
    }

    /// Holds what the template made of the bodies against what was meant.
    pub(super) fn prove(&self, path: &str, text: &str) -> Result<(), Failure> {
        let before = self.compared.before.clone();
        let meant = proof::module(&self.bodies);
        proof::same(&self.compared, path, text, &meant, before).map_err(|message| {
            refused(
                format!("what `script.py.mako` makes does something else than was meant: {message}"),
                "it needs `${imports}`, `${upgrades}` and `${downgrades}`, and the imports `op` and `sa`",
            )
        })
    }
}

/// Returns the operation that takes a rename back.
fn undone(rename: &Operation) -> Option<Operation> {
    match rename {
        Operation::RenameTable(RenameTable { table, new_name }) => {
            Some(RenameTable { table: new_name.clone(), new_name: table.clone() }.into())
        }
        Operation::RenameColumn(RenameColumn { table, column, new_name }) => {
            let (column, new_name) = (new_name.clone(), column.clone());
            Some(RenameColumn { table: table.clone(), column, new_name }.into())
        }
        _ => None,
    }
}

fn imports(up: &Body, down: &Body) -> String {
    let needed: std::collections::BTreeSet<Import> = up.imports.union(&down.imports).copied().collect();
    needed.into_iter().map(Import::text).collect::<Vec<_>>().join("\n")
}

/// Writes the two functions, and tries each.
struct Drafting<'a> {
    compared: &'a Compared<'a>,
    target: &'a Schema,
}

impl Drafting<'_> {
    /// Returns the body of `upgrade()`, and the schema after it.
    fn upgrade(
        &self,
        operations: &[Operation],
        left: &[trueup_schema::diff::Difference],
    ) -> Result<(Body, Schema), Failure> {
        let before = &self.compared.before;
        let hint = "write it by hand: `trueup revision -m \"…\"` makes the file";
        let mut parts = self::parts(operations, Direction::Up);
        let mut drafted = self.draft(&parts, before).map_err(|message| refused(message, hint))?;
        let mut after = self.run(&drafted, before).map_err(|message| refused(message, hint))?;
        // A table that SQLite builds anew loses what Alembic does not know of; it is made again.
        let lost = proof::lost(&after, self.target);
        if !lost.is_empty() {
            parts.push(Part::Comment("Alembic builds the table anew and loses these:".to_owned()));
            parts.extend(lost.into_iter().map(Part::from));
            drafted = self.draft(&parts, before).map_err(|message| refused(message, hint))?;
            after = self.run(&drafted, before).map_err(|message| refused(message, hint))?;
        }
        let missed: Vec<_> = self
            .compared
            .differences(&after)
            .into_iter()
            .filter(adopt::counts)
            .filter(|found| !left.iter().any(|known| known.object == found.object))
            .collect();
        if missed.is_empty() {
            return Ok((drafted, after));
        }
        let what = proof::named(&missed);
        Err(refused(format!("no revision that leads to the models was found; it would miss {what}"), hint))
    }

    /// Returns the body of `downgrade()`.
    fn downgrade(&self, up: &Body, after: &Schema, back: &[Operation]) -> Result<Body, Failure> {
        let before = &self.compared.before;
        let mut parts = self::parts(back, Direction::Down);
        let attempt = |parts: &[Part]| -> Result<(Body, Schema), String> {
            let drafted = self.draft(parts, self.target)?;
            let bodies = TemplateBodies {
                imports: imports(up, &drafted),
                upgrades: up.text.clone(),
                downgrades: drafted.text.clone(),
            };
            let reached = proof::downgraded(self.compared, &bodies, after)?;
            Ok((drafted, reached))
        };
        let mut result = attempt(&parts);
        if let Ok((_, reached)) = &result {
            let lost = proof::lost(reached, before);
            if !lost.is_empty() {
                parts.extend(lost.into_iter().map(Part::from));
                result = attempt(&parts);
            }
        }
        let why = match result {
            Ok((drafted, reached)) => match proof::unlike(self.compared, before, &reached) {
                None => return Ok(drafted),
                Some(what) => format!("the way back would not restore {what}"),
            },
            Err(message) => message,
        };
        self.draft(&[Part::Raise(why)], self.target)
            .map_err(|message| refused(message, "nothing was written"))
    }

    fn draft(&self, parts: &[Part], before: &Schema) -> Result<Body, String> {
        body(parts, before, &self.compared.style()).map_err(|error| error.0)
    }

    fn run(&self, up: &Body, before: &Schema) -> Result<Schema, String> {
        let bodies = TemplateBodies {
            imports: imports(up, up),
            upgrades: up.text.clone(),
            downgrades: "pass".to_owned(),
        };
        proof::upgraded(self.compared, &bodies, before)
    }
}
