//! Row security policies.

use trueup_schema::ops::{AlterPolicy, CreatePolicy, DropPolicy};
use trueup_schema::{Origin, Policy};

use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};

/// Reads what follows `CREATE POLICY`.
pub(crate) fn create_policy(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let name = cursor.identifier()?;
    cursor.expect("ON")?;
    let table = reader.relation(&cursor.dotted()?);
    let mut policy = Policy {
        name,
        permissive: true,
        command: "all".to_owned(),
        roles: vec!["public".to_owned()],
        using: None,
        with_check: None,
        origin: Origin::none(),
    };
    if cursor.eat("AS") {
        policy.permissive = cursor.identifier()? != "restrictive";
    }
    if cursor.eat("FOR") {
        policy.command = cursor.identifier()?;
    }
    clauses(reader, cursor, &mut policy)?;
    policy.origin = reader.origin(cursor.span_since(0));
    Ok(Outcome::one(CreatePolicy { table, policy }))
}

fn clauses(reader: &Reader, cursor: &mut Cursor<'_>, policy: &mut Policy) -> Read<()> {
    if cursor.eat("TO") {
        policy.roles = vec![cursor.identifier()?];
        while cursor.eat(",") {
            policy.roles.push(cursor.identifier()?);
        }
        policy.roles.sort();
    }
    if cursor.eat("USING") {
        policy.using = Some(reader.expr(cursor.parenthesised()?.whole()));
    }
    if cursor.eat("WITH CHECK") {
        policy.with_check = Some(reader.expr(cursor.parenthesised()?.whole()));
    }
    Ok(())
}

/// Reads what follows `ALTER POLICY`; the operation carries the whole policy, so it must be known.
pub(crate) fn alter_policy(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let name = cursor.identifier()?;
    cursor.expect("ON")?;
    let table = reader.relation(&cursor.dotted()?);
    let known = reader
        .schema
        .as_ref()
        .and_then(|schema| schema.table(&table))
        .and_then(|table| table.policies.iter().find(|policy| policy.name == name));
    let Some(known) = known else {
        cursor.rest();
        let reason =
            format!("policy `{name}` of `{table}` is not known, so what it is afterwards is not either");
        return Ok(Outcome::opaque(cursor.whole(), reason));
    };
    let mut policy = known.clone();
    if cursor.eat("RENAME TO") {
        policy.name = cursor.identifier()?;
        let drop = DropPolicy { table: table.clone(), name, if_exists: false };
        return Ok(Outcome::schema(vec![drop.into(), CreatePolicy { table, policy }.into()]));
    }
    clauses(reader, cursor, &mut policy)?;
    Ok(Outcome::one(AlterPolicy { table, policy }))
}
