//! The thorough way: a new table beside, the rows copied, the old one dropped, the new one renamed.

use trueup_schema::name::quote_identifier;

use super::alter::{rename_columns, rename_table};
use super::body::{Item, with_cursor};
use super::change::Change;
use super::checks::{self, literal};
use super::clause::{Clause, Kind};
use super::column::{ColumnState, is_integer, numbered};
use super::constraint::sites;
use super::definition::{Definition, replace};
use super::mention::unqualified;
use super::{Expects, Rebuild, RebuildCheck, RebuildMethod, RebuildStep, Refusal};

/// Returns the statements that rebuild the table.
pub(super) fn copy(mut change: Change<'_>) -> Result<Rebuild, Refusal> {
    change.needs_copy = true;
    let temporary = temporary_name(&mut change);
    let names = Names {
        table: change.input.table.to_sql(),
        copy: change.input.table.sibling(temporary.as_str()).to_sql(),
        temporary,
    };
    let mut steps = vec![RebuildStep::Run(create(&mut change, &names.copy)?)];
    steps.push(RebuildStep::Run(insert(&change, &names)?));
    steps.push(checks::same_count(&names.table, &names.copy, &change.input.table.name));
    let statements = swap(&change, &names)?;
    steps.extend(statements.into_iter().map(RebuildStep::Run));
    let namespace = change.input.table.namespace.as_deref();
    let kept = change.indexes.iter().chain(&change.triggers);
    steps.extend(kept.map(|stored| RebuildStep::Run(in_namespace(&stored.sql, namespace))));
    steps.extend(rename_columns(&change, &names.table).into_iter().map(RebuildStep::Run));
    steps.extend(change.created().into_iter().map(RebuildStep::Run));
    steps.push(checks::foreign_keys(&change));
    steps.extend(checks::readers(&change));
    steps.extend(rename_table(&change, &names.table));
    let enforced = change.input.foreign_keys_enforced;
    let mut after = vec!["PRAGMA legacy_alter_table = OFF".to_owned()];
    after.extend(enforced.then(|| "PRAGMA foreign_keys = ON".to_owned()));
    Ok(Rebuild {
        method: RebuildMethod::Copy,
        before: enforced.then(|| "PRAGMA foreign_keys = OFF".to_owned()).into_iter().collect(),
        steps,
        after,
        losses: losses(&change),
        notices: change.notices,
        temporary: Some(names.temporary),
    })
}

/// Names as SQL, save the last.
struct Names {
    table: String,
    copy: String,
    temporary: String,
}

/// Returns a name for the copy that nothing has.
///
/// A table of that name is what Alembic leaves behind when it fails. It may be the only place where rows still are, so
/// it is never dropped; and it does not stand in the way, which with Alembic it does.
fn temporary_name(change: &mut Change<'_>) -> String {
    let name = format!("_alembic_tmp_{}", change.frame.name);
    let cut: String = name.chars().take(50).collect();
    let taken = |name: &str| change.input.names.iter().any(|taken| taken.eq_ignore_ascii_case(name));
    let left: Vec<&String> = [&name, &cut].into_iter().filter(|name| taken(name)).collect();
    let left = left.first().map(|name| (*name).clone());
    let free = numbered(&name, "_", taken);
    if let Some(left) = left {
        change.notices.push(format!(
            "`{left}` is left from a change of `{}` that failed, and is not touched: compare its rows and drop it",
            change.frame.name
        ));
    }
    free
}

/// Returns the statement that creates the copy.
fn create(change: &mut Change<'_>, copy: &str) -> Result<String, Refusal> {
    let table = change.frame.name.clone();
    // Under its new name the table is not known by the old one: `CHECK (t.a > 0)`.
    for at in 0..change.columns.len() {
        let clauses = change.definition(&change.columns[at])?.clauses;
        unqualify(&mut change.columns[at].item, clauses.iter().rev(), &table);
    }
    for at in 0..change.constraints.len() {
        let clause = change.clause(&change.constraints[at])?;
        unqualify(&mut change.constraints[at].item, std::iter::once(&clause), &table);
    }
    let columns = change.order.iter().map(|at| &change.columns[*at].item);
    let items: Vec<&Item> =
        columns.chain(change.constraints.iter().map(|constraint| &constraint.item)).collect();
    Ok(change.frame.write(copy, &items))
}

fn unqualify<'c>(item: &mut Item, clauses: impl Iterator<Item = &'c Clause>, table: &str) {
    for clause in clauses {
        let (Kind::Check(range) | Kind::Generated(range)) = &clause.kind else { continue };
        let new = unqualified(&item.text[range.clone()], table);
        replace(&mut item.text, range.clone(), &new);
    }
}

/// Returns the statement that copies the rows.
fn insert(change: &Change<'_>, names: &Names) -> Result<String, Refusal> {
    let (mut targets, mut sources) = (Vec::new(), Vec::new());
    if let Some(number) = row_number(change)? {
        targets.push(number.to_owned());
        sources.push(number.to_owned());
    }
    for (_, column) in change.live() {
        if !column.stored || change.definition(column)?.is_generated() {
            continue;
        }
        let name = quote_identifier(&column.build);
        sources.push(cast(column).unwrap_or_else(|| name.clone()));
        targets.push(name);
    }
    if targets.is_empty() {
        let message = format!("no column of `{}` is left whose values could be copied", change.input.table);
        return Err(Refusal::new(message).hint("drop the table and create it anew"));
    }
    Ok(format!(
        "INSERT INTO {} ({}) SELECT {} FROM {}",
        names.copy,
        targets.join(", "),
        sources.join(", "),
        names.table
    ))
}

