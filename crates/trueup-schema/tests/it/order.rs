//! Differences whose order or form a server would not forgive: functions, policies, recipes.

use trueup_schema::{
    Check, Column, ColumnType, Dialect, Domain, Function, ObjectName, Origin, Policy, Recipe, Schema,
    SqlExpr, Table, Unmodelled, View, diff,
};

const DIALECT: Dialect = Dialect::Postgresql;

fn expr(text: &str) -> SqlExpr {
    SqlExpr::new(DIALECT, text)
}

fn table(name: &str, column: Column) -> Table {
    Table { columns: vec![column], ..Table::new(ObjectName::new(name)) }
}

fn column(name: &str, column_type: &str) -> Column {
    Column::new(name, ColumnType::parse(DIALECT, column_type))
}

fn function(schema: &mut Schema, name: &str, definition: &str) {
    let function = Function {
        name: ObjectName::new(name),
        kind: "function".to_owned(),
        argument_types: Vec::new(),
        definition: SqlExpr::definition(DIALECT, definition),
        comment: None,
        origin: Origin::none(),
    };
    schema.functions.insert(function.key(DIALECT), function);
}

fn view(schema: &mut Schema, name: &str, query: &str) {
    let view = View {
        name: ObjectName::new(name),
        materialized: false,
        columns: Vec::new(),
        query: SqlExpr::definition(DIALECT, query),
        indexes: Vec::new(),
        triggers: Vec::new(),
        comment: None,
        origin: Origin::none(),
    };
    schema.views.insert(view.name.clone(), view);
}

/// Returns the first words of the statements from one schema to the other.
fn plan(from: &Schema, to: &Schema) -> Vec<String> {
    let statements = diff(from, to).into_iter().flat_map(|operation| operation.to_sql(DIALECT));
    let line = |sql: String| sql.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    statements.map(line).collect()
}

#[test]
fn functions_come_after_the_functions_and_views_that_they_name() {
    let mut to = Schema::new(DIALECT);
    view(&mut to, "codes", "SELECT 'ok' AS code");
    function(&mut to, "a", "()\n RETURNS bigint\n LANGUAGE sql\nAS $$SELECT count(*) FROM z()$$");
    function(&mut to, "z", "()\n RETURNS SETOF codes\n LANGUAGE sql\nAS $$SELECT * FROM codes$$");
    let empty = Schema::new(DIALECT);
    assert_eq!(
        plan(&empty, &to),
        ["CREATE VIEW \"codes\"", "CREATE FUNCTION \"z\"()", "CREATE FUNCTION \"a\"()"]
    );
    assert_eq!(plan(&to, &empty), ["DROP ROUTINE \"a\"()", "DROP ROUTINE \"z\"()", "DROP VIEW \"codes\""]);
}

#[test]
fn a_table_comes_after_the_tables_that_its_functions_read() {
    let mut to = Schema::new(DIALECT);
    let mut reader = table("a_reader", column("code", "text"));
    reader.checks.push(Check::new(Some("known".to_owned()), expr("is_known(code)")));
    to.insert_table(reader);
    to.insert_table(table("words", column("word", "text")));
    function(
        &mut to,
        "is_known",
        "()\n RETURNS boolean\n LANGUAGE sql\nAS $$SELECT EXISTS (SELECT 1 FROM words)$$",
    );
    assert_eq!(
        plan(&Schema::new(DIALECT), &to),
        ["CREATE TABLE \"words\"", "CREATE FUNCTION \"is_known\"()", "CREATE TABLE \"a_reader\""]
    );
}

#[test]
fn a_function_with_another_result_is_made_anew_with_the_views_that_call_it() {
    let (mut from, mut to) = (Schema::new(DIALECT), Schema::new(DIALECT));
    for (schema, result) in [(&mut from, "integer"), (&mut to, "bigint")] {
        function(schema, "f", &format!("()\n RETURNS {result}\n LANGUAGE sql\nAS $$SELECT 1$$"));
        view(schema, "v", "SELECT f() AS n");
    }
    assert_eq!(
        plan(&from, &to),
        ["DROP VIEW \"v\"", "DROP ROUTINE \"f\"()", "CREATE FUNCTION \"f\"()", "CREATE VIEW \"v\""]
    );
}

