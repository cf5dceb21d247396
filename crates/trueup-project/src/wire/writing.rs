//! The JSON shapes of commands that write files, and of `list_templates`.

use std::path::{Path, PathBuf};

use serde::Serialize;
use trueup_alembic::write::describe;
use trueup_schema::{Dialect, Operation};
use trueup_sql::laid_out;

use super::FORMAT;
use crate::files;
use crate::pipelines::init::{Made, TEMPLATES};
use crate::pipelines::revision::Written;

/// What `revision`, `merge`, `edit` and `init` print with `--format json`.
#[derive(Debug, Serialize)]
pub struct WritingWire {
    trueup: &'static str,
    format: u32,
    command: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<NewRevisionWire>,
    files: Vec<String>,
    directories: Vec<String>,
    hooks: Vec<HookWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operations: Option<Vec<OperationWire>>,
}

#[derive(Debug, Serialize)]
struct OperationWire {
    operation: &'static str,
    description: String,
    sql: Vec<String>,
}

#[derive(Debug, Serialize)]
struct NewRevisionWire {
    id: String,
    down_revisions: Vec<String>,
    branch_labels: Vec<String>,
    depends_on: Vec<String>,
    path: String,
}

#[derive(Debug, Serialize)]
struct HookWire {
    name: String,
    exit_code: Option<i32>,
}

/// What `list_templates` prints with `--format json`.
#[derive(Debug, Serialize)]
pub struct TemplatesWire {
    trueup: &'static str,
    format: u32,
    command: &'static str,
    templates: Vec<TemplateWire>,
}

#[derive(Debug, Serialize)]
struct TemplateWire {
    name: &'static str,
    summary: &'static str,
}

impl WritingWire {
    /// Returns the JSON shape of a revision that was written.
    pub fn revision(command: &'static str, root: &Path, written: &Written) -> Self {
        let shown = |path: &Path| files::relative(root, path).to_string();
        let revision = NewRevisionWire {
            id: written.id.clone(),
            down_revisions: written.down_revisions.clone(),
            branch_labels: written.branch_labels.clone(),
            depends_on: written.depends_on.clone(),
            path: shown(&written.path),
        };
        let hooks =
            written.hooks.iter().map(|hook| HookWire { name: hook.name.clone(), exit_code: hook.exit_code });
        Self {
            revision: Some(revision),
            directories: written.directories.iter().map(|path| shown(path)).collect(),
            hooks: hooks.collect(),
            operations: written.dialect.map(|dialect| operations(dialect, &written.operations)),
            ..Self::files(command, root, std::slice::from_ref(&written.path))
        }
    }

    /// Returns the JSON shape of what `init` made.
    pub fn init(root: &Path, made: &Made) -> Self {
        let directories = made.directories.iter().map(|path| files::relative(root, path).to_string());
        Self { directories: directories.collect(), ..Self::files("init", root, &made.files) }
    }

    /// Returns the JSON shape of files that were opened or written.
    pub fn files(command: &'static str, root: &Path, paths: &[PathBuf]) -> Self {
        Self {
            trueup: env!("CARGO_PKG_VERSION"),
            format: FORMAT,
            command,
            revision: None,
            files: paths.iter().map(|path| files::relative(root, path).to_string()).collect(),
            directories: Vec::new(),
            hooks: Vec::new(),
            operations: None,
        }
    }

    /// Returns the JSON shape of `revision --autogenerate` where there was nothing to do.
    pub fn nothing(command: &'static str, root: &Path) -> Self {
        Self { operations: Some(Vec::new()), ..Self::files(command, root, &[]) }
    }
}

fn operations(dialect: Dialect, operations: &[Operation]) -> Vec<OperationWire> {
    let shape = |operation: &Operation| OperationWire {
        operation: operation.name(),
        description: describe(operation),
        sql: operation.to_sql(dialect).iter().map(|sql| laid_out(dialect, sql)).collect(),
    };
    operations.iter().map(shape).collect()
}

impl Default for TemplatesWire {
    fn default() -> Self {
        let templates = TEMPLATES.iter();
        Self {
            trueup: env!("CARGO_PKG_VERSION"),
            format: FORMAT,
            command: "list_templates",
            templates: templates
                .map(|template| TemplateWire { name: template.name, summary: template.summary })
                .collect(),
        }
    }
}
