//! Revisions as text in, operations, verdicts and the schema out.
//!
//! A section of `tests/replay/*.md` holds revision files in their order; `operations` is what they do, one line each,
//! `report` what is not proved or fails, `schema` what they build, `script` what real Alembic would send for them, and
//! `undo` what it would send to take each back. A block with a path is a module that revisions import; `env.py` is the
//! environment.
//!
//! Whatever a page shows, the script of every proved revision must lead from the schema before to the schema after.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use trueup_alembic::replay::{
    Action, EnvSource, Replay, ReplayOptions, ReplayedRevision, RevisionSource, ScriptStep, TableRebuild,
    replay,
};
use trueup_alembic::{Entry, LibraryVersion, SourceModule, Sources};
use trueup_schema::schema::dump;
use trueup_schema::{Dialect, Operation, Origin, Schema};
use trueup_sql::{ReadContext, Session};
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
    options.scripts = true;
    options.downgrades = section.block("undo").is_some();
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
                x_arguments: Vec::new(),
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
    let (mut script, mut undo) = (String::new(), String::new());
    follow_scripts(&result, dialect);
    for revision in &result.revisions {
        script += &steps(&revision.script, &revisions, dialect);
        undo += &revision
            .undone
            .as_ref()
            .map_or_else(String::new, |undone| steps(&undone.script, &revisions, dialect));
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
    Outputs::from([
        ("operations".into(), operations),
        ("report".into(), report),
        ("schema".into(), schema),
        ("script".into(), script),
        ("undo".into(), undo),
    ])
}

/// Returns the steps of a script, one line each.
fn steps(script: &[ScriptStep], revisions: &[RevisionSource], dialect: Dialect) -> String {
    let mut text = String::new();
    for step in script {
        let words = match &step.action {
            Action::Operation(operation) => format!("operation {}", sql_of(operation, dialect)),
            Action::Sql(sql) => format!("sql {sql}"),
            Action::Rows(sql) => format!("rows {sql}"),
            Action::Rebuild(rebuild) => format!("rebuild {}", rebuild_words(rebuild, dialect)),
            Action::Autocommit(true) => "autocommit begins".to_owned(),
            Action::Autocommit(false) => "autocommit ends".to_owned(),
            Action::Commit => "commit".to_owned(),
            Action::Begin => "begin".to_owned(),
            Action::Savepoint => "savepoint".to_owned(),
            Action::Release => "release".to_owned(),
            Action::RollbackTo => "rollback to savepoint".to_owned(),
            Action::Empty(table) => format!("only if {table} is empty"),
            Action::Swallowed(reason) => format!("swallowed: {reason}"),
            Action::Live(reason) => format!("live: {reason}"),
        };
        writeln!(text, "{} {}", place(&step.origin, revisions), words.replace('\n', "\\n")).unwrap();
    }
    text
}

/// Returns an operation as SQL; SQLite has none for some, which then go by their names.
fn sql_of(operation: &Operation, dialect: Dialect) -> String {
    let sql = operation.to_sql(dialect).join("; ");
    if sql.is_empty() { operation.name().to_owned() } else { sql }
}

fn rebuild_words(rebuild: &TableRebuild, dialect: Dialect) -> String {
    let mut text = rebuild.table.to_string();
    for operation in &rebuild.operations {
        // PostgreSQL has words for everything.
        let sql = if operation.to_sql(dialect).is_empty() {
            sql_of(operation, Dialect::Postgresql)
        } else {
            sql_of(operation, dialect)
        };
        write!(text, "\n    {sql}").unwrap();
    }
    for position in &rebuild.positions {
        let (before, after) = (position.before.as_deref(), position.after.as_deref());
        write!(text, "\n    {} before {before:?} after {after:?}", position.column).unwrap();
    }
    for order in &rebuild.orders {
        write!(text, "\n    order {}", order.join(", ")).unwrap();
    }
    for name in &rebuild.names {
        write!(text, "\n    {:?} ({}) is named {}", name.kind, name.columns.join(", "), name.name).unwrap();
    }
    text
}

/// Checks that the script of each proved revision leads from the schema before it to the schema after it.
fn follow_scripts(result: &Replay, dialect: Dialect) {
    let mut session = Session::default();
    for (position, revision) in result.revisions.iter().enumerate() {
        let after = result.revisions.get(position + 1).map_or(&result.schema, |next| &next.before);
        let mut schema = revision.before.clone();
        let followed = follow(revision, dialect, &mut schema, &mut session);
        let is_certain =
            revision.verdict.is_proved() && revision.failures.is_empty() && result.assumed.is_empty();
        if is_certain && followed {
            assert_eq!(dump(&schema), dump(after), "the script of {} leads elsewhere", revision.id);
        }
    }
}

/// Applies a script to a schema; `false` where it does not tell everything.
fn follow(revision: &ReplayedRevision, dialect: Dialect, schema: &mut Schema, session: &mut Session) -> bool {
    let mut savepoints = Vec::new();
    for step in &revision.script {
        match &step.action {
            Action::Operation(operation) => drop(operation.apply(schema)),
            Action::Sql(sql) => {
                let context =
                    ReadContext { session: session.clone(), schema: Some(schema), ..ReadContext::default() };
                let read = trueup_sql::read(dialect, sql, &context);
                *session = read.session.clone();
                read.operations().for_each(|operation| drop(operation.apply(schema)));
            }
            Action::Rebuild(rebuild) => match &rebuild.after {
                Some(after) => {
                    schema.insert_table(after.clone());
                }
                None => return false,
            },
            Action::Savepoint => savepoints.push(schema.clone()),
            Action::Release => drop(savepoints.pop()),
            Action::RollbackTo => *schema = savepoints.pop().expect("a savepoint was set"),
            Action::Live(_) => return false,
            _ => {}
        }
    }
    true
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
fn scripts_on_postgresql() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay/scripts_postgresql.md");
    scenario::run_file(page, |section| Ok(outputs(section, Dialect::Postgresql)));
}

#[test]
fn scripts_on_sqlite() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay/scripts_sqlite.md");
    scenario::run_file(page, |section| Ok(outputs(section, Dialect::Sqlite)));
}

#[test]
fn what_revisions_import() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay/imports.md");
    scenario::run_file(page, |section| Ok(outputs(section, Dialect::Postgresql)));
}