#[test]
fn a_policy_goes_before_the_table_that_it_reads() {
    let mut from = Schema::new(DIALECT);
    from.insert_table(table("users", column("id", "integer")));
    let mut notes = table("notes", column("id", "integer"));
    notes.policies.push(Policy {
        name: "own".to_owned(),
        permissive: true,
        command: "all".to_owned(),
        roles: vec!["public".to_owned()],
        using: Some(expr("EXISTS (SELECT 1 FROM users)")),
        with_check: None,
        origin: Origin::none(),
    });
    from.insert_table(notes);
    let mut statements = plan(&from, &Schema::new(DIALECT));
    assert_eq!(statements.remove(0), "DROP POLICY \"own\"");
}

#[test]
fn a_domain_that_is_not_valid_is_created_in_two_steps() {
    let mut to = Schema::new(DIALECT);
    let mut check = Check::new(Some("positive".to_owned()), expr("VALUE > 0"));
    check.not_valid = true;
    let domain = Domain {
        name: ObjectName::new("amount"),
        base_type: ColumnType::parse(DIALECT, "integer"),
        not_null: false,
        default: None,
        collation: None,
        checks: vec![check],
        comment: None,
        origin: Origin::none(),
    };
    to.domains.insert(domain.name.clone(), domain);
    assert_eq!(plan(&Schema::new(DIALECT), &to), ["CREATE DOMAIN \"amount\"", "ALTER DOMAIN \"amount\""]);
}

fn made(kind: &str, name: &str, owner: Option<&str>, create: &str, drop: &str) -> Unmodelled {
    let recipe = Recipe {
        create: vec![create.to_owned()],
        drop: vec![drop.to_owned()],
        owner: owner.map(str::to_owned),
        ..Recipe::default()
    };
    Unmodelled { recipe, ..Unmodelled::new(kind, name) }
}

#[test]
fn what_is_not_modelled_is_made_by_its_recipe_and_goes_with_its_owner() {
    let mut to = Schema::new(DIALECT);
    to.insert_table(table("t", column("a", "integer")));
    to.unmodelled.push(made("collation", "c", None, "CREATE COLLATION c ()", "DROP COLLATION c"));
    to.unmodelled.push(made("rule", "r on t", Some("t"), "CREATE RULE r", "DROP RULE r"));
    let empty = Schema::new(DIALECT);
    assert_eq!(plan(&empty, &to), ["CREATE COLLATION c", "CREATE TABLE \"t\"", "CREATE RULE r"]);
    assert_eq!(plan(&to, &empty), ["DROP TABLE \"t\"", "DROP COLLATION c"]);
    assert_eq!(plan(&to, &to), [""; 0]);
}

#[test]
fn a_view_that_is_made_anew_gets_its_privileges_back() {
    let (mut from, mut to) = (Schema::new(DIALECT), Schema::new(DIALECT));
    for (schema, query) in [(&mut from, "SELECT 1 AS a"), (&mut to, "SELECT 2 AS a")] {
        view(schema, "v", query);
        schema.unmodelled.push(made("privileges", "TABLE v", Some("v"), "GRANT SELECT ON v", "REVOKE"));
    }
    assert_eq!(plan(&from, &to), ["DROP VIEW \"v\"", "CREATE VIEW \"v\"", "GRANT SELECT ON"]);
}

#[test]
fn a_composite_type_changes_attribute_by_attribute() {
    let (mut from, mut to) = (Schema::new(DIALECT), Schema::new(DIALECT));
    for (schema, parts) in
        [(&mut from, vec![("a", "integer"), ("b", "text")]), (&mut to, vec![("a", "bigint"), ("c", "text")])]
    {
        let parts: Vec<(String, String)> =
            parts.into_iter().map(|(name, of)| (name.to_owned(), of.to_owned())).collect();
        let list: Vec<String> = parts.iter().map(|(name, of)| format!("{name} {of}")).collect();
        let create = format!("CREATE TYPE pair AS ({})", list.join(", "));
        let mut object = made("composite type", "pair", None, &create, "DROP TYPE pair");
        object.recipe.parts = parts;
        schema.unmodelled.push(object);
    }
    let statements: Vec<String> =
        diff(&from, &to).iter().flat_map(|operation| operation.to_sql(DIALECT)).collect();
    assert_eq!(
        statements,
        [
            "ALTER TYPE pair DROP ATTRIBUTE b",
            "ALTER TYPE pair ALTER ATTRIBUTE a TYPE bigint",
            "ALTER TYPE pair ADD ATTRIBUTE c text"
        ]
    );
}
