//! Domains.

use trueup_schema::ops::{AlterDomain, CreateDomain};
use trueup_schema::{Check, Domain, ObjectName, Origin};

use super::column::{collation, default_text, type_text};
use super::constraint::attributes;
use super::types::rename_type;
use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};

/// Reads what follows `CREATE DOMAIN`.
pub(crate) fn create_domain(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let name = reader.created(&cursor.dotted()?);
    cursor.eat("AS");
    let base_type = reader.column_type(type_text(cursor)?);
    let mut domain = Domain {
        name,
        base_type,
        not_null: false,
        default: None,
        collation: None,
        checks: Vec::new(),
        comment: None,
        origin: Origin::none(),
    };
    while !cursor.is_end() {
        constraint(reader, cursor, &mut domain)?;
    }
    domain.origin = reader.origin(cursor.span_since(0));
    Ok(Outcome::one(CreateDomain { domain }))
}

fn constraint(reader: &Reader, cursor: &mut Cursor<'_>, domain: &mut Domain) -> Read<()> {
    let name = if cursor.eat("CONSTRAINT") { Some(cursor.identifier()?) } else { None };
    if cursor.eat("NOT NULL") {
        domain.not_null = true;
    } else if cursor.eat("NULL") {
        domain.not_null = false;
    } else if cursor.eat("DEFAULT") {
        let text = default_text(cursor)?;
        domain.default = reader.default(text, &domain.base_type);
    } else if cursor.eat("COLLATE") {
        domain.collation = collation(cursor)?;
    } else if cursor.eat("CHECK") {
        let mut check = Check::new(name, reader.expr(cursor.parenthesised()?.whole()));
        check.not_valid = attributes(cursor)?.not_valid;
        domain.checks.push(check);
    } else {
        return Err(cursor.unexpected("a constraint of the domain"));
    }
    Ok(())
}

/// Reads what follows `ALTER DOMAIN`; the operation carries the whole domain, so it must be known.
pub(crate) fn alter_domain(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let name = reader.type_name(&cursor.dotted()?);
    if let Some(outcome) = rename_type(reader, cursor, &name)? {
        return Ok(outcome);
    }
    if cursor.is("OWNER TO") {
        cursor.rest();
        return Ok(Outcome::left_out("owners of domains are not modelled"));
    }
    let Some(domain) = reader.schema.as_ref().and_then(|schema| schema.domains.get(&name)) else {
        return Ok(unknown(cursor, &name));
    };
    let mut domain = domain.clone();
    if cursor.eat("SET DEFAULT") {
        domain.default = reader.default(cursor.rest(), &domain.base_type);
    } else if cursor.eat("DROP DEFAULT") {
        domain.default = None;
    } else if let Some(kind) = cursor.eat_any(&["SET NOT NULL", "DROP NOT NULL"]) {
        domain.not_null = kind == 0;
    } else if cursor.eat("ADD") {
        constraint(reader, cursor, &mut domain)?;
    } else if cursor.eat("DROP CONSTRAINT") {
        cursor.eat("IF EXISTS");
        let name = cursor.identifier()?;
        let _ = super::alter_table::cascade(cursor);
        domain.checks.retain(|check| check.name.as_deref() != Some(name.as_str()));
    } else if cursor.eat("RENAME CONSTRAINT") {
        let name = cursor.identifier()?;
        cursor.expect("TO")?;
        let new_name = cursor.identifier()?;
        for check in domain.checks.iter_mut().filter(|check| check.name.as_ref() == Some(&name)) {
            check.name = Some(new_name.clone());
        }
    } else if cursor.eat("VALIDATE CONSTRAINT") {
        let name = cursor.identifier()?;
        for check in domain.checks.iter_mut().filter(|check| check.name.as_ref() == Some(&name)) {
            check.not_valid = false;
        }
    } else {
        return Err(cursor.unexpected("a change of a domain"));
    }
    Ok(Outcome::one(AlterDomain { domain }))
}

fn unknown(cursor: &mut Cursor<'_>, name: &ObjectName) -> Outcome {
    cursor.rest();
    Outcome::opaque(
        cursor.whole(),
        format!("domain `{name}` is not known, so what it is afterwards is not either"),
    )
}
