//! One case on a PostgreSQL server.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use trueup_db::{Cell, DatabaseUrl, RunError, RunSettings, Runner};
use trueup_schema::name::quote_identifier;
use trueup_schema::{Dialect, Generated, Operation, Schema, Table, diff};
use trueup_testkit::postgres::{Postgres, ScratchDatabase};

use super::case::Case;
use super::{Outcome, one_line};
use crate::corpus::{dump, inspected};

/// Tries a case there and back, and takes its roles away again.
pub(super) fn tried(case: &Case) -> Result<Outcome> {
    let server = Postgres::try_shared().map_err(anyhow::Error::msg)?;
    if !case.has_roles() {
        return there_and_back(server, case);
    }
    let mut runner = open(server.url())?;
    let before = roles(&mut runner)?;
    let outcome = there_and_back(server, case);
    for role in roles(&mut runner)?.into_iter().filter(|role| !before.contains(role)) {
        // Other runs on the same server may have made it.
        let is_own = [&case.setup, &case.a, &case.b].iter().any(|text| text.contains(&role));
        if is_own || case.roles().contains(&quote_identifier(&role)) {
            let role = quote_identifier(&role);
            let _ = runner.execute(&format!("DROP OWNED BY {role}"));
            let _ = runner.execute(&format!("DROP ROLE {role}"));
        }
    }
    outcome
}

/// One state on a database of its own.
struct State {
    database: ScratchDatabase,
    /// The address of whoever owns everything.
    url: String,
    schema: Schema,
    objects: dump::Objects,
}

fn there_and_back(server: &Postgres, case: &Case) -> Result<Outcome> {
    let mut admin = open(server.url())?;
    for role in case.roles() {
        let login = if case.user.is_some() { " LOGIN SUPERUSER" } else { "" };
        let _ = admin.execute(&format!("CREATE ROLE {role}{login}"));
    }
    let a = match state(server, case, &case.a, &case.seed)? {
        Ok(state) => state,
        Err(reason) => return Ok(Outcome::Skipped(format!("`a` does not load: {}", general(&reason)))),
    };
    let b = match state(server, case, &case.b, &case.seed_b)? {
        Ok(state) => state,
        Err(reason) => return Ok(Outcome::Skipped(format!("`b` does not load: {}", general(&reason)))),
    };
    if a.objects == b.objects && case.a != case.b && case.has_roles() && diff(&a.schema, &b.schema).is_empty()
    {
        let (a, b) = (words(&case.a), words(&case.b));
        if a != b {
            return Ok(Outcome::Skipped("the states differ in nothing that a database has".to_owned()));
        }
    }
    for (direction, from, to) in [("a to b", &a, &b), ("b to a", &b, &a)] {
        if let Some((cause, details)) = led(from, to)? {
            return Ok(Outcome::failed(format!("{direction}: {cause}"), details));
        }
    }
    Ok(Outcome::Passed)
}

fn words(sql: &str) -> Vec<&str> {
    sql.split_whitespace().collect()
}

/// Builds a state; the inner error is what the server says of a text that it refuses.
fn state(server: &Postgres, case: &Case, sql: &str, rows: &str) -> Result<Result<State, String>> {
    let database = server.scratch_database();
    let mut url = database.url().to_owned();
    if let Some(user) = &case.user {
        open(&url)?.execute(&format!("CREATE SCHEMA {user} AUTHORIZATION {user}"))?;
        url = url.replacen("postgres@", &format!("{user}@"), 1);
    }
    let mut runner = open(&url)?;
    for text in [case.setup.as_str(), sql, rows] {
        for statement in trueup_sql::split(Dialect::Postgresql, text) {
            match runner.execute(statement.text) {
                Err(error) if is_known_role(&error) => {}
                Err(error) => return Ok(Err(sentence(&error))),
                Ok(_) => {}
            }
        }
    }
    drop(runner);
    let schema = inspected(&url)?;
    let objects = described(&database)?;
    Ok(Ok(State { database, url, schema, objects }))
}

