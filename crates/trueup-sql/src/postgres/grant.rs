//! Privileges on tables; those on other objects are not modelled.

use trueup_schema::ops::{GrantPrivilege, RevokePrivilege};
use trueup_schema::{Grant, ObjectName, Operation};

use super::alter_table::cascade;
use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};

/// What `ALL` stands for on a table. `MAINTAIN` of PostgreSQL 17 is left out: which server runs it is not known.
const ALL: &[&str] = &["delete", "insert", "references", "select", "trigger", "truncate", "update"];

/// Kinds of object whose privileges are not modelled.
const OTHERS: &[&str] = &[
    "SEQUENCE",
    "DATABASE",
    "DOMAIN",
    "FOREIGN",
    "FUNCTION",
    "PROCEDURE",
    "ROUTINE",
    "LANGUAGE",
    "LARGE OBJECT",
    "PARAMETER",
    "SCHEMA",
    "TABLESPACE",
    "TYPE",
    "ALL SEQUENCES",
    "ALL FUNCTIONS",
    "ALL PROCEDURES",
    "ALL ROUTINES",
];

/// Reads what follows `GRANT` or `REVOKE`.
pub(crate) fn grant(reader: &Reader, cursor: &mut Cursor<'_>, granted: bool) -> Read<Outcome> {
    let option_only = !granted && cursor.eat("GRANT OPTION FOR");
    let start = cursor.position();
    cursor.skip_until(|cursor| cursor.is("ON") || cursor.is("TO") || cursor.is("FROM"));
    if !cursor.is("ON") {
        cursor.rest();
        return Ok(Outcome::left_out("membership in roles is not part of the schema"));
    }
    let mut names = cursor.part(start, cursor.position());
    cursor.expect("ON")?;
    if OTHERS.iter().any(|kind| cursor.is(kind)) {
        cursor.rest();
        return Ok(Outcome::left_out("privileges on anything but tables are not modelled"));
    }
    let tables = if cursor.eat("ALL TABLES IN SCHEMA") {
        all_tables(reader, cursor)?
    } else {
        cursor.eat("TABLE");
        let mut tables = vec![reader.relation(&cursor.dotted()?)];
        while cursor.eat(",") {
            tables.push(reader.relation(&cursor.dotted()?));
        }
        Some(tables)
    };
    let privileges = privileges(&mut names)?;
    cursor.expect(if granted { "TO" } else { "FROM" })?;
    let mut roles = vec![role(cursor)?];
    while cursor.eat(",") {
        roles.push(role(cursor)?);
    }
    let grantable = cursor.eat("WITH GRANT OPTION") || option_only;
    if cursor.eat("GRANTED BY") {
        cursor.identifier()?;
    }
    let _ = cascade(cursor);
    let Some(tables) = tables else {
        return Ok(Outcome::left_out("which tables the namespace has is not known"));
    };
    let mut operations = Vec::new();
    for table in &tables {
        for role in &roles {
            for privilege in &privileges {
                let grant = Grant { role: role.clone(), privilege: privilege.clone(), grantable };
                operations.push(operation(table.clone(), grant, granted));
            }
        }
    }
    Ok(Outcome::schema(operations))
}

fn operation(table: ObjectName, grant: Grant, granted: bool) -> Operation {
    if granted { GrantPrivilege { table, grant }.into() } else { RevokePrivilege { table, grant }.into() }
}

fn role(cursor: &mut Cursor<'_>) -> Read<String> {
    cursor.eat("GROUP");
    cursor.identifier()
}

/// Reads `SELECT, UPDATE (a, b)` or `ALL [PRIVILEGES]`.
fn privileges(cursor: &mut Cursor<'_>) -> Read<Vec<String>> {
    let mut found = Vec::new();
    for mut privilege in cursor.list() {
        let names: Vec<String> = if privilege.eat("ALL") {
            privilege.eat("PRIVILEGES");
            ALL.iter().map(|name| (*name).to_owned()).collect()
        } else {
            vec![privilege.identifier()?]
        };
        if privilege.is("(") {
            let columns = privilege.names()?;
            let of_columns = names
                .iter()
                .filter(|name| matches!(name.as_str(), "select" | "insert" | "update" | "references"));
            for name in of_columns {
                found.extend(columns.iter().map(|column| format!("{name}({column})")));
            }
        } else {
            found.extend(names);
        }
        privilege.expect_end()?;
    }
    Ok(found)
}

fn all_tables(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Option<Vec<ObjectName>>> {
    let mut namespaces = vec![cursor.identifier()?];
    while cursor.eat(",") {
        namespaces.push(cursor.identifier()?);
    }
    let is_in = |name: &ObjectName| {
        let namespace = name.namespace.as_deref().unwrap_or(reader.dialect.default_namespace());
        namespaces.iter().any(|wanted| wanted == namespace)
    };
    Ok(reader
        .schema
        .as_ref()
        .map(|schema| schema.tables.keys().filter(|name| is_in(name)).cloned().collect()))
}
