//! The JSON shapes of backups.

use serde::Serialize;

use super::FORMAT;
use crate::pipelines::run::{Backup, BackupReport, RestoreReport};

/// What `backup` prints with `--format json`.
#[derive(Debug, Serialize)]
pub struct BackupWire {
    trueup: &'static str,
    format: u32,
    command: &'static str,
    database: String,
    backup: CopyWire,
}

/// What `restore` prints with `--format json`.
#[derive(Debug, Serialize)]
pub struct RestoreWire {
    trueup: &'static str,
    format: u32,
    command: &'static str,
    database: String,
    file: String,
    before: Vec<String>,
    after: Vec<String>,
    tables: usize,
    rows: u64,
    left: Vec<String>,
}

/// A backup.
#[derive(Debug, Serialize)]
pub(super) struct CopyWire {
    path: String,
    bytes: u64,
    tables: usize,
    revisions: Vec<String>,
}

impl BackupWire {
    /// Returns the JSON shape of a backup that was made.
    pub fn new(report: &BackupReport) -> Self {
        Self {
            trueup: env!("CARGO_PKG_VERSION"),
            format: FORMAT,
            command: "backup",
            database: report.database.clone(),
            backup: CopyWire::new(&report.backup),
        }
    }

    /// Returns the text of the object.
    pub fn to_json(&self) -> String {
        text(self)
    }
}

impl RestoreWire {
    /// Returns the JSON shape of what a restore left.
    pub fn new(report: &RestoreReport) -> Self {
        Self {
            trueup: env!("CARGO_PKG_VERSION"),
            format: FORMAT,
            command: "restore",
            database: report.database.clone(),
            file: report.file.display().to_string(),
            before: report.before.clone(),
            after: report.restored.rows.clone(),
            tables: report.restored.tables,
            rows: report.restored.table_rows,
            left: report.restored.left.clone(),
        }
    }

    /// Returns the text of the object.
    pub fn to_json(&self) -> String {
        text(self)
    }
}

impl CopyWire {
    pub(super) fn new(backup: &Backup) -> Self {
        Self {
            path: backup.path.display().to_string(),
            bytes: backup.bytes,
            tables: backup.tables,
            revisions: backup.rows.clone(),
        }
    }
}

fn text(object: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(object).unwrap_or_default();
    text.push('\n');
    text
}