/// Applies the difference; returns what is wrong then.
fn led(from: &State, to: &State) -> Result<Option<(String, String)>> {
    let operations = diff(&from.schema, &to.schema);
    let told = plan(&operations);
    // The other direction needs the first state as it was, so each way has the database to itself and comes back to it.
    let mut runner = open(&from.url)?;
    let rows = contents(&mut runner, &from.schema, &to.schema)?;
    for operation in &operations {
        for statement in operation.to_sql(Dialect::Postgresql) {
            if let Err(error) = runner.execute(&statement) {
                let cause = format!("refused: {}", sentence(&error));
                return Ok(Some((cause, format!("{statement}\n\nof\n{told}"))));
            }
        }
    }
    let after = contents(&mut runner, &from.schema, &to.schema)?;
    drop(runner);
    let found = dump::differences(&to.objects, &described(&from.database)?);
    let found: Vec<String> = found.into_iter().filter(|difference| !is_order(difference)).collect();
    if let Some(first) = found.first() {
        return Ok(Some((first.clone(), format!("{}\n\nafter\n{told}", found.join("\n")))));
    }
    if let Some(table) = rows.iter().find(|(table, lines)| after.get(*table) != Some(lines)) {
        let now = format!("before {:?}\nnow {:?}\n\nafter\n{told}", table.1, after.get(table.0));
        return Ok(Some((format!("rows of {} are other ones", table.0), now)));
    }
    let rest = diff(&inspected(&from.url)?, &to.schema);
    if let Some(first) = rest.first() {
        let details = format!("{}\n\nafter\n{told}\n\n{rest:#?}", plan(&rest));
        return Ok(Some((format!("not done: {} {}", first.name(), one_line(&plan(&rest))), details)));
    }
    Ok(None)
}

fn plan(operations: &[Operation]) -> String {
    let lines = operations.iter().map(|operation| {
        let statements = operation.to_sql(Dialect::Postgresql);
        if statements.is_empty() { format!("(no SQL) {operation:?}") } else { statements.join(";\n") }
    });
    lines.collect::<Vec<_>>().join(";\n")
}

/// The order of columns and of grants cannot be chosen.
fn is_order(difference: &str) -> bool {
    ["order TABLE ", "order FOREIGN TABLE ", "order ACL ", "order DEFAULT ACL "]
        .iter()
        .any(|prefix| difference.starts_with(prefix))
}

/// Returns the rows of tables that stay, as JSON, without the columns that change.
fn contents(runner: &mut Runner, from: &Schema, to: &Schema) -> Result<BTreeMap<String, Vec<String>>> {
    let mut out = BTreeMap::new();
    for table in from.tables.values() {
        let Some(wanted) = to.table(&table.name) else { continue };
        let columns = kept_columns(table, wanted);
        let select = if columns.is_empty() { "'{}'".to_owned() } else { columns.join(", ") };
        let sql =
            format!("SELECT to_jsonb(x)::text AS row FROM (SELECT {select} FROM {}) x", table.name.to_sql());
        // An older or newer name of the table.
        let Ok(rows) = runner.query(&sql) else { continue };
        let text =
            |row: &trueup_db::Row| row.get("row").and_then(Cell::as_text).unwrap_or_default().to_owned();
        let mut lines: Vec<String> = rows.iter().map(text).collect();
        lines.sort();
        out.insert(table.name.to_string(), lines);
    }
    Ok(out)
}

fn kept_columns(table: &Table, wanted: &Table) -> Vec<String> {
    let computed = |column: &trueup_schema::Column| matches!(column.generated, Some(Generated::Computed(_)));
    let kept = table.columns.iter().filter(|column| {
        let twin = wanted.column(&column.name);
        twin.is_some_and(|twin| {
            twin.column_type == column.column_type && !computed(twin) && !computed(column)
        })
    });
    kept.map(|column| quote_identifier(&column.name)).collect()
}

fn described(database: &ScratchDatabase) -> Result<dump::Objects> {
    Ok(dump::objects(&dump::dump_with(database.url(), &[])?))
}

fn open(url: &str) -> Result<Runner> {
    let url = DatabaseUrl::parse(url, ".".as_ref(), &|_| None)?;
    Runner::open(&url, RunSettings::default()).context("cannot open the database")
}

fn roles(runner: &mut Runner) -> Result<Vec<String>> {
    let rows = runner.query("SELECT rolname::text AS name FROM pg_roles")?;
    Ok(rows.iter().filter_map(|row| Some(row.get("name")?.as_text()?.to_owned())).collect())
}

/// The second state meets the roles of the first.
fn is_known_role(error: &RunError) -> bool {
    let sentence = sentence(error);
    sentence.starts_with("role ") && sentence.ends_with("already exists")
}

fn sentence(error: &RunError) -> String {
    match error {
        RunError::Statement(error) => error.message.clone(),
        other => other.to_string(),
    }
}

/// Leaves the names of objects out of a sentence, so that like reasons are counted together.
fn general(sentence: &str) -> String {
    let parts = sentence.split('"').enumerate();
    let kept = parts.map(|(at, part)| if at % 2 == 0 { part } else { "…" });
    one_line(&kept.collect::<Vec<_>>().join("\""))
}
