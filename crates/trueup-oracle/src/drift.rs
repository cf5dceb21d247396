//! `drift`: databases as real Alembic left them are clean, and ten manual changes on them are exactly ten findings.
//!
//! The changes are chosen from the catalog, each on an object of its own, so that they fit any project.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;
use trueup_project::pipelines::check::{self, CheckRequest};
use trueup_schema::Dialect;
use trueup_testkit::postgres::{Postgres, ScratchDatabase};

use crate::corpus::projects::{self, Project};
use crate::corpus::{dump, sqlite};

/// What the command line asks for.
#[derive(Debug)]
pub struct Options {
    /// Projects; empty for three whose replay is exact.
    pub names: Vec<String>,
    /// Where the stored truth lies.
    pub truth: PathBuf,
}

const DEFAULT: [&str; 3] = ["optuna", "mlflow-auth", "dstack"];

/// Runs all; returns whether every database is judged as it should be.
pub fn run(options: &Options) -> Result<bool> {
    let names =
        if options.names.is_empty() { DEFAULT.map(str::to_owned).to_vec() } else { options.names.clone() };
    let mut holds = true;
    for project in projects::listed(&names)? {
        for dialect in project.dialects(&options.truth) {
            let name = format!("{} {}", project.id, projects::short(dialect));
            match one(&project, dialect, options) {
                Ok(problems) if problems.is_empty() => println!("{name}: as it should be"),
                Ok(problems) => {
                    holds = false;
                    println!("{name}: {} problems\n  {}", problems.len(), problems.join("\n  "));
                }
                Err(error) => {
                    holds = false;
                    println!("{name}: {error:#}");
                }
            }
        }
    }
    Ok(holds)
}

fn one(project: &Project, dialect: Dialect, options: &Options) -> Result<Vec<String>> {
    let truth = project.truth(&options.truth, dialect)?;
    let heads = heads(project, dialect)?;
    if dialect.is_sqlite() {
        // SQLite changes few things in place; the test of this crate has the changes, real projects the clean side.
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("database.sqlite");
        let mut statements = sqlite::statements(&truth);
        statements.extend(stamps(&truth, &heads));
        let (_, refused) = sqlite::create(&file, &statements)?;
        anyhow::ensure!(refused.is_empty(), "the stored truth cannot be loaded: {}", refused[0]);
        let found = findings(project, &format!("sqlite:///{}", file.display()))?;
        return Ok(found.into_iter().map(|object| format!("not clean: {object}")).collect());
    }
    let database = Postgres::try_shared().map_err(anyhow::Error::msg)?.scratch_database();
    database.execute(&dump::executable(&truth));
    for stamp in stamps(&truth, &heads) {
        database.execute(&stamp);
    }
    let found = findings(project, database.url())?;
    let mut problems: Vec<String> = found.iter().map(|object| format!("not clean: {object}")).collect();
    let expected = change(&database);
    if expected.len() < 10 {
        println!("  only {} of the ten changes fit this schema", expected.len());
    }
    let mut after = findings(project, database.url())?;
    after.retain(|object| !found.contains(object));
    problems.extend(expected.difference(&after).map(|object| format!("not reported: {object}")));
    problems.extend(after.difference(&expected).map(|object| format!("reported without a change: {object}")));
    Ok(problems)
}

fn heads(project: &Project, dialect: Dialect) -> Result<Vec<String>> {
    let request = CheckRequest { dialect: Some(dialect), ..CheckRequest::default() };
    let built = check::build(&project.configuration()?, &request, None);
    Ok(built.graph.ids(built.graph.real_heads()))
}

/// The rows of the version table, whose name is in the dump.
fn stamps(truth: &str, heads: &[String]) -> Vec<String> {
    let at = truth.find("version_num").unwrap_or(0);
    let before = &truth[..at];
    let name = before.rfind("CREATE TABLE ").map(|start| &before[start + "CREATE TABLE ".len()..]);
    let name = name.and_then(|rest| rest.split([' ', '(', '\n']).next()).unwrap_or("alembic_version");
    heads.iter().map(|head| format!("INSERT INTO {name} (version_num) VALUES ('{head}')")).collect()
}

/// What the group *drift* says about the database: kind, table and name of each object.
fn findings(project: &Project, url: &str) -> Result<BTreeSet<String>> {
    let request = CheckRequest {
        database: Some(url.to_owned()),
        only: vec!["drift".to_owned()],
        ..CheckRequest::default()
    };
    let report = check::check(&project.configuration()?, &request).map_err(anyhow::Error::msg)?;
    if let Some(failure) = &report.failure {
        anyhow::bail!("{}", failure.message);
    }
    anyhow::ensure!(
        report.project.checked.contains(&"the database against the revisions"),
        "the database was not compared"
    );
    let about_database = report.diagnostics.iter().filter(|diagnostic| diagnostic.rule == "database-drift");
    let objects = about_database.map(|diagnostic| {
        diagnostic.object.as_ref().map_or_else(
            || diagnostic.message.clone(),
            |object| format!("{} {}", object.kind.name(), object.name),
        )
    });
    Ok(objects.collect())
}

