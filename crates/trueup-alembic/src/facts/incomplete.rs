//! Models with a base class that is not known: what columns and constraints it brings is not known either.

use trueup_python::{Class, Value, Vm};
use trueup_schema::Dialect;
use trueup_schema::facts::IncompleteFacts;

use super::classes::{Mapped, definition};
use super::table_name;
use crate::Context;

/// Returns the tables of classes that have a base which is not known.
pub(super) fn incomplete(vm: &mut Vm, mapped: &[Mapped], dialect: Dialect) -> Vec<IncompleteFacts> {
    let mut found: Vec<IncompleteFacts> = Vec::new();
    for mapped in mapped {
        let Some(unknown) = mapped.class.unknown_base.clone() else { continue };
        let Some(table) = mapped.table.as_ref().and_then(|table| table_name(vm, table, dialect)) else {
            continue;
        };
        if !found.iter().any(|known| known.table == table) {
            found.push(IncompleteFacts {
                table,
                class: mapped.class.name.to_string(),
                base: base_text(vm, &mapped.class),
                reason: unknown.reason.clone(),
            });
        }
    }
    found
}

/// Returns the base as it is written, in the class itself or in one that it derives from.
fn base_text(vm: &mut Vm, class: &Class) -> Option<String> {
    let owners = class.mro.borrow().clone();
    for owner in owners {
        let Some(at) = owner.bases.iter().position(Value::is_unknown) else { continue };
        let place = owner.place.clone()?;
        let span = definition(vm, &place)?.bases.get(at)?.span;
        let written = trueup_python::Place { source: place.source.clone(), span };
        return vm.state::<Context>()?.source_text(&written);
    }
    None
}
