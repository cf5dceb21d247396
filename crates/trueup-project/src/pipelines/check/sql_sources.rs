//! The part for folders of plain SQL: their numbers, their replay into one schema, and the tables that code expects.
//!
//! Several folders build one database in the order in which the settings name them. A statement that fails is told and
//! passed over, so that one run shows everything; what fails only because of it is listed with it.

use std::path::PathBuf;

use trueup_lint::context::{ProjectContext, RequiredTable, RevisionContext, RevisionFacts};
use trueup_lint::{Cause, Check, engine};
use trueup_schema::revision::{Reference, Revision, RevisionGraph};
use trueup_schema::{
    Diagnostic, Location, ObjectKind, ObjectName, ObjectRef, Origin, Schema, Severity, Span,
};

use super::{Checking, Group};
use crate::code_tables::{self, CodeRequest, CodeTable};
use crate::config::normalize;
use crate::report::Failure;
use crate::sql_source::{Defect, SqlFolder, SqlMigration, init_folders, is_init_folder, read_folder};

mod data;
mod foreign;
mod replay;
mod shadowed;

use replay::{Replayed, SqlReplay};

/// Tables in which runners of migrations remember what they ran.
pub(in crate::pipelines) const RUNNERS_TABLES: &[&str] = &[
    "schema_migrations",
    "schema_version",
    "flyway_schema_history",
    "goose_db_version",
    "gorp_migrations",
    "__diesel_schema_migrations",
    "_sqlx_migrations",
    "_prisma_migrations",
    "alembic_version",
    "atlas_schema_revisions",
];

impl Checking<'_> {
    /// Reads and replays the SQL folders of the settings and returns the schema that they build.
    ///
    /// `base` is what was there before, such as what revisions beside the folders build.
    pub(super) fn sql_sources(&mut self, base: Schema) -> Schema {
        let folders = self.sql_folders();
        if self.wanted == [Group::Graph] {
            return base;
        }
        let migrations: Vec<&SqlMigration> = folders.iter().flat_map(|folder| &folder.migrations).collect();
        let is_whole = !folders.iter().any(|folder| folder.defects.iter().any(hides_statements));
        let mut replay = SqlReplay::new(base, is_whole);
        let replayed: Vec<Replayed> =
            migrations.iter().map(|migration| replay.migration(migration, &mut self.findings)).collect();
        self.summary.proved += replayed.iter().filter(|replayed| replayed.is_proved).count();
        self.summary.unproven += replayed.iter().filter(|replayed| !replayed.is_proved).count();
        let schema = replay.schema.clone();
        self.sql_revision_rules(&migrations, &replayed, &schema);
        self.summary.checked.push("the replay of the SQL files");
        if self.wants(Group::Project) {
            self.required_tables(&replay);
        }
        schema
    }

    /// Reads the folders and reports what is wrong with their numbers.
    fn sql_folders(&mut self) -> Vec<SqlFolder> {
        let configuration = self.configuration;
        let mounted = init_folders(&configuration.root);
        let mut folders = Vec::new();
        for name in &configuration.settings.sources.sql {
            let path = normalize(&configuration.settings_root.join(name));
            let folder = read_folder(&configuration.root, &path, is_init_folder(&path, &mounted));
            for migration in &folder.migrations {
                self.texts.insert(migration.path.clone(), migration.text.clone());
                if let Some(down) = &migration.down {
                    self.texts.insert(down.path.clone(), down.text.clone());
                }
            }
            for defect in &folder.defects {
                self.folder_defect(name, &folder, defect);
            }
            self.summary.revisions += folder.migrations.len();
            folders.push(folder);
        }
        self.summary.checked.push("the folders of SQL files");
        folders
    }

    fn folder_defect(&mut self, setting: &str, folder: &SqlFolder, defect: &Defect) {
        match defect {
            Defect::MissingFolder => {
                self.failure.get_or_insert_with(|| Failure {
                    message: format!("`[sources] sql` names `{setting}`, and there is no such folder"),
                    hint: Some("paths start at the folder of the settings file".to_owned()),
                });
            }
            Defect::DuplicateVersion { version, migrations } => {
                self.findings.push(duplicate_version(folder, version, migrations));
            }
            Defect::Gap { missing, before, after } => {
                self.findings.push(version_gap(folder, missing, *before, *after));
            }
            Defect::Unreadable { path, problem } => {
                let place = problem.offset.map_or_else(
                    || Location::file(path.clone()),
                    |offset| Location::at(path.clone(), Span::new(offset, offset)),
                );
                let message = format!("`{path}` {}", problem.reason);
                let finding = finding("undecodable-source", message)
                    .at(Some(place))
                    .help("nothing of this file was read; save it as UTF-8");
                self.findings.push_cause(finding, vec![replay::unread()]);
            }
        }
    }

    /// Runs the rules on migrations as a whole: what a way back does, and what is lost on the way.
    fn sql_revision_rules(&mut self, migrations: &[&SqlMigration], replayed: &[Replayed], last: &Schema) {
        let graph = RevisionGraph::build(linear(migrations));
        let facts: Vec<&RevisionFacts> = replayed.iter().map(|replayed| &replayed.facts).collect();
        for (index, replayed) in replayed.iter().enumerate().filter(|(_, replayed)| replayed.can_lose()) {
            let context = RevisionContext {
                graph: &graph,
                index,
                facts: facts[index],
                before: &replayed.before,
                after: &replayed.after,
                last,
                models: None,
                dialect: self.dialect,
                undone: std::cell::OnceCell::new(),
            };
            engine::check_revision(&context, &mut self.findings);
        }
    }

    /// Reports tables that code uses and no SQL file creates.
    fn required_tables(&mut self, replay: &SqlReplay) {
        let required =
            self.tables_in_code(true, &|name| is_there(&replay.schema, name) || replay.is_unclear(name));
        let facts = trueup_schema::facts::ProjectFacts::default();
        let context = ProjectContext {
            facts: &facts,
            models: None,
            revisions: Some(&replay.schema),
            required_tables: &required,
            version_table: &self.version_table,
            dialect: self.dialect,
        };
        let check = trueup_lint::rule("required-table-missing").map(|rule| rule.check);
        if let Some(Check::Project(check)) = check {
            check(&context, &mut self.findings);
        }
        self.summary.checked.push("the tables that code uses");
    }

    /// Returns the tables that the project's code uses and that are not known; with `models`, a model is a use too.
    pub(super) fn tables_in_code(
        &mut self,
        models: bool,
        is_known: &dyn Fn(&ObjectName) -> bool,
    ) -> Vec<RequiredTable> {
        let configuration = self.configuration;
        let named = &configuration.settings.sources.code;
        let folders: Vec<PathBuf> = if named.is_empty() {
            vec![configuration.root.clone()]
        } else {
            named.iter().map(|folder| normalize(&configuration.settings_root.join(folder))).collect()
        };
        let migrations = configuration.script_location.iter().chain(&configuration.version_locations);
        let request = CodeRequest {
            root: &configuration.root,
            folders,
            excluded: migrations.cloned().collect(),
            dialect: self.dialect,
            models,
        };
        let found = code_tables::scan(&request);
        let is_unknown = |table: &CodeTable| {
            !std::iter::once(&table.required.name).chain(&table.alternatives).any(is_known)
        };
        let required: Vec<RequiredTable> =
            found.tables.into_iter().filter(is_unknown).map(|table| table.required).collect();
        for (path, text) in found.texts {
            if required.iter().any(|table| table.location.path == path) {
                self.texts.insert(path, text);
            }
        }
        required
    }
}