/// Makes the changes that the schema has room for and returns the objects they are about.
fn change(database: &ScratchDatabase) -> BTreeSet<String> {
    let mut done = BTreeSet::new();
    for (kind, find, statements) in CHANGES {
        let Some(row) = database.query(find).into_iter().next() else { continue };
        let cells: Vec<String> = row.into_iter().map(Option::unwrap_or_default).collect();
        let filled = |text: &str| {
            let mut out = text.to_owned();
            for (at, cell) in cells.iter().enumerate() {
                out = out.replace(&format!("${at}"), cell);
            }
            out
        };
        for statement in *statements {
            database.execute(&filled(statement));
        }
        // The first cell is the name as findings tell it.
        done.insert(format!("{kind} {}", cells[0]));
    }
    done
}

/// Kind of the object, a query for one that fits (name first), and the statements that change it.
///
/// What is chosen must not be touched by another change: columns are taken from the end of the alphabet for one change
/// and from its beginning for the next, and no column of an index or constraint is taken.
const CHANGES: &[(&str, &str, &[&str])] = &[
    (
        "column",
        "SELECT column_name, table_name, character_maximum_length + 7 FROM information_schema.columns c
         WHERE table_schema = 'public' AND data_type = 'character varying' AND character_maximum_length > 0
           AND column_default IS NULL AND table_name NOT LIKE 'alembic%'
           AND NOT EXISTS (SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
             WHERE i.indrelid = format('%I.%I', c.table_schema, c.table_name)::regclass AND a.attname = c.column_name)
           AND NOT EXISTS (SELECT 1 FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
             WHERE k.conrelid = format('%I.%I', c.table_schema, c.table_name)::regclass AND a.attname = c.column_name)
         ORDER BY table_name, column_name LIMIT 1",
        &["ALTER TABLE \"$1\" ALTER \"$0\" TYPE varchar($2)"],
    ),
    (
        "column",
        "SELECT column_name, table_name FROM information_schema.columns c
         WHERE table_schema = 'public' AND is_nullable = 'NO' AND table_name NOT LIKE 'alembic%'
           AND NOT EXISTS (SELECT 1 FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
             WHERE k.contype = 'p' AND k.conrelid = format('%I.%I', c.table_schema, c.table_name)::regclass AND a.attname = c.column_name)
         ORDER BY table_name DESC, column_name DESC LIMIT 1",
        &["ALTER TABLE \"$1\" ALTER \"$0\" DROP NOT NULL"],
    ),
    (
        "column",
        "SELECT column_name, table_name FROM information_schema.columns
         WHERE table_schema = 'public' AND column_default IS NULL AND is_nullable = 'YES'
           AND data_type IN ('character varying', 'text') AND table_name NOT LIKE 'alembic%'
         ORDER BY table_name DESC, column_name LIMIT 1",
        &["ALTER TABLE \"$1\" ALTER \"$0\" SET DEFAULT 'x'"],
    ),
    (
        "index",
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         WHERE c.relnamespace = 'public'::regnamespace
           AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
         ORDER BY 1 LIMIT 1",
        &["DROP INDEX \"$0\""],
    ),
    (
        "index",
        "SELECT c.relname, t.relname, a.attname FROM pg_index i
         JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE c.relnamespace = 'public'::regnamespace AND indpred IS NULL AND NOT indisunique AND indnatts = 1
         ORDER BY 1 DESC LIMIT 1",
        &["DROP INDEX \"$0\"", "CREATE INDEX \"$0\" ON \"$1\" (\"$2\") WHERE (\"$2\" IS NOT NULL)"],
    ),
    (
        "enum",
        "SELECT typname FROM pg_type WHERE typtype = 'e' AND typnamespace = 'public'::regnamespace ORDER BY typname LIMIT 1",
        &["ALTER TYPE \"$0\" ADD VALUE 'drifted'"],
    ),
    (
        "check",
        "SELECT conname, conrelid::regclass FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0 AND connamespace = 'public'::regnamespace ORDER BY conname LIMIT 1",
        &["ALTER TABLE $1 DROP CONSTRAINT \"$0\"", "ALTER TABLE $1 ADD CONSTRAINT \"$0\" CHECK (1 < 2)"],
    ),
    (
        "foreign_key",
        "SELECT conname, conrelid::regclass FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY conname DESC LIMIT 1",
        &["ALTER TABLE $1 RENAME CONSTRAINT \"$0\" TO renamed_by_hand"],
    ),
    ("table", "SELECT 'made_by_hand'", &["CREATE TABLE made_by_hand (id integer)"]),
    (
        "trigger",
        "SELECT 'quiet_by_hand', tablename FROM pg_tables
         WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%' AND tablename <> 'made_by_hand' ORDER BY 2 LIMIT 1",
        &["CREATE TRIGGER quiet_by_hand BEFORE UPDATE ON \"$1\" FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"],
    ),
];
