//! SQLite tables that are made anew: reads what the database stores of one, and runs the statements that follow from it.

use trueup_alembic::replay::TableRebuild;
use trueup_db::{Cell, Row};
use trueup_schema::name::quote_identifier;
use trueup_schema::{ObjectName, Origin};
use trueup_sql::{
    ColumnPosition, Expects, RebuildCheck, RebuildInput, RebuildStep, Stored, StoredColumn, rebuild,
};

use super::script::{ScriptRunner, Stop, refused};

/// What SQLite says of a foreign key whose columns are not unique in the other table.
const KEY_MISMATCH: &str = "foreign key mismatch";

/// Rebuilds a table, inside of the transaction that is open.
pub(super) fn run(scripts: &mut ScriptRunner<'_>, batch: &TableRebuild, origin: &Origin) -> Result<(), Stop> {
    let input = input(scripts, batch, origin)?;
    let not_rebuilt = |reason: String| Stop::NotRebuilt { reason, origin: origin.clone() };
    let planned = rebuild(&input).map_err(|refusal| not_rebuilt(refusal.to_string()))?;
    scripts.notes.extend(planned.notices.iter().cloned());
    let before = known_before(scripts, &planned.steps, origin)?;
    for statement in &planned.before {
        scripts.send(statement, origin)?;
    }
    let mut before = before.into_iter();
    for step in &planned.steps {
        match step {
            RebuildStep::Run(sql) => scripts.send(sql, origin)?,
            RebuildStep::Check(check) => {
                if let Some(known) = before.next().flatten()
                    && is_violated(scripts, check, &known, origin)?
                {
                    return Err(not_rebuilt(check.message.clone()));
                }
            }
        }
    }
    for statement in &planned.after {
        scripts.send(statement, origin)?;
    }
    Ok(())
}

/// Answers each check before the first statement; `None` where it is left out.
fn known_before(
    scripts: &mut ScriptRunner<'_>,
    steps: &[RebuildStep],
    origin: &Origin,
) -> Result<Vec<Option<Vec<Row>>>, Stop> {
    let mut known = Vec::new();
    for step in steps {
        let RebuildStep::Check(check) = step else { continue };
        known.push(match check.expects {
            Expects::NoRow => Some(Vec::new()),
            // A query that fails now would blame the rebuild for what was wrong before.
            Expects::NothingNew => scripts.runner.query(&check.sql).ok(),
            Expects::Compiles => match scripts.runner.query(&format!("EXPLAIN {}", check.sql)) {
                Ok(_) => Some(Vec::new()),
                Err(error) if error.class().is_some() => None,
                Err(error) => return Err(refused(error, &check.sql, origin)),
            },
        });
    }
    Ok(known)
}

fn is_violated(
    scripts: &mut ScriptRunner<'_>,
    check: &RebuildCheck,
    before: &[Row],
    origin: &Origin,
) -> Result<bool, Stop> {
    if check.expects == Expects::Compiles {
        return Ok(scripts.runner.query(&format!("EXPLAIN {}", check.sql)).is_err());
    }
    let rows = match scripts.runner.query(&check.sql) {
        Ok(rows) => rows,
        // Half way through a revision a foreign key may point at columns that are no key, and nobody can tell then which
        // of its rows have lost their parents. SQLite itself looks when rows change.
        Err(error) if check.expects == Expects::NothingNew && error.to_string().contains(KEY_MISMATCH) => {
            return Ok(false);
        }
        Err(error) => return Err(refused(error, &check.sql, origin)),
    };
    Ok(match check.expects {
        Expects::NoRow => !rows.is_empty(),
        // No row more often than before.
        _ => rows.iter().any(|row| {
            let count = |rows: &[Row]| rows.iter().filter(|other| other.cells == row.cells).count();
            count(&rows) > count(before)
        }),
    })
}