/// What SQL files build, without any judgement of how they do it.
pub(in crate::pipelines) struct SqlReplayed {
    /// The schema.
    pub(in crate::pipelines) schema: Schema,
    /// Statements that fail, or whose effect is not known.
    pub(in crate::pipelines) diagnostics: Vec<Diagnostic>,
    /// What was passed over on purpose, each with its file.
    pub(in crate::pipelines) notices: Vec<String>,
}

/// Replays SQL files in their order on an empty database.
pub(in crate::pipelines) fn replay_sql(
    migrations: &[SqlMigration],
    dialect: trueup_schema::Dialect,
) -> SqlReplayed {
    let mut replay = SqlReplay::new(Schema::new(dialect), true);
    let mut findings = trueup_lint::Report::new();
    let mut notices = Vec::new();
    for migration in migrations {
        let replayed = replay.migration(migration, &mut findings);
        for notice in replayed.notices {
            let told = format!("`{}`: {notice}", migration.path);
            if !notices.contains(&told) {
                notices.push(told);
            }
        }
    }
    let mut texts = crate::report::Texts::default();
    for migration in migrations {
        texts.insert(migration.path.clone(), migration.text.clone());
    }
    let mut diagnostics = findings.finish(&trueup_lint::Selection::default(), &texts);
    diagnostics
        .retain(|found| matches!(found.rule, "failing-operation" | "unproven-revision" | "wrong-dialect"));
    SqlReplayed { schema: replay.schema, diagnostics, notices }
}