fn cast(column: &ColumnState) -> Option<String> {
    column.cast.map(|to| format!("CAST({} AS {to})", quote_identifier(&column.build)))
}

/// Returns the name under which row numbers are copied, where they would change otherwise: full-text tables refer to
/// rows by them. A column that is the row number brings it along by itself.
fn row_number(change: &Change<'_>) -> Result<Option<&'static str>, Refusal> {
    if !change.had_row_numbers || change.frame.has("WITHOUT ROWID") {
        return Ok(None);
    }
    for (at, column) in change.live() {
        let definition = change.definition(column)?;
        if column.stored && change.is_row_number(at)? && is_integer(&column.item.text, &definition) {
            return Ok(None);
        }
    }
    let free = |name: &&&str| !change.columns.iter().any(|column| column.build.eq_ignore_ascii_case(name));
    Ok(["rowid", "_rowid_", "oid"].iter().find(free).copied())
}

/// Returns the statements that put the copy in the place of the table.
///
/// `legacy_alter_table` keeps SQLite from looking at views and triggers while the table is missing, and from changing
/// the names in them and in foreign keys of other tables, which are right already.
fn swap(change: &Change<'_>, names: &Names) -> Result<Vec<String>, Refusal> {
    let mut statements = Vec::new();
    let beside = |name: &str| change.input.table.sibling(name).to_sql();
    let (old, new) = (literal(&change.frame.name), literal(&names.temporary));
    if autoincrements(change, &change.input.sql)? {
        let sequences = beside("sqlite_sequence");
        statements.push(format!("DELETE FROM {sequences} WHERE name = {new}"));
        statements.push(format!(
            "INSERT INTO {sequences} (name, seq) SELECT {new}, seq FROM {sequences} WHERE name = {old}"
        ));
    }
    let statistics = ["sqlite_stat1", "sqlite_stat4"].into_iter();
    let statistics: Vec<String> =
        statistics.filter(|name| change.input.names.iter().any(|taken| taken == name)).map(beside).collect();
    let indexes: Vec<String> = change.indexes.iter().map(|index| literal(&index.name)).collect();
    for table in &statistics {
        let kept = format!("(idx IS NULL OR idx IN ({}))", indexes.join(", "));
        statements.push(format!("UPDATE {table} SET tbl = {new} WHERE tbl = {old} AND {kept}"));
    }
    statements.push(format!("DROP TABLE {}", names.table));
    statements.push("PRAGMA legacy_alter_table = ON".to_owned());
    statements.push(format!("ALTER TABLE {} RENAME TO {}", names.copy, quote_identifier(&change.frame.name)));
    statements.push("PRAGMA legacy_alter_table = OFF".to_owned());
    statements
        .extend(statistics.iter().map(|table| format!("UPDATE {table} SET tbl = {old} WHERE tbl = {new}")));
    Ok(statements)
}

/// Tells whether the table counts its rows by AUTOINCREMENT, before and after.
fn autoincrements(change: &Change<'_>, stored: &str) -> Result<bool, Refusal> {
    let before = with_cursor(stored, |cursor| Ok(cursor.mentions(&["AUTOINCREMENT"]))).unwrap_or(false);
    let is = |kind: &Kind| matches!(kind, Kind::PrimaryKey(key) if key.autoincrement);
    Ok(before && sites(change)?.iter().any(|site| is(&site.clause.kind)))
}

/// Returns a statement on an index or trigger with the namespace before its name, which stored texts do not have.
fn in_namespace(sql: &str, namespace: Option<&str>) -> String {
    let Some(namespace) = namespace else { return sql.to_owned() };
    let place = with_cursor(sql, |cursor| {
        cursor.skip_until(|cursor| cursor.is("INDEX") || cursor.is("TRIGGER"));
        cursor.advance();
        cursor.eat("IF NOT EXISTS");
        Ok(cursor.here().start as usize)
    });
    let Ok(place) = place else { return sql.to_owned() };
    format!("{}{}.{}", &sql[..place], quote_identifier(namespace), &sql[place..])
}

/// Returns the queries for values that a cast does not keep.
fn losses(change: &Change<'_>) -> Vec<RebuildCheck> {
    let table = &change.input.table;
    // The bytes of a text or number are all of it.
    let lossy = change
        .live()
        .filter(|(_, column)| column.cast != Some("BLOB"))
        .filter_map(|(_, column)| Some((column, cast(column)?)));
    let is_generated = |column: &ColumnState| {
        Definition::read(&column.item.text).is_ok_and(|definition| definition.is_generated())
    };
    lossy
        .filter(|(column, _)| !is_generated(column))
        .map(|(column, cast)| {
            let name = quote_identifier(&column.build);
            RebuildCheck {
                sql: format!("SELECT {name} FROM {} WHERE {cast} <> {name}", table.to_sql()),
                expects: Expects::NoRow,
                message: format!("`{}` of `{table}` has values that its new type does not keep", column.key),
            }
        })
        .collect()
}
