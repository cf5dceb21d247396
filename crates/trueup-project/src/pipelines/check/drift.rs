//! The part *drift*: models against revisions, database against revisions.

use trueup_alembic::{FilterObject, ProjectReading};
use trueup_db::{Database, DatabaseUrl, DbError, InspectOptions, Inspection};
use trueup_lint::context::{DriftContext, Side, Source};
use trueup_lint::glob;
use trueup_schema::diff::{Compare, Difference, DifferenceKind, compare};
use trueup_schema::{Dialect, ObjectKind, ObjectName, Operation, Schema, Severity};
use trueup_sql::{ReadContext, read};

use super::{Checking, Group, engine};
use crate::pipelines::run::NotRun;
use crate::pipelines::source::snapshot;
use crate::report::Failure;

/// What to do when the database cannot be read.
const FAILURE_HINT: &str =
    "the static parts are reported all the same; `--database URL` names another database";

/// Kinds that models cannot declare: their absence there is no drift.
const NOT_IN_MODELS: [ObjectKind; 8] = [
    ObjectKind::View,
    ObjectKind::MaterializedView,
    ObjectKind::Function,
    ObjectKind::Trigger,
    ObjectKind::Policy,
    ObjectKind::Extension,
    ObjectKind::Namespace,
    ObjectKind::Domain,
];

/// Properties of tables and columns that models cannot declare.
const PROPERTIES_NOT_IN_MODELS: [&str; 5] =
    ["privileges", "row security", "forced row security", "policies", "triggers"];