/// Tells whether a relation is there for a statement that names it, or cannot be expected of the sources.
pub(super) fn is_there(schema: &Schema, name: &ObjectName) -> bool {
    let same = |other: &ObjectName| {
        let names = if schema.dialect.is_sqlite() {
            other.name.eq_ignore_ascii_case(&name.name)
        } else {
            other.name == name.name
        };
        // An unqualified name is found along the search path of a connection that we do not know.
        names && (name.namespace.is_none() || other.namespace == name.namespace)
    };
    let foreign_namespace = name.namespace.as_ref().is_some_and(|namespace| !schema.has_namespace(namespace));
    let postgis = schema.extensions.keys().any(|extension| extension.starts_with("postgis"))
        && matches!(name.name.as_str(), "spatial_ref_sys" | "geometry_columns" | "geography_columns");
    let unmodelled = schema.unmodelled.iter().any(|object| {
        object.name == name.to_string() || object.name.rsplit('.').next() == Some(name.name.as_str())
    });
    foreign_namespace
        || postgis
        || unmodelled
        || RUNNERS_TABLES.contains(&name.name.as_str())
        || schema.tables.keys().any(same)
        || schema.views.keys().any(same)
        || schema.sequences.keys().any(same)
}

fn hides_statements(defect: &Defect) -> bool {
    matches!(defect, Defect::Unreadable { .. } | Defect::MissingFolder)
}

/// Returns the migrations as a chain of revisions; the path is the id, since folders count for themselves.
fn linear(migrations: &[&SqlMigration]) -> Vec<Revision> {
    let mut previous: Option<String> = None;
    let mut revisions = Vec::new();
    for migration in migrations {
        let id = migration.path.to_string();
        let down = previous.replace(id.clone());
        revisions.push(Revision {
            id: Some(id),
            down_revisions: down
                .map(|target| Reference { target, origin: Origin::none() })
                .into_iter()
                .collect(),
            path: migration.path.clone(),
            ..Revision::default()
        });
    }
    revisions
}

fn duplicate_version(folder: &SqlFolder, version: &str, positions: &[usize]) -> Diagnostic {
    let migrations: Vec<&SqlMigration> = positions.iter().map(|at| &folder.migrations[*at]).collect();
    let paths: Vec<String> = migrations.iter().map(|migration| migration.path.to_string()).collect();
    let message = format!(
        "`{version}` is the version of {} files in `{}`: runners that remember versions run only one of them",
        migrations.len(),
        folder.path
    );
    let mut finding = finding("duplicate-revision-id", message)
        .at(migrations.first().map(|migration| first_line(migration)))
        .about(ObjectRef::new(ObjectKind::Revision, version))
        .evidence("files", paths)
        .help("give each file a number of its own, in the order in which they have to run");
    for other in migrations.iter().skip(1) {
        finding = finding.related(Some(first_line(other)), "this one has the same version");
    }
    finding
}

fn version_gap(folder: &SqlFolder, missing: &[String], before: usize, after: usize) -> Diagnostic {
    let (before, after) = (&folder.migrations[before], &folder.migrations[after]);
    let names: Vec<String> = missing.iter().map(|number| format!("`{number}`")).collect();
    let verb = if missing.len() == 1 { "is" } else { "are" };
    let version = |migration: &SqlMigration| migration.version.clone().unwrap_or_default();
    let message = format!(
        "{} {verb} missing in `{}`, between `{}` and `{}`",
        list(&names),
        folder.path,
        version(before),
        version(after)
    );
    finding("version-gap", message)
        .at(Some(first_line(after)))
        .about(ObjectRef::new(ObjectKind::Revision, missing.first().cloned().unwrap_or_default()))
        .evidence("missing", missing.to_vec())
        .related(Some(first_line(before)), "the file before the gap")
        .help("find the file that was lost or never committed, or number the files without a gap")
}

/// Returns the first line of a migration's first statement.
fn first_line(migration: &SqlMigration) -> Location {
    let text = migration.up_text();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let code = line.trim();
        if !code.is_empty() && !code.starts_with("--") {
            break;
        }
        at += line.len();
    }
    let start = migration.up.start as usize + if at < text.len() { at } else { 0 };
    Location::at(migration.path.clone(), line_of(&migration.text, start, migration.up.end as usize))
}

/// Returns the bytes from a place to the end of its line, or to `end`.
fn line_of(text: &str, start: usize, end: usize) -> Span {
    let end = end.min(text.len());
    let line =
        text.get(start..end).and_then(|rest| rest.lines().next()).map_or(0, |line| line.trim_end().len());
    Span::new(start as u32, (start + line) as u32)
}

/// Returns names as prose, "a, b and c"; long lists are cut.
fn list(names: &[String]) -> String {
    const MOST: usize = 6;
    match names {
        [] => String::new(),
        [one] => one.clone(),
        _ if names.len() > MOST => format!("{} and {} more", names[..MOST].join(", "), names.len() - MOST),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn finding(name: &'static str, message: impl Into<String>) -> Diagnostic {
    match trueup_lint::rule(name) {
        Some(rule) => rule.finding(message),
        None => Diagnostic::new(name, Severity::Error, message),
    }
}

/// Returns the cause under which a table that cannot be made explains what needs it.
fn table_cause(name: &ObjectName) -> Cause {
    Cause::Table(name.to_string())
}

#[cfg(test)]
mod tests;
