//! The simulated connection: what `op.get_bind()` returns, answered from the schema that the revisions have built.
//!
//! - `connection`: the connection and its transactions;
//! - `execute`: statements handed to it;
//! - `inspector`: `sa.inspect(bind)`;
//! - `reflect`: `Table(…, autoload_with=bind)` and type objects for columns;
//! - `ddl`: `Table.create(bind)`, `MetaData.create_all(bind)`, `Enum.create(bind)` and their like;
//! - `query`: a small evaluator for queries on catalogs and on tables that provably have no rows;
//! - `live`: a real database that answers what the schema does not tell, for whoever runs revisions;
//! - `rows`: which tables may have rows.
//!
//! What the schema does not tell is unknown; nothing is guessed.

use trueup_python::Vm;

mod connection;
pub(crate) mod ddl;
mod execute;
mod inspector;
pub(crate) mod live;
mod query;
mod reflect;
pub(crate) mod rows;
mod session;

pub(crate) use reflect::reflected_on_sqlite;

/// Makes the natives known to an interpreter.
pub(crate) fn register(vm: &mut Vm) {
    connection::register(vm);
    inspector::register(vm);
    reflect::register(vm);
    ddl::register(vm);
    session::register(vm);
}