impl Checking<'_> {
    /// Compares the models with what the revisions build.
    pub(super) fn model_drift(
        &mut self,
        reading: &ProjectReading,
        models: &Schema,
        revisions: &Schema,
        partial: &[ObjectName],
    ) {
        if !self.wants(Group::Drift) {
            return;
        }
        let differences = self.model_differences(reading, models, revisions, partial);
        let context = DriftContext {
            expected: Side { source: Source::Models, schema: models },
            actual: Side { source: Source::Revisions, schema: revisions },
            differences: &differences,
        };
        engine::check_drift(&context, &mut self.findings);
        self.summary.checked.push("models against revisions");
    }

    /// Returns how models differ from what something else builds or has, as far as models can tell it and the project
    /// wants it compared.
    pub(super) fn model_differences(
        &self,
        reading: &ProjectReading,
        models: &Schema,
        actual: &Schema,
        partial: &[ObjectName],
    ) -> Vec<Difference> {
        let options = Compare {
            ignore: self.ignored(models, actual, partial),
            ignore_kinds: NOT_IN_MODELS.to_vec(),
            by_meaning: true,
            ..Compare::default()
        };
        let mut differences = compare(models, actual, &options);
        differences.retain(|difference| {
            can_be_in_models(difference)
                && is_compared(reading, difference)
                && !self.may_come_from_base(difference)
        });
        let compares_defaults =
            reading.env.as_ref().and_then(|env| env.flag("compare_server_default")) == Some(true);
        for difference in &mut differences {
            soften(difference, actual, compares_defaults);
        }
        differences
    }

    /// Compares the database with what the revisions build up to where the database is.
    pub(super) fn database_drift(
        &mut self,
        expected: &Expected,
        inspection: &Inspection,
        partial: &[ObjectName],
    ) {
        if !self.wants(Group::Drift) {
            return;
        }
        let ignore = self.ignored(&expected.schema, &inspection.schema, partial);
        let options = Compare { ignore, ..Compare::default() };
        let differences = expected.differences(&inspection.schema, &options);
        let expected = &expected.schema;
        let context = DriftContext {
            expected: Side { source: Source::Revisions, schema: expected },
            actual: Side { source: Source::Database, schema: &inspection.schema },
            differences: &differences,
        };
        engine::check_drift(&context, &mut self.findings);
        for object in &inspection.schema.unmodelled {
            if !expected.unmodelled.contains(object) {
                self.summary
                    .notes
                    .push(format!("not compared: {} `{}` of the database", object.kind, object.name));
            }
        }
        self.summary.checked.push("the database against the revisions");
    }

    /// Compares the database with a snapshot.
    pub(super) fn snapshot_drift(&mut self, file: &std::path::Path, inspection: Option<&Inspection>) {
        if !self.wants(Group::Drift) {
            return;
        }
        let Some(inspection) = inspection else {
            // A database that cannot be read has told so itself.
            self.failure.get_or_insert_with(|| Failure {
                message: "there is no database to hold to the snapshot".to_owned(),
                hint: Some(
                    "name it with `--database URL`; `trueup diff snapshot:FILE revisions` needs none"
                        .to_owned(),
                ),
            });
            return;
        };
        let expected = match snapshot::read(file) {
            Ok(source) => source,
            Err(NotRun::Failed(problem)) => {
                let line = problem.line.map(|line| format!(" (line {line})")).unwrap_or_default();
                let message = format!("{}{line}", problem.message);
                self.failure = Some(Failure { message, hint: problem.hints.into_iter().next() });
                return;
            }
            Err(NotRun::NoHistory(_)) => return,
        };
        if expected.schema.dialect != inspection.schema.dialect {
            let message = format!(
                "{} is for {}, the database is for {}",
                expected.title,
                expected.schema.dialect.title(),
                inspection.schema.dialect.title()
            );
            self.failure = Some(Failure { message, hint: None });
            return;
        }
        self.summary.notes.extend(expected.notes);
        let ignore = self.ignored(&expected.schema, &inspection.schema, &[]);
        let differences =
            compare(&expected.schema, &inspection.schema, &Compare { ignore, ..Compare::default() });
        let context = DriftContext {
            expected: Side { source: Source::Snapshot, schema: &expected.schema },
            actual: Side { source: Source::Database, schema: &inspection.schema },
            differences: &differences,
        };
        engine::check_drift(&context, &mut self.findings);
        self.summary.checked.push("the database against the snapshot");
    }

    /// Says that a database records no revision, and so cannot be held to any.
    pub(super) fn unstamped_database(&mut self) {
        if !self.wants(Group::Drift) {
            return;
        }
        let Some(rule) = super::project::rule("database-drift") else { return };
        let table = &self.version_table;
        let finding = rule
            .finding_as(
                Severity::Warning,
                format!(
                    "the database has no version table `{table}`: which revision it should be at is not known"
                ),
            )
            .about(trueup_schema::ObjectRef::new(ObjectKind::Table, table.as_str()))
            .help(
                "upgrade or stamp it; where the table has another name, env.py says so with `version_table`",
            );
        self.findings.push(finding);
    }

    /// Opens and inspects the database; a failure is told beside the findings.
    pub(super) fn inspect(&mut self) -> Option<Inspection> {
        self.inspect_at(self.address()?)
    }

    /// Opens and inspects the database at an address.
    pub(super) fn inspect_at(&mut self, address: String) -> Option<Inspection> {
        let lookup = |name: &str| {
            self.request.environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
        };
        let address = match expand(&address, &lookup) {
            Ok(address) => address,
            Err(name) => {
                let message =
                    format!("the database address is `${name}`, and the environment has no such variable");
                self.failure = Some(Failure { message, hint: Some(FAILURE_HINT.to_owned()) });
                return None;
            }
        };
        let base = self
            .configuration
            .file
            .as_deref()
            .and_then(std::path::Path::parent)
            .unwrap_or(&self.configuration.root);
        let version_table = ObjectName::new(self.version_table.clone());
        let options = InspectOptions { version_table: Some(version_table), ..InspectOptions::default() };
        let result =
            DatabaseUrl::parse(&address, base, &lookup).map_err(|error| error.to_string()).and_then(|url| {
                let inspected =
                    Database::connect(&url).and_then(|mut database| database.inspect(&options, &read_sqlite));
                inspected.map(|inspection| (url, inspection)).map_err(|error| with_causes(&error))
            });
        match result {
            Ok((url, inspection)) => {
                self.summary.database = Some(url.to_string());
                Some(inspection)
            }
            Err(message) => {
                self.failure = Some(Failure { message, hint: Some(FAILURE_HINT.to_owned()) });
                None
            }
        }
    }

    /// Returns the address of the database to look at: only one that somebody asked for.
    ///
    /// An address in alembic.ini or env.py says which dialect it is; connecting to it unasked would surprise whoever
    /// only wants to know whether the files are right.
    fn address(&self) -> Option<String> {
        self.request.database.clone().or_else(|| self.configuration.settings.database.clone())
    }

    /// Tells whether a model may have what only the revisions show, from a base class that is not known.
    fn may_come_from_base(&self, difference: &Difference) -> bool {
        let table = difference.object.table.as_ref();
        let is_incomplete =
            |table: &String| self.incomplete.iter().any(|known| known.table.to_string() == *table);
        difference.kind == DifferenceKind::Added && table.is_some_and(is_incomplete)
    }

    fn ignored(&self, left: &Schema, right: &Schema, partial: &[ObjectName]) -> Vec<ObjectName> {
        let mut ignored = vec![ObjectName::new(self.version_table.clone())];
        ignored.extend(partial.iter().cloned());
        let names = left.tables.keys().chain(right.tables.keys());
        let external = names.filter(|name| {
            self.configuration
                .settings
                .external_tables
                .iter()
                .any(|pattern| glob::matches(pattern, &name.to_string()))
        });
        ignored.extend(external.cloned());
        ignored
    }
}

