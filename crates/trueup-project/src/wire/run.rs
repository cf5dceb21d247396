//! The JSON shape of what commands that run revisions did.

use serde::Serialize;

use super::FORMAT;
use super::backup::CopyWire;
use crate::pipelines::run::{Obstacle, Plan, RunFailure, RunFailureKind, RunReport, Way};

/// What `upgrade`, `downgrade`, `stamp` and `ensure_version` print with `--format json`.
#[derive(Debug, Serialize)]
pub struct RunWire {
    trueup: &'static str,
    format: u32,
    command: &'static str,
    database: String,
    before: Vec<String>,
    after: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backup: Option<CopyWire>,
    steps: Vec<StepWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<RunFailureWire>,
}

#[derive(Debug, Serialize)]
struct StepWire {
    revision: String,
    direction: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statements: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    obstacle: Option<ObstacleWire>,
}

#[derive(Debug, Serialize)]
struct ObstacleWire {
    kind: &'static str,
    message: String,
}

#[derive(Debug, Serialize)]
struct RunFailureWire {
    kind: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<String>,
    facts: Vec<String>,
    hints: Vec<String>,
}

impl RunWire {
    /// Returns the JSON shape of a run, and of what stopped it.
    pub fn new(command: &'static str, report: &RunReport, failure: Option<&RunFailure>) -> Self {
        let steps = report.steps.iter().map(|step| StepWire {
            revision: step.id.clone(),
            direction: direction(step.way),
            duration_ms: Some(step.duration.as_millis()),
            statements: step.statements,
            obstacle: None,
        });
        Self {
            trueup: env!("CARGO_PKG_VERSION"),
            format: FORMAT,
            command,
            database: report.database.clone(),
            before: report.before.clone(),
            after: report.after.clone(),
            backup: report.backup.as_ref().map(CopyWire::new),
            steps: steps.collect(),
            failure: failure.map(|failure| RunFailureWire {
                kind: match failure.kind {
                    RunFailureKind::Request => "request",
                    RunFailureKind::Environment => "environment",
                    RunFailureKind::Database => "database",
                    RunFailureKind::Refused => "refused",
                },
                message: failure.message.clone(),
                path: failure.location.as_ref().map(|location| location.path.to_string()),
                line: failure.line,
                statement: failure.statement.as_ref().map(|statement| statement.sql.clone()),
                facts: failure.facts.clone(),
                hints: failure.hints.clone(),
            }),
        }
    }

    /// Returns the JSON shape of a plan that is not carried out.
    pub fn plan(command: &'static str, database: &str, rows: &[String], plan: &Plan) -> Self {
        let steps = plan.steps.iter().map(|step| StepWire {
            revision: step.id.clone(),
            direction: direction(step.way),
            duration_ms: None,
            statements: Some(step.script.len()),
            obstacle: step.obstacle.as_ref().map(|obstacle| match obstacle {
                Obstacle::Unproven { reason, .. } => {
                    ObstacleWire { kind: "unproven", message: reason.clone() }
                }
                Obstacle::Fails { message, .. } => ObstacleWire { kind: "fails", message: message.clone() },
            }),
        });
        Self {
            trueup: env!("CARGO_PKG_VERSION"),
            format: FORMAT,
            command,
            database: database.to_owned(),
            before: rows.to_vec(),
            after: rows.to_vec(),
            backup: None,
            steps: steps.collect(),
            failure: None,
        }
    }

    /// Returns the text of the object.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn direction(way: Way) -> &'static str {
    way.function()
}
