//! The JSON shapes of `diff` and `snapshot`.

use serde::Serialize;

use super::{FORMAT, LocationWire, ObjectWire};
use crate::pipelines::diff::{Comparison, Planned, Step};
use crate::pipelines::snapshot::Taken;
use crate::pipelines::source::NotKnown;

/// What `diff` prints with `--format json`.
#[derive(Debug, Serialize)]
pub struct DiffWire {
    trueup: &'static str,
    format: u32,
    command: &'static str,
    from: String,
    to: String,
    dialect: &'static str,
    steps: Vec<StepWire>,
    incomparable: Vec<IncomparableWire>,
    unknown: Vec<UnknownWire>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct StepWire {
    operations: Vec<OperationWire>,
    sql: Vec<StatementWire>,
    rebuild: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    obstacle: Option<String>,
}

#[derive(Debug, Serialize)]
struct OperationWire {
    operation: &'static str,
    change: &'static str,
    kind: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<String>,
    detail: String,
    hazards: Vec<String>,
    undo: &'static str,
}

#[derive(Debug, Serialize)]
struct StatementWire {
    text: String,
    outside_transaction: bool,
}

#[derive(Debug, Serialize)]
struct IncomparableWire {
    object: ObjectWire,
    property: &'static str,
    reason: String,
}

#[derive(Debug, Serialize)]
struct UnknownWire {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationWire>,
}

/// What `snapshot` prints with `--format json`.
#[derive(Debug, Serialize)]
pub struct SnapshotWire {
    trueup: &'static str,
    format: u32,
    command: &'static str,
    source: String,
    fingerprint: String,
    tables: usize,
    snapshot: String,
    unknown: Vec<UnknownWire>,
    notes: Vec<String>,
}

impl DiffWire {
    /// Returns the JSON shape of a comparison.
    pub fn new(comparison: &Comparison) -> Self {
        let incomparable = comparison.incomparable.iter().map(|unknown| IncomparableWire {
            object: ObjectWire {
                kind: unknown.object.kind.name(),
                name: unknown.object.name.clone(),
                table: unknown.object.table.clone(),
            },
            property: unknown.property,
            reason: unknown.reason.clone(),
        });
        Self {
            trueup: env!("CARGO_PKG_VERSION"),
            format: FORMAT,
            command: "diff",
            from: comparison.from.clone(),
            to: comparison.to.clone(),
            dialect: comparison.dialect.name(),
            steps: comparison.steps.iter().map(step).collect(),
            incomparable: incomparable.collect(),
            unknown: comparison.unknown.iter().map(not_known).collect(),
            notes: comparison.notes.clone(),
        }
    }

    /// Returns the text of the object.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl SnapshotWire {
    /// Returns the JSON shape of a snapshot.
    pub fn new(taken: &Taken) -> Self {
        Self {
            trueup: env!("CARGO_PKG_VERSION"),
            format: FORMAT,
            command: "snapshot",
            source: taken.title.clone(),
            fingerprint: taken.fingerprint.clone(),
            tables: taken.tables,
            snapshot: taken.text.clone(),
            unknown: taken.unknown.iter().map(not_known).collect(),
            notes: taken.notes.clone(),
        }
    }

    /// Returns the text of the object.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

fn json(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

fn step(step: &Step) -> StepWire {
    let sql = step.statements.iter().map(|statement| StatementWire {
        text: statement.sql.clone(),
        outside_transaction: statement.outside_transaction,
    });
    StepWire {
        operations: step.operations.iter().map(operation).collect(),
        sql: sql.collect(),
        rebuild: step.is_rebuild,
        obstacle: step.obstacle.clone(),
    }
}

fn operation(planned: &Planned) -> OperationWire {
    let words = &planned.words;
    OperationWire {
        operation: planned.operation.name(),
        change: words.change.name(),
        kind: words.kind.clone(),
        name: words.name.clone(),
        table: words.table.clone(),
        detail: words.detail.clone(),
        hazards: planned.hazards.clone(),
        undo: planned.undo.name(),
    }
}

fn not_known(unknown: &NotKnown) -> UnknownWire {
    UnknownWire {
        message: unknown.message.clone(),
        location: unknown.location.as_ref().map(|location| LocationWire {
            path: location.path.to_string(),
            line: unknown.line,
            column: None,
            end_line: None,
            end_column: None,
        }),
    }
}