/// Reads what the database stores of a table and of what may depend on it.
fn input(
    scripts: &mut ScriptRunner<'_>,
    batch: &TableRebuild,
    origin: &Origin,
) -> Result<RebuildInput, Stop> {
    let mut stored = Objects::read(scripts, &batch.table, origin)?;
    let table = stored.take("table", &batch.table.name);
    let Some(table) = table else {
        let reason = format!("there is no table `{}`", batch.table);
        return Err(Stop::NotRebuilt { reason, origin: origin.clone() });
    };
    let pragma = match &batch.table.namespace {
        Some(namespace) => format!("{}.table_xinfo", quote_identifier(namespace)),
        None => "table_xinfo".to_owned(),
    };
    let sql = format!("PRAGMA {pragma}({})", quote_identifier(&batch.table.name));
    let columns = scripts.runner.query(&sql).map_err(|error| refused(error, &sql, origin))?;
    let columns = columns.iter().filter_map(|row| {
        let name = row.get("name")?.as_text()?.to_owned();
        Some(StoredColumn { name, hidden: integer(row.get("hidden")?)? })
    });
    let is_enforced = scripts.runner.query("PRAGMA foreign_keys").ok().and_then(|rows| {
        let cell = integer(rows.first()?.cells.first()?)?;
        Some(cell == 1)
    });
    let mut input = RebuildInput::new(batch.table.clone(), table, columns.collect());
    input.indexes = stored.of_table("index", &batch.table.name);
    input.triggers = stored.of_table("trigger", &batch.table.name);
    input.views = stored.all("view");
    input.other_triggers = stored.others("trigger", &batch.table.name);
    input.names = stored.names();
    take_batch(&mut input, batch);
    input.foreign_keys_enforced = is_enforced.unwrap_or(false);
    Ok(input)
}

fn integer(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Int(number) => Some(*number),
        _ => None,
    }
}

/// Takes over what a batch wants.
pub(super) fn take_batch(input: &mut RebuildInput, batch: &TableRebuild) {
    input.operations.clone_from(&batch.operations);
    input.positions = batch
        .positions
        .iter()
        .map(|position| ColumnPosition {
            column: position.column.clone(),
            before: position.before.clone(),
            after: position.after.clone(),
        })
        .collect();
    input.orders.clone_from(&batch.orders);
    input.extra.clone_from(&batch.table_args);
}

/// The rows of `sqlite_schema`.
struct Objects {
    rows: Vec<Object>,
}

struct Object {
    kind: String,
    name: String,
    table: String,
    sql: Option<String>,
}

impl Objects {
    fn read(scripts: &mut ScriptRunner<'_>, table: &ObjectName, origin: &Origin) -> Result<Self, Stop> {
        let schema = match &table.namespace {
            Some(namespace) => format!("{}.sqlite_schema", quote_identifier(namespace)),
            None => "sqlite_schema".to_owned(),
        };
        let sql = format!("SELECT type, name, tbl_name, sql FROM {schema} ORDER BY rowid");
        let rows = scripts.runner.query(&sql).map_err(|error| refused(error, &sql, origin))?;
        let text = |row: &Row, column: &str| row.get(column)?.as_text().map(str::to_owned);
        let rows = rows.iter().filter_map(|row| {
            Some(Object {
                kind: text(row, "type")?,
                name: text(row, "name")?,
                table: text(row, "tbl_name")?,
                sql: text(row, "sql"),
            })
        });
        Ok(Self { rows: rows.collect() })
    }

    fn take(&mut self, kind: &str, name: &str) -> Option<String> {
        let found = self.rows.iter().find(|row| row.kind == kind && row.name.eq_ignore_ascii_case(name))?;
        found.sql.clone()
    }

    fn stored(&self, is_wanted: impl Fn(&Object) -> bool) -> Vec<Stored> {
        let wanted = self.rows.iter().filter(|row| is_wanted(row));
        wanted.filter_map(|row| Some(Stored { name: row.name.clone(), sql: row.sql.clone()? })).collect()
    }

    fn of_table(&self, kind: &str, table: &str) -> Vec<Stored> {
        self.stored(|row| row.kind == kind && row.table.eq_ignore_ascii_case(table))
    }

    fn others(&self, kind: &str, table: &str) -> Vec<Stored> {
        self.stored(|row| row.kind == kind && !row.table.eq_ignore_ascii_case(table))
    }

    fn all(&self, kind: &str) -> Vec<Stored> {
        self.stored(|row| row.kind == kind)
    }

    fn names(&self) -> Vec<String> {
        self.rows.iter().map(|row| row.name.clone()).collect()
    }
}