/// What a database should have.
pub(in crate::pipelines) struct Expected {
    /// As Alembic leaves it.
    pub(in crate::pipelines) schema: Schema,
    /// Where rebuilds of SQLite tables lose nothing, if that is another one.
    pub(in crate::pipelines) kept: Option<Schema>,
}

impl Expected {
    /// Returns how a database differs; what a rebuild may have lost or kept may be there or not.
    pub(in crate::pipelines) fn differences(&self, actual: &Schema, options: &Compare) -> Vec<Difference> {
        let mut differences = compare(&self.schema, actual, options);
        if differences.is_empty() {
            return differences;
        }
        if let Some(kept) = &self.kept {
            let others = compare(kept, actual, options);
            let property = |difference: &Difference| match &difference.kind {
                DifferenceKind::Changed { property, .. } => Some(*property),
                _ => None,
            };
            differences.retain(|one| {
                others.iter().any(|other| other.object == one.object && property(other) == property(one))
            });
        }
        differences
    }
}

/// Applies the project's own `include_object` and `include_name`; what they cannot tell is compared.
fn is_compared(reading: &ProjectReading, difference: &Difference) -> bool {
    let (kind, name, table) = match difference.object.kind {
        ObjectKind::Table => ("table", &difference.object.name, None),
        ObjectKind::Column => ("column", &difference.object.name, difference.object.table.as_deref()),
        ObjectKind::Index => ("index", &difference.object.name, difference.object.table.as_deref()),
        ObjectKind::Unique => {
            ("unique_constraint", &difference.object.name, difference.object.table.as_deref())
        }
        ObjectKind::ForeignKey => {
            ("foreign_key_constraint", &difference.object.name, difference.object.table.as_deref())
        }
        _ => return true,
    };
    let reflected = matches!(difference.kind, DifferenceKind::Added);
    let has_counterpart = !matches!(difference.kind, DifferenceKind::Added | DifferenceKind::Removed);
    let object = FilterObject { kind, name, namespace: None, table, reflected, has_counterpart };
    reading.includes(&object) != Some(false)
}

/// Lowers the severity of differences that every project has and that break nothing.
fn soften(difference: &mut Difference, revisions: &Schema, compares_defaults: bool) {
    match &difference.kind {
        // Dropping a table or changing a column leaves the enum type behind; Alembic never drops it.
        DifferenceKind::Added if difference.object.kind == ObjectKind::Enum => {
            let name = &difference.object.name;
            let used = |column: &trueup_schema::Column| {
                column.column_type.name == *name || column.column_type.to_string() == *name
            };
            if !revisions.tables.values().any(|table| table.columns.iter().any(used)) {
                difference.severity = Severity::Info;
            }
        }
        // A default that only fills existing rows while a revision adds a NOT NULL column is a habit, not a mistake;
        // a project that wants it compared says so to Alembic.
        DifferenceKind::Changed { property: "default", expected, .. }
            if expected.is_empty() && !compares_defaults =>
        {
            difference.severity = difference.severity.min(Severity::Warning);
        }
        _ => {}
    }
}

/// Tells whether a difference could be mended in the models at all.
fn can_be_in_models(difference: &Difference) -> bool {
    match &difference.kind {
        DifferenceKind::Changed { property, .. } => !PROPERTIES_NOT_IN_MODELS.contains(property),
        _ => true,
    }
}

/// Reads a statement that SQLite has stored.
pub(in crate::pipelines) fn read_sqlite(sql: &str) -> Result<Vec<Operation>, String> {
    let result = read(Dialect::Sqlite, sql, &ReadContext::default());
    if let Some(error) = result.errors.first() {
        return Err(error.message.clone());
    }
    Ok(result.statements.into_iter().flat_map(|statement| statement.operations).collect())
}

/// Replaces `$NAME` and `${NAME}` in an address from the settings; `Err` is the name that is not set.
pub(in crate::pipelines) fn expand(
    address: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<String, String> {
    let Some(name) = address.strip_prefix('$') else { return Ok(address.to_owned()) };
    let name = name.trim_start_matches('{').trim_end_matches('}');
    lookup(name).ok_or_else(|| name.to_owned())
}

pub(in crate::pipelines) fn with_causes(error: &DbError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
