//! The JSON shapes: a promise to scripts, kept apart from the types they are made of.

mod backup;
mod diff;
mod run;
mod writing;

use serde::Serialize;
use serde_json::Value;
use trueup_schema::{Diagnostic, Evidence, Fix, Location, Severity};

use crate::config::Configuration;
use crate::files;
use crate::pipelines::history::Entry;
use crate::report::{Report, Texts};

pub use backup::{BackupWire, RestoreWire};
pub use diff::{DiffWire, SnapshotWire};
pub use run::RunWire;
pub use writing::{TemplatesWire, WritingWire};

/// Version of the shapes; it changes only when a field changes its meaning.
pub const FORMAT: u32 = 1;

/// The one object that `--format json` prints.
#[derive(Debug, Serialize)]
pub struct ReportWire {
    trueup: &'static str,
    format: u32,
    command: &'static str,
    project: ProjectWire,
    summary: SummaryWire,
    diagnostics: Vec<DiagnosticWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureWire>,
}

#[derive(Debug, Serialize)]
struct ProjectWire {
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dialect: Option<&'static str>,
    revisions: usize,
    heads: Vec<String>,
    tables: usize,
    proved: usize,
    unproven: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    notes: Vec<String>,
    elapsed_ms: u128,
}

#[derive(Debug, Serialize)]
struct SummaryWire {
    error: usize,
    warning: usize,
    info: usize,
}

#[derive(Debug, Serialize)]
struct FailureWire {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

#[derive(Debug, Serialize)]
struct DiagnosticWire {
    rule: &'static str,
    group: &'static str,
    severity: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ObjectWire>,
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    evidence: serde_json::Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<RelatedWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixWire>,
}

#[derive(Debug, Serialize)]
struct LocationWire {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<usize>,
}

#[derive(Debug, Serialize)]
struct ObjectWire {
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<String>,
}

#[derive(Debug, Serialize)]
struct RelatedWire {
    location: LocationWire,
    message: String,
}

#[derive(Debug, Serialize)]
struct FixWire {
    title: String,
    safe: bool,
    edits: Vec<EditWire>,
}

#[derive(Debug, Serialize)]
struct EditWire {
    path: String,
    start: u32,
    end: u32,
    text: String,
}

/// What `heads`, `branches`, `history`, `show` and `current` print with `--format json`.
#[derive(Debug, Serialize)]
pub struct HistoryWire {
    trueup: &'static str,
    format: u32,
    command: &'static str,
    revisions: Vec<EntryWire>,
}

#[derive(Debug, Serialize)]
struct EntryWire {
    id: String,
    down_revisions: Vec<String>,
    depends_on: Vec<String>,
    branch_labels: Vec<String>,
    next: Vec<String>,
    head: bool,
    effective_head: bool,
    branch_point: bool,
    merge_point: bool,
    current: bool,
    path: String,
    message: String,
    documentation: String,
}

impl HistoryWire {
    /// Returns the JSON shape of revisions.
    pub fn new(command: &'static str, configuration: &Configuration, entries: &[Entry]) -> Self {
        let entry = |entry: &Entry| EntryWire {
            id: entry.id.clone(),
            down_revisions: entry.down_revisions.clone(),
            depends_on: entry.depends_on.clone(),
            branch_labels: entry.labels.clone(),
            next: entry.next.clone(),
            head: entry.is_head,
            effective_head: entry.is_head && !entry.is_real_head,
            branch_point: entry.is_branch_point,
            merge_point: entry.is_merge_point,
            current: entry.is_current,
            path: files::relative(&configuration.root, &entry.path).to_string(),
            message: entry.summary().to_owned(),
            documentation: entry.documentation.clone(),
        };
        let revisions = entries.iter().map(entry).collect();
        Self { trueup: env!("CARGO_PKG_VERSION"), format: FORMAT, command, revisions }
    }
}

impl ReportWire {
    /// Returns the JSON shape of a report.
    pub fn new(report: &Report) -> Self {
        let project = &report.project;
        Self {
            trueup: env!("CARGO_PKG_VERSION"),
            format: FORMAT,
            command: report.command,
            project: ProjectWire {
                config: project.config.clone(),
                dialect: project.dialect,
                revisions: project.revisions,
                heads: project.heads.clone(),
                tables: project.tables,
                proved: project.proved,
                unproven: project.unproven,
                database: project.database.clone(),
                notes: project.notes.clone(),
                elapsed_ms: project.elapsed.as_millis(),
            },
            summary: SummaryWire {
                error: report.count(Severity::Error),
                warning: report.count(Severity::Warning),
                info: report.count(Severity::Info),
            },
            diagnostics: report
                .diagnostics
                .iter()
                .map(|diagnostic| wire(diagnostic, &report.texts))
                .collect(),
            failure: report
                .failure
                .as_ref()
                .map(|failure| FailureWire { message: failure.message.clone(), hint: failure.hint.clone() }),
        }
    }
}

fn wire(diagnostic: &Diagnostic, texts: &Texts) -> DiagnosticWire {
    DiagnosticWire {
        rule: diagnostic.rule,
        group: trueup_lint::rule(diagnostic.rule).map_or("project", |rule| rule.group.name()),
        severity: diagnostic.severity.name(),
        message: diagnostic.message.clone(),
        location: diagnostic.location.as_ref().map(|location| place(location, texts)),
        object: diagnostic.object.as_ref().map(|object| ObjectWire {
            kind: object.kind.name(),
            name: object.name.clone(),
            table: object.table.clone(),
        }),
        evidence: diagnostic
            .evidence
            .iter()
            .map(|(name, value)| ((*name).to_owned(), evidence(value)))
            .collect(),
        related: diagnostic
            .related
            .iter()
            .map(|(location, message)| RelatedWire {
                location: place(location, texts),
                message: message.clone(),
            })
            .collect(),
        help: diagnostic.help.clone(),
        fix: diagnostic.fix.as_ref().map(fix),
    }
}

fn place(location: &Location, texts: &Texts) -> LocationWire {
    let range = texts.range(location);
    LocationWire {
        path: location.path.to_string(),
        line: range.map(|(start, _)| start.line),
        column: range.map(|(start, _)| start.column),
        end_line: range.map(|(_, end)| end.line),
        end_column: range.map(|(_, end)| end.column),
    }
}

fn evidence(value: &Evidence) -> Value {
    match value {
        Evidence::Text(text) => Value::from(text.as_str()),
        // Counts are whole; they must not be printed as `3.0`.
        Evidence::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            Value::from(*number as i64)
        }
        Evidence::Number(number) => Value::from(*number),
        Evidence::Bool(value) => Value::from(*value),
        Evidence::List(items) => Value::from(items.clone()),
    }
}

fn fix(fix: &Fix) -> FixWire {
    let edits = fix.edits.iter().map(|edit| EditWire {
        path: edit.path.to_string(),
        start: edit.span.start,
        end: edit.span.end,
        text: edit.text.clone(),
    });
    FixWire { title: fix.title.clone(), safe: fix.safe, edits: edits.collect() }
}
