//! `op.create_index` and `op.drop_index`.

use trueup_python::{Args, Value};
use trueup_schema::naming::{ConventionFacts, ConventionKind};
use trueup_schema::ops::{CreateIndex, DropIndex};

use super::{Call, Planned, Problem, Step};
use crate::compile::{self, is_a};

/// `op.create_index(name, table, columns, schema, unique, if_not_exists, **kw)`.
pub(super) fn create_index(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    let table = call.table("table_name", "schema")?;
    let columns = call.items("columns")?;
    let written = columns.iter().find(|column| is_a(column, "sqlalchemy._elements.TextClause")).cloned();
    let mut positional = vec![call.known("index_name")?];
    positional.extend(columns);
    let mut keywords: Vec<(trueup_python::ast::Name, Value)> = vec![("unique".into(), call.known("unique")?)];
    for (key, value) in call.keywords("kw").map(|dict| dict.pairs()).unwrap_or_default() {
        if let Some(key) = key.as_str() {
            keywords.push((key, value));
        }
    }
    let class = call.vm.module_attr("sqlalchemy.schema", "Index")?;
    let value = call.vm.call(&class, Args { positional, keywords, signature: None })?;
    let mut index = call.with_context(&table, |vm, context| compile::index(vm, &value, context))?;
    index.origin = compile::origin(call.place.as_ref());
    let concurrently = !call.dialect.is_sqlite() && call.keyword_flag("postgresql_concurrently")?;
    let if_not_exists = call.flag("if_not_exists")?;
    let mut steps = vec![call.plan(CreateIndex { table, index, concurrently, if_not_exists })];
    if let Some(text) = written.filter(|_| call.dialect.is_sqlite() && call.batch.is_some()) {
        // A rebuild looks every part up among the columns of the new table, under the text that it has.
        let text = compile::sql_text(call.vm, &text, call.dialect)?;
        let message =
            format!("'{text}' is no column, and a batch that rebuilds its table takes no other index");
        steps.insert(0, call.step(Step::RefuseRebuild { class: "KeyError", message }));
    }
    Ok(steps)
}

/// `op.drop_index(name, table, schema, if_exists, **kw)`.
pub(super) fn drop_index(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    let table = if call.batch.is_some() || !call.get("table_name").is_none() {
        Some(call.table("table_name", "schema")?)
    } else {
        None
    };
    let given = call.given("index_name")?;
    let facts = ConventionFacts {
        given,
        table: table.as_ref().map_or_else(|| "no_table".to_owned(), |table| table.name.clone()),
        namespace: table.as_ref().and_then(|table| table.namespace.clone()),
        columns: vec!["x".to_owned()],
        ..ConventionFacts::default()
    };
    let name = match call.convention.apply(call.dialect, ConventionKind::Index, &facts) {
        Some(Ok(name)) => name,
        Some(Err(error)) => {
            return Err(Problem::Wrong { class: "sqlalchemy.exc.CompileError", message: error.to_string() });
        }
        None => {
            let message = "the index to drop has no name".to_owned();
            return Err(Problem::Wrong { class: "sqlalchemy.exc.CompileError", message });
        }
    };
    let namespace = if call.batch.is_some() {
        table.as_ref().and_then(|table| table.namespace.clone())
    } else {
        call.optional_text("schema")?
    };
    let index = call.qualified(namespace.as_deref(), name);
    let concurrently = !call.dialect.is_sqlite() && call.keyword_flag("postgresql_concurrently")?;
    let if_exists = call.flag("if_exists")?;
    Ok(vec![call.plan(DropIndex { index, table, concurrently, if_exists, cascade: false })])
}
