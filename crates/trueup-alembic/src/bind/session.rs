//! An ORM session on the simulated connection: data steps, with results only where a table provably has no rows.

use trueup_python::{Args, PyResult, Value, Vm};

use super::rows::{self, Rows};
use crate::op::{record_data, send_unknown};

/// Why what a session writes is not in a script.
const BY_SESSION: &str = "an ORM session decides when and how it changes rows";

/// Why what a session reads ends a script: changes to its objects are statements.
const OF_SESSION: &str = "an ORM session reads rows, and changes to them are written back";

/// Makes the natives known to an interpreter.
pub(super) fn register(vm: &mut Vm) {
    for name in ["execute", "scalar", "scalars"] {
        vm.register(&format!("sqlalchemy.orm.session.Session.{name}"), move |vm, args| {
            forward(vm, &args, name)
        });
    }
    for name in ["add", "merge"] {
        vm.register(&format!("sqlalchemy.orm.session.Session.{name}"), |vm, args| {
            let instance = args.at(1, "instance").cloned().unwrap_or(Value::None);
            add(vm, &instance);
            Ok(instance)
        });
    }
    for (name, list) in [("add_all", "instances"), ("bulk_save_objects", "objects")] {
        vm.register(&format!("sqlalchemy.orm.session.Session.{name}"), move |vm, args| {
            let list = args.get(list).cloned().unwrap_or(Value::None);
            match list.items() {
                Some(items) => items.iter().for_each(|item| add(vm, item)),
                None => add(vm, &list),
            }
            Ok(Value::None)
        });
    }
    vm.register("sqlalchemy.orm.session.Session.bulk_insert_mappings", |vm, args| {
        let mapper = args.get("mapper").cloned().unwrap_or(Value::None);
        let empty = args.get("mappings").and_then(Value::items).is_some_and(|items| items.is_empty());
        if !empty {
            insert(vm, &mapper);
        }
        Ok(Value::None)
    });
    vm.register("sqlalchemy.orm.session._rolled_back", |vm, _| {
        let place = vm.user_place();
        send_unknown(vm, "a session rolls back", place.as_ref());
        Ok(Value::None)
    });
    for name in ["bulk_update_mappings", "delete"] {
        vm.register(&format!("sqlalchemy.orm.session.Session.{name}"), |vm, _| {
            let place = vm.user_place();
            record_data(vm, "an ORM session changes rows", place.as_ref());
            send_unknown(vm, BY_SESSION, place.as_ref());
            Ok(Value::None)
        });
    }
    vm.register("sqlalchemy.orm.session.Session.query", query);
    vm.register("sqlalchemy.orm.session.Session.get", |vm, args| {
        let entity = args.get("entity").cloned().unwrap_or(Value::None);
        let table = rows::table_name(vm, &entity);
        let empty = table.filter(|table| crate::op::context(vm).state.borrow().is_empty_table(table));
        if let Some(table) = empty {
            rows::rely_on_empty(vm, &[table]);
            return Ok(Value::None);
        }
        let place = vm.user_place();
        send_unknown(vm, OF_SESSION, place.as_ref());
        Ok(vm.unknown("the rows of a table are known only to the database"))
    });
}

/// Passes a statement on to the connection that the session works on.
fn forward(vm: &mut Vm, args: &Args, method: &str) -> PyResult {
    let session = args.receiver();
    let bind = vm.lookup_attr(&session, "bind")?.unwrap_or(Value::None);
    let statement = args.get("statement").cloned().unwrap_or(Value::None);
    let parameters = args.get("params").cloned().unwrap_or(Value::None);
    if bind.is_none() || bind.is_unknown() {
        let place = vm.user_place();
        send_unknown(vm, "a session without a known connection runs a statement", place.as_ref());
        return Ok(vm.unknown("a session without a known connection"));
    }
    let found = vm.call_method(&bind, method, Args::positional(vec![statement.clone(), parameters]))?;
    if found.is_unknown() && crate::compile::is_a(&statement, "sqlalchemy._elements.Select") {
        let place = vm.user_place();
        send_unknown(vm, OF_SESSION, place.as_ref());
    }
    Ok(found)
}

fn add(vm: &mut Vm, instance: &Value) {
    let class = Value::Class(vm.class_of(instance));
    insert(vm, &class);
}

fn insert(vm: &mut Vm, class: &Value) {
    let table = rows::table_name(vm, class);
    let words = table.as_ref().map_or_else(|| "a table".to_owned(), trueup_schema::ObjectName::to_sql);
    let place = vm.user_place();
    record_data(vm, format!("INSERT INTO {words} …"), place.as_ref());
    send_unknown(vm, BY_SESSION, place.as_ref());
    rows::inserted(vm, table);
}

/// `session.query(*entities)`.
fn query(vm: &mut Vm, args: Args) -> PyResult {
    let entities = args.get("entities").and_then(Value::items).unwrap_or_default();
    let select = vm.module_attr("sqlalchemy._elements", "Select")?;
    let select = vm.call_with(&select, entities)?;
    let (aggregates, premises) = match rows::select_rows(vm, &select) {
        Rows::None(premises) => (Vec::new(), premises),
        Rows::Aggregates(values, premises) => (values, premises),
        Rows::Unknown => {
            let place = vm.user_place();
            send_unknown(vm, OF_SESSION, place.as_ref());
            return Ok(vm.unknown("the rows of a query are known only to the database"));
        }
    };
    rows::rely_on_empty(vm, &premises);
    let class = vm.module_attr("sqlalchemy.engine._empty_query", "EmptyQuery")?;
    vm.call_with(&class, vec![Value::list(aggregates)])
}
