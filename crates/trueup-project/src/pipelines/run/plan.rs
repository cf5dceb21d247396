//! What a run is going to do: for each revision its script, the rows of the version table, and what stands in the way.
//!
//! A plan is made on a schema, that of a database or one that was replayed in memory, and holds for this schema only.

use std::collections::BTreeSet;
use std::sync::Arc;

use trueup_alembic::replay::{Action, ReplayedRevision, ScriptStep, Way};
use trueup_schema::revision::{RunStep, VersionChange, VersionRows};
use trueup_schema::{Dialect, ObjectName, Operation, Origin, Schema};
use trueup_sql::{ReadContext, read};

use super::resume;
use crate::pipelines::check::prepared::Prepared;

/// The steps of a run in order.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// One per revision.
    pub steps: Vec<PlannedStep>,
    /// The schema at its end, as far as it is known.
    pub after: Option<Schema>,
}

/// What a plan is made on.
#[derive(Clone, Debug, Default)]
pub(super) struct Base {
    /// The schema; none is that of an empty database.
    pub(super) schema: Option<Schema>,
    /// Where it is that of a real database, the tables that have rows.
    pub(super) with_rows: Option<BTreeSet<ObjectName>>,
    /// An earlier run has begun the first revision and has not ended it.
    pub(super) attempted: bool,
}

/// One revision of a run.
#[derive(Clone, Debug)]
pub struct PlannedStep {
    /// Its position in the graph.
    pub revision: usize,
    /// Its id.
    pub id: String,
    /// Which of its functions runs.
    pub way: Way,
    /// `1975ea83b712 -> ae1027a6acf`, as Alembic writes the step.
    pub line: String,
    /// The first paragraph of its docstring.
    pub summary: String,
    /// Its file, relative to the project.
    pub path: Arc<str>,
    /// Fingerprint of its file.
    pub checksum: String,
    /// What it sends.
    pub script: Vec<ScriptStep>,
    /// What becomes of the version table.
    pub changes: Vec<VersionChange>,
    /// Why it cannot be run from its text alone.
    pub obstacle: Option<Obstacle>,
    /// The schema before it.
    pub before: Schema,
    /// What it drops although it has rows: tables, and columns of tables that have some.
    pub losses: Vec<Loss>,
    /// What an earlier run has done of it and is not done again, one sentence each.
    pub done_before: Vec<String>,
}

/// Something with rows that is dropped.
#[derive(Clone, Debug)]
pub struct Loss {
    /// In words: "the table `t`".
    pub what: String,
    /// Where it is dropped.
    pub origin: Origin,
}

/// Why a revision cannot be run from its text alone.
#[derive(Clone, Debug)]
pub enum Obstacle {
    /// What it does is not known in full.
    Unproven {
        /// Why not.
        reason: String,
        /// Where.
        origin: Origin,
    },
    /// It would fail here.
    Fails {
        /// Why.
        message: String,
        /// Where.
        origin: Origin,
    },
}

impl PlannedStep {
    /// Tells whether some of what it does cannot be taken back together with the rest of a transaction.
    pub(super) fn leaves_transaction(&self) -> bool {
        self.script.iter().any(|step| matches!(step.action, Action::Autocommit(true) | Action::Commit))
    }
}

impl Plan {
    /// Plans revisions in the given order on a schema.
    pub(super) fn make(
        prepared: &Prepared<'_>,
        revisions: &[usize],
        way: Way,
        rows: &VersionRows,
        base: Base,
    ) -> Self {
        let graph = &prepared.graph;
        let mut rows = rows.clone();
        let with_rows = base.with_rows.clone();
        let replayed = prepared.replay(revisions, base.schema, way, base.with_rows);
        let steps =
            revisions.iter().zip(replayed.revisions).enumerate().map(|(at, (revision, mut replayed))| {
                let attempted = base.attempted && at == 0;
                let done_before = resume::without_done(&mut replayed, attempted);
                let changes = match way {
                    Way::Up => rows.upgraded(graph, *revision),
                    Way::Down => rows.downgraded(graph, *revision),
                };
                let header = &graph.revisions()[*revision];
                let documentation = header.docstring.as_deref().unwrap_or_default().trim();
                PlannedStep {
                    revision: *revision,
                    id: graph.id(*revision).to_owned(),
                    way,
                    line: graph.movement(match way {
                        Way::Up => RunStep::Upgrade(*revision),
                        Way::Down => RunStep::Downgrade(*revision),
                    }),
                    summary: documentation.split("\n\n").next().unwrap_or_default().to_owned(),
                    path: header.path.clone(),
                    checksum: checksum(prepared.text(*revision)),
                    obstacle: obstacle(&replayed),
                    losses: losses(&replayed.script, with_rows.as_ref()),
                    done_before,
                    before: replayed.before,
                    script: replayed.script,
                    changes,
                }
            });
        Self { steps: steps.collect(), after: Some(replayed.schema) }
    }
}

fn obstacle(replayed: &ReplayedRevision) -> Option<Obstacle> {
    if let Some(failure) = replayed.failures.first() {
        let (message, origin) = (failure.message.clone(), failure.origin.clone());
        return Some(Obstacle::Fails { message, origin });
    }
    let unproven = |(reason, origin): (&String, &Origin)| Obstacle::Unproven {
        reason: reason.clone(),
        origin: origin.clone(),
    };
    let live = replayed.script.iter().find_map(|step| match &step.action {
        Action::Live(reason) => Some((reason, &step.origin)),
        _ => None,
    });
    let unknown = replayed.unproven.first().map(|found| (&found.reason, &found.origin));
    unknown.or(live).map(unproven)
}

/// Returns what a script drops although it had rows when the run began.
fn losses(script: &[ScriptStep], with_rows: Option<&BTreeSet<ObjectName>>) -> Vec<Loss> {
    let Some(with_rows) = with_rows.filter(|tables| !tables.is_empty()) else { return Vec::new() };
    let mut found = Vec::new();
    for step in script {
        let dropped: Vec<String> = match &step.action {
            Action::Operation(operation) => lost(operation, with_rows).into_iter().collect(),
            Action::Rebuild(batch) => {
                batch.operations.iter().filter_map(|operation| lost(operation, with_rows)).collect()
            }
            Action::Sql(sql) if sql.to_ascii_uppercase().contains("DROP") => dropped_by(sql, with_rows),
            _ => Vec::new(),
        };
        found.extend(dropped.into_iter().map(|what| Loss { what, origin: step.origin.clone() }));
    }
    found
}

fn lost(operation: &Operation, with_rows: &BTreeSet<ObjectName>) -> Option<String> {
    match operation {
        Operation::DropTable(op) if with_rows.contains(&op.table) => {
            Some(format!("the table `{}`", op.table))
        }
        Operation::DropColumn(op) if with_rows.contains(&op.table) => {
            Some(format!("the column `{}` of `{}`", op.column, op.table))
        }
        _ => None,
    }
}

fn dropped_by(sql: &str, with_rows: &BTreeSet<ObjectName>) -> Vec<String> {
    let context = ReadContext { check_data: false, ..ReadContext::default() };
    // Both dialects write these statements alike.
    let result = read(Dialect::Postgresql, sql, &context);
    let operations = result.statements.iter().flat_map(|statement| &statement.operations);
    operations.filter_map(|operation| lost(operation, with_rows)).collect()
}

/// Returns a fingerprint of a file's text that does not change with its line ends.
pub(super) fn checksum(text: &str) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes().filter(|byte| *byte != b'\r') {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("fnv1a64:{hash:016x}")
}
