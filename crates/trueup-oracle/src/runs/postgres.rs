//! PostgreSQL: what is in a database, and rows to put into it.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use trueup_testkit::postgres::ScratchDatabase;

use super::state::State;
use super::values;
use crate::corpus::{dump, quietly};
use crate::random::Random;

/// All tables but those that trueup keeps for itself.
const TABLES: &str = "SELECT format('%I.%I', n.nspname, c.relname),
    (SELECT array_agg(attname::text) = '{version_num}' FROM pg_attribute
     WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_t%'
    AND c.relname NOT LIKE 'trueup_journal%' ORDER BY 1";

/// Reads a database.
pub(super) fn state(database: &ScratchDatabase) -> Result<State> {
    let text = dump::dump(database.url())?;
    let tables = query(database, TABLES)?;
    let selects: Vec<String> =
        tables.iter().map(|row| format!("SELECT {}, x::text FROM {} x", literal(&row[0]), row[0])).collect();
    let mut contents: BTreeMap<String, Vec<String>> =
        tables.iter().map(|row| (row[0].clone(), Vec::new())).collect();
    if !selects.is_empty() {
        for row in query(database, &selects.join("\nUNION ALL "))? {
            contents.entry(row[0].clone()).or_default().push(row[1].clone());
        }
    }
    let own = tables.iter().find(|row| row[1] == "t").map(|row| row[0].clone());
    let rows = own.as_ref().and_then(|own| contents.remove(own)).unwrap_or_default();
    let rows = rows.iter().map(|row| row.trim_matches(['(', ')', '"']).to_owned()).collect();
    let made = match own {
        Some(own) => described(database, &own)?,
        None => String::new(),
    };
    Ok(State::new(rows, made, dump::objects(&text), contents))
}

fn described(database: &ScratchDatabase, table: &str) -> Result<String> {
    let table = literal(table);
    let found = query(
        database,
        &format!(
            "SELECT attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
             FROM pg_attribute WHERE attrelid = {table}::regclass AND attnum > 0 AND NOT attisdropped
             UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
             WHERE conrelid = {table}::regclass AND contype <> 'n' ORDER BY 1"
        ),
    )?;
    Ok(found.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

/// Returns statements that insert rows into some tables.
pub(super) fn inserts(database: &ScratchDatabase, seed: u64) -> Result<Vec<String>> {
    let mut random = Random::new(seed);
    let mut out = Vec::new();
    let columns = query(
        database,
        "SELECT format('%I.%I', n.nspname, c.relname), a.attname, format_type(a.atttypid, NULL),
            a.attnotnull AND NOT a.atthasdef AND a.attidentity = '',
            EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey))
                OR a.attidentity <> ''
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relkind = 'r' AND n.nspname = 'public' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            AND c.relname NOT LIKE 'trueup_journal%'
         ORDER BY c.relname, a.attnum",
    )?;
    let mut tables: Vec<(String, Vec<values::Column>)> = Vec::new();
    for row in columns {
        let [table, name, type_name, is_needed, is_key] = &row[..] else { continue };
        let column = values::Column {
            name: name.clone(),
            type_name: type_name.clone(),
            is_needed: is_needed == "t",
            is_key: is_key == "t",
        };
        match tables.last_mut() {
            Some((last, columns)) if last == table => columns.push(column),
            _ => tables.push((table.clone(), vec![column])),
        }
    }
    for (table, columns) in tables {
        if columns.iter().all(|column| column.name != "version_num") {
            out.extend(values::inserts(&table, &columns, &mut random));
        }
    }
    Ok(out)
}

/// Sets the sequences of a database to where those of another one are.
pub(super) fn take_over_sequences(own: &ScratchDatabase, other: &ScratchDatabase) -> Result<()> {
    let known = query(
        other,
        "SELECT format('%L', format('%I.%I', schemaname, sequencename)), coalesce(last_value, start_value),
            last_value IS NOT NULL FROM pg_sequences WHERE sequencename NOT LIKE 'trueup_journal%'",
    )?;
    let calls: Vec<String> =
        known.iter().map(|row| format!("SELECT setval({}, {}, {})", row[0], row[1], row[2] == "t")).collect();
    execute(own, &calls.join("; ")).map_err(|error| anyhow!(error))
}

/// Runs SQL.
pub(super) fn execute(database: &ScratchDatabase, sql: &str) -> Result<(), String> {
    quietly(|| database.execute(sql))
}

fn query(database: &ScratchDatabase, sql: &str) -> Result<Vec<Vec<String>>> {
    let mut found = Vec::new();
    quietly(|| found = database.query(sql)).map_err(|error| anyhow!(error))?;
    let text = |cell: Option<String>| cell.unwrap_or_else(|| "NULL".to_owned());
    Ok(found.into_iter().map(|row| row.into_iter().map(text).collect()).collect())
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
