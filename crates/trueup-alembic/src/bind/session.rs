//! An ORM session on the simulated connection: data steps, with results only where a table provably has no rows.

use trueup_python::{Args, PyResult, Value, Vm};

use super::rows::{self, Rows};
use crate::op::record_data;

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
    for name in ["bulk_update_mappings", "delete"] {
        vm.register(&format!("sqlalchemy.orm.session.Session.{name}"), |vm, _| {
            let place = vm.user_place();
            record_data(vm, "an ORM session changes rows", place.as_ref());
            Ok(Value::None)
        });
    }
    vm.register("sqlalchemy.orm.session.Session.query", query);
    vm.register("sqlalchemy.orm.session.Session.get", |vm, args| {
        let entity = args.get("entity").cloned().unwrap_or(Value::None);
        let table = rows::table_name(vm, &entity);
        let empty = table.is_some_and(|table| crate::op::context(vm).state.borrow().is_empty_table(&table));
        Ok(if empty { Value::None } else { vm.unknown("the rows of a table are known only to the database") })
    });
}

/// Passes a statement on to the connection that the session works on.
fn forward(vm: &mut Vm, args: &Args, method: &str) -> PyResult {
    let session = args.receiver();
    let bind = vm.lookup_attr(&session, "bind")?.unwrap_or(Value::None);
    let statement = args.get("statement").cloned().unwrap_or(Value::None);
    let parameters = args.get("params").cloned().unwrap_or(Value::None);
    if bind.is_none() || bind.is_unknown() {
        return Ok(vm.unknown("a session without a known connection"));
    }
    vm.call_method(&bind, method, Args::positional(vec![statement, parameters]))
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
    rows::inserted(vm, table);
}

/// `session.query(*entities)`.
fn query(vm: &mut Vm, args: Args) -> PyResult {
    let entities = args.get("entities").and_then(Value::items).unwrap_or_default();
    let select = vm.module_attr("sqlalchemy._elements", "Select")?;
    let select = vm.call_with(&select, entities)?;
    let aggregates = match rows::select_rows(vm, &select) {
        Rows::None => Vec::new(),
        Rows::Aggregates(values) => values,
        Rows::Unknown => return Ok(vm.unknown("the rows of a query are known only to the database")),
    };
    let class = vm.module_attr("sqlalchemy.engine._empty_query", "EmptyQuery")?;
    vm.call_with(&class, vec![Value::list(aggregates)])
}
