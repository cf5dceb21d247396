//! Revisions as text in, operations, verdicts and the schema out.
//!
//! A section of `tests/replay/*.md` holds revision files in their order; `operations` is what they do, one line each,
//! `report` what is not proved or fails, `schema` what they build. A block with a path is a module that revisions
//! import; `env.py` is the environment.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use trueup_alembic::replay::{EnvSource, Replay, ReplayOptions, RevisionSource, replay};
use trueup_alembic::{Entry, LibraryVersion, SourceModule, Sources};
use trueup_schema::schema::dump;
use trueup_schema::{Dialect, Operation, Origin};
use trueup_testkit::scenario::{self, Outputs, Section};

/// Modules that revisions import: blocks with a path; files that they read: `file` blocks; and SQLAlchemy's version, where
/// a block `sqlalchemy` names it.
struct Modules(Vec<(String, SourceModule)>, BTreeMap<String, String>, Option<LibraryVersion>);

impl Sources for Modules {
    fn module(&self, name: &str) -> Option<SourceModule> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, module)| module.clone())
    }

    fn is_namespace(&self, _name: &str) -> bool {
        false
    }

    fn entry(&self, path: &str) -> Option<Entry> {
        if let Some(text) = self.1.get(path) {
            return Some(Entry::File(text.as_str().into()));
        }
        let inside = self.1.keys().filter_map(|file| file.strip_prefix(path)?.strip_prefix('/'));
        let mut names: Vec<String> =
            inside.filter_map(|rest| rest.split('/').next()).map(str::to_owned).collect();
        names.dedup();
        (!names.is_empty()).then_some(Entry::Folder(names))
    }

    fn library_version(&self, package: &str) -> Option<LibraryVersion> {
        self.2.filter(|_| package == "sqlalchemy")
    }

    fn owns(&self, top_level: &str) -> bool {
        self.0.iter().any(|(known, _)| known == top_level)
    }
}

fn run(section: &Section, dialect: Dialect) -> (Replay, Vec<RevisionSource>) {
    let mut revisions = Vec::new();
    let mut modules = Vec::new();
    let mut options = ReplayOptions::new(dialect);
    let version = section.blocks_in("sqlalchemy").next().and_then(|block| {
        let (major, minor) = block.text.trim().split_once('.')?;
        Some(LibraryVersion { major: major.parse().ok()?, minor: minor.parse().ok()?, patch: None })
    });
    for block in section.blocks_in("py") {
        let text: Rc<str> = Rc::from(block.text.as_str());
        let label = block.label.trim();
        if label == "env.py" {
            options.env = Some(EnvSource {
                path: Arc::from(label),
                text: Arc::from(&*text),
                options: Vec::new(),
                config_file: None,
            });
        } else if let Some(name) = label.strip_suffix(".py") {
            let package = name.strip_suffix("/__init__");
            let source = SourceModule { path: Rc::from(label), text, is_package: package.is_some() };
            modules.push((package.unwrap_or(name).replace('/', "."), source));
        } else {
            let id = format!("r{}", revisions.len() + 1);
            let text = Rc::from(format!("from alembic import op\nimport sqlalchemy as sa\n{text}"));
            revisions.push(RevisionSource { path: Rc::from(format!("versions/{id}.py")), id, text });
        }
    }
    let files =
        section.blocks_in("file").map(|block| (block.label.trim().to_owned(), block.text.clone())).collect();
    let sources: Rc<dyn Sources> = Rc::new(Modules(modules, files, version));
    (replay(&sources, &revisions, &options), revisions)
}

/// Returns the revision and line of an origin; the two lines that every revision begins with are not counted.
fn place(origin: &Origin, revisions: &[RevisionSource]) -> String {
    let Some((path, span)) = &origin.0 else { return "nowhere".to_owned() };
    let text =
        revisions.iter().find(|revision| *revision.path == **path).map_or("", |revision| &revision.text);
    let line = text.get(..span.start as usize).map_or(0, |before| before.matches('\n').count() + 1);
    format!("{}:{}", path.trim_start_matches("versions/").trim_end_matches(".py"), line.saturating_sub(2))
}

fn outputs(section: &Section, dialect: Dialect) -> Outputs {
    let (result, revisions) = run(section, dialect);
    let (mut operations, mut report) = (String::new(), String::new());
    for revision in &result.revisions {
        for recorded in &revision.operations {
            let implied = if recorded.implied { " (implied)" } else { "" };
            let sql = match &recorded.operation {
                Operation::RunData(data) => data.sql.clone(),
                other => other.to_sql(dialect).join("; "),
            };
            let name = recorded.operation.name();
            writeln!(operations, "{} {name}{implied}: {sql}", place(&recorded.origin, &revisions)).unwrap();
        }
        for found in &revision.unproven {
            writeln!(report, "{} unproven: {}", place(&found.origin, &revisions), found.reason).unwrap();
        }
        for failure in &revision.failures {
            writeln!(report, "{} fails: {}", place(&failure.origin, &revisions), failure.message).unwrap();
        }
        for notice in &revision.notices {
            writeln!(report, "{} notice: {}", place(&notice.origin, &revisions), notice.message).unwrap();
        }
        for failure in &revision.swallowed {
            writeln!(report, "{} swallows: {}", place(&failure.origin, &revisions), failure.message).unwrap();
        }
    }
    for name in result.assumed_tables() {
        writeln!(report, "assumed: {name}").unwrap();
    }
    let schema = dump(&result.schema);
    Outputs::from([("operations".into(), operations), ("report".into(), report), ("schema".into(), schema)])
}

#[test]
fn revisions_on_postgresql() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay/postgresql.md");
    scenario::run_file(page, |section| Ok(outputs(section, Dialect::Postgresql)));
}

#[test]
fn revisions_on_sqlite() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay/sqlite.md");
    scenario::run_file(page, |section| Ok(outputs(section, Dialect::Sqlite)));
}

#[test]
fn what_revisions_import() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay/imports.md");
    scenario::run_file(page, |section| Ok(outputs(section, Dialect::Postgresql)));
}
