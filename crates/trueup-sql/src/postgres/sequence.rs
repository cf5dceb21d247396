//! Sequences and their options.

use trueup_schema::ops::{AlterSequence, CreateSequence, RenameSequence};
use trueup_schema::{Sequence, SequenceOptions};

use super::column::type_text;
use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};

/// What sequence options say beside the options themselves.
#[derive(Default)]
pub(crate) struct Extras {
    /// `OWNED BY`, as far as it is said.
    pub(crate) owned_by: OwnedBy,
    /// `RESTART`: changes the value, not the schema.
    pub(crate) restart: bool,
}

/// What `OWNED BY` says.
#[derive(Default)]
pub(crate) enum OwnedBy {
    #[default]
    Unsaid,
    /// `OWNED BY NONE`.
    Nothing,
    /// The parts of `table.column`.
    Column(Vec<String>),
}

/// Reads options up to the first word that is none.
pub(crate) fn sequence_options(cursor: &mut Cursor<'_>, options: &mut SequenceOptions) -> Read<Extras> {
    let mut extras = Extras::default();
    loop {
        if cursor.eat("AS") {
            options.data_type =
                Some(trueup_schema::ColumnType::parse(cursor.dialect, type_text(cursor)?).name);
        } else if cursor.eat("START WITH") || cursor.eat("START") {
            options.start = Some(cursor.integer()?);
        } else if cursor.eat("INCREMENT BY") || cursor.eat("INCREMENT") {
            options.increment = Some(cursor.integer()?);
        } else if cursor.eat("NO MINVALUE") {
            options.min_value = None;
        } else if cursor.eat("NO MAXVALUE") {
            options.max_value = None;
        } else if cursor.eat("MINVALUE") {
            options.min_value = Some(cursor.integer()?);
        } else if cursor.eat("MAXVALUE") {
            options.max_value = Some(cursor.integer()?);
        } else if cursor.eat("CACHE") {
            options.cache = Some(cursor.integer()?);
        } else if cursor.eat("NO CYCLE") {
            options.cycle = false;
        } else if cursor.eat("CYCLE") {
            options.cycle = true;
        } else if cursor.eat("OWNED BY") {
            extras.owned_by =
                if cursor.eat("NONE") { OwnedBy::Nothing } else { OwnedBy::Column(cursor.dotted()?) };
        } else if cursor.eat("SEQUENCE NAME") {
            cursor.dotted()?;
        } else if cursor.eat("RESTART WITH") {
            cursor.integer()?;
            extras.restart = true;
        } else if cursor.eat("RESTART") {
            let _ = cursor.integer();
            extras.restart = true;
        } else {
            return Ok(extras);
        }
    }
}

/// Reads what follows `CREATE SEQUENCE`.
pub(crate) fn create_sequence(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = reader.created(&cursor.dotted()?);
    let mut options = SequenceOptions::default();
    let extras = sequence_options(cursor, &mut options)?;
    let owned_by = match extras.owned_by {
        OwnedBy::Column(parts) => owner(reader, &parts),
        OwnedBy::Unsaid | OwnedBy::Nothing => None,
    };
    let origin = reader.origin(cursor.span_since(0));
    let sequence = Sequence { name, options, owned_by, comment: None, origin };
    Ok(Outcome::one(CreateSequence { sequence, if_not_exists }))
}

fn owner(reader: &Reader, parts: &[String]) -> Option<(trueup_schema::ObjectName, String)> {
    let (column, table) = parts.split_last()?;
    (!table.is_empty()).then(|| (reader.relation(table), column.clone()))
}

/// Reads what follows `ALTER SEQUENCE`.
pub(crate) fn alter_sequence(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let if_exists = cursor.eat("IF EXISTS");
    let name = reader.relation(&cursor.dotted()?);
    if cursor.eat("RENAME TO") {
        let new_name = name.sibling(cursor.identifier()?);
        return Ok(Outcome::one(RenameSequence { name, new_name, if_exists }));
    }
    if cursor.eat("SET SCHEMA") {
        let namespace = cursor.identifier()?;
        let new_name =
            trueup_schema::ObjectName::qualified(reader.dialect, Some(&namespace), name.name.clone());
        return Ok(Outcome::one(RenameSequence { name, new_name, if_exists }));
    }
    if cursor.is("OWNER TO") || cursor.is("SET LOGGED") || cursor.is("SET UNLOGGED") {
        cursor.rest();
        return Ok(Outcome::left_out("owners of sequences are not modelled"));
    }
    let known = reader.schema.as_ref().and_then(|schema| schema.sequences.get(&name));
    let mut sequence = known.cloned().unwrap_or(Sequence {
        name: name.clone(),
        options: SequenceOptions::default(),
        owned_by: None,
        comment: None,
        origin: trueup_schema::Origin::none(),
    });
    let before = sequence.clone();
    let extras = sequence_options(cursor, &mut sequence.options)?;
    match extras.owned_by {
        OwnedBy::Unsaid => {}
        OwnedBy::Nothing => sequence.owned_by = None,
        OwnedBy::Column(parts) => sequence.owned_by = owner(reader, &parts),
    }
    cursor.expect_end()?;
    if known.is_some() && before == sequence {
        return Ok(Outcome::data(cursor.whole()));
    }
    if known.is_none() && extras.restart && before == sequence {
        return Ok(Outcome::data(cursor.whole()));
    }
    if known.is_none() {
        let reason = format!("sequence `{name}` is not known, so its options afterwards are not either");
        return Ok(Outcome::opaque(cursor.whole(), reason));
    }
    Ok(Outcome::one(AlterSequence { sequence }))
}
