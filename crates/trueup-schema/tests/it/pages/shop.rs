//! The shop: the small schema that all pages start from.

use trueup_schema::{
    Check, Column, ColumnType, Dialect, Domain, EnumType, Extension, ForeignKey, Function, Generated, Grant,
    Index, IndexPart, ObjectName, Origin, Partitioning, Policy, PrimaryKey, Schema, Sequence,
    SequenceOptions, SqlExpr, Table, Trigger, Unique, Unmodelled, View,
};

pub(super) fn column(dialect: Dialect, name: &str, column_type: &str) -> Column {
    Column::new(name, ColumnType::parse(dialect, column_type))
}

pub(super) fn required(dialect: Dialect, name: &str, column_type: &str) -> Column {
    Column { nullable: false, ..column(dialect, name, column_type) }
}

pub(super) fn key(name: &str, columns: &[&str]) -> PrimaryKey {
    PrimaryKey::new(Some(name.to_owned()), columns.iter().map(|column| (*column).to_owned()).collect())
}

pub(super) fn refers(name: &str, column: &str, table: &str) -> ForeignKey {
    ForeignKey::new(Some(name.to_owned()), vec![column.to_owned()], table.into(), vec!["id".to_owned()])
}

pub(super) fn view(dialect: Dialect, name: &str, query: &str) -> View {
    View {
        name: name.into(),
        materialized: false,
        columns: Vec::new(),
        query: SqlExpr::definition(dialect, query),
        indexes: Vec::new(),
        triggers: Vec::new(),
        comment: None,
        origin: Origin::none(),
    }
}

pub(super) fn trigger(dialect: Dialect, name: &str, definition: &str) -> Trigger {
    let definition = SqlExpr::definition(dialect, definition);
    Trigger { name: name.to_owned(), definition, enabled: true, comment: None, origin: Origin::none() }
}

pub(super) fn function(name: &str, definition: &str) -> Function {
    Function {
        name: name.into(),
        kind: "function".to_owned(),
        argument_types: Vec::new(),
        definition: SqlExpr::definition(Dialect::Postgresql, definition),
        comment: None,
        origin: Origin::none(),
    }
}

pub(super) fn policy(using: &str) -> Policy {
    Policy {
        name: "own".to_owned(),
        permissive: true,
        command: "select".to_owned(),
        roles: vec!["public".to_owned()],
        using: Some(SqlExpr::new(Dialect::Postgresql, using)),
        with_check: None,
        origin: Origin::none(),
    }
}

pub(super) fn sequence(name: &str) -> Sequence {
    let options = SequenceOptions::default();
    Sequence { name: name.into(), options, owned_by: None, comment: None, origin: Origin::none() }
}

pub(super) fn grant(privilege: &str) -> Grant {
    Grant { role: "reader".to_owned(), privilege: privilege.to_owned(), grantable: false }
}

pub(super) fn enum_type(name: &str, labels: &[&str]) -> EnumType {
    let labels = labels.iter().map(|label| (*label).to_owned()).collect();
    EnumType { name: name.into(), labels, comment: None, origin: Origin::none() }
}

pub(super) fn domain(name: &str, condition: &str) -> Domain {
    Domain {
        name: name.into(),
        base_type: ColumnType::parse(Dialect::Postgresql, "text"),
        not_null: false,
        default: None,
        collation: None,
        checks: vec![Check::new(Some("is_email".to_owned()), SqlExpr::new(Dialect::Postgresql, condition))],
        comment: None,
        origin: Origin::none(),
    }
}

/// Returns the shop; on SQLite without what SQLite does not have.
pub(super) fn shop(dialect: Dialect) -> Schema {
    let mut schema = Schema::new(dialect);
    schema.insert_table(users(dialect));
    schema.insert_table(orders(dialect));
    let names = view(dialect, "names", "SELECT name FROM users");
    schema.views.insert(names.name.clone(), names);
    if dialect.is_sqlite() {
        let audit =
            trigger(dialect, "audit", "CREATE TRIGGER audit AFTER INSERT ON orders BEGIN SELECT 1; END");
        schema.table_mut(&"orders".into()).unwrap().triggers.push(audit);
        return schema;
    }
    schema.namespaces.push("archive".to_owned());
    let hstore = Extension { name: "hstore".to_owned(), namespace: None, origin: Origin::none() };
    schema.extensions.insert(hstore.name.clone(), hstore);
    schema.enums.insert("mood".into(), enum_type("mood", &["new", "paid"]));
    schema.enums.insert("unused".into(), enum_type("unused", &["a"]));
    schema.domains.insert("email".into(), domain("email", "VALUE ~ '@'"));
    schema.sequences.insert("numbers".into(), sequence("numbers"));
    schema.functions.insert(
        "public.log_change()".to_owned(),
        function("log_change", "() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"),
    );
    schema.unmodelled.push(Unmodelled::new("statistics", "stats"));
    let mut totals = View { materialized: true, ..view(dialect, "totals", "SELECT id, total FROM orders") };
    totals.indexes.push(Index::new("ix_totals", &["id"]));
    schema.views.insert(totals.name.clone(), totals);
    for table in events(dialect) {
        schema.insert_table(table);
    }
    schema
}

fn users(dialect: Dialect) -> Table {
    let mut users = Table::new("users".into());
    users.columns.push(required(dialect, "id", "integer"));
    users.columns.push(required(dialect, "name", "varchar(50)"));
    users.columns.push(column(dialect, "age", "integer"));
    let postgresql = !dialect.is_sqlite();
    if postgresql {
        users.columns[0].generated = Some(Generated::Serial { sequence: "users_id_seq".into() });
        users.grants.push(grant("select"));
        users.policies.push(policy("age > 0"));
        users.comment = Some("who buys".to_owned());
    }
    users.primary_key = Some(key("users_pkey", &["id"]));
    users.uniques.push(Unique::new(Some("users_name_key".to_owned()), vec!["name".to_owned()]));
    users.checks.push(Check::new(Some("adult".to_owned()), SqlExpr::new(dialect, "age > 17")));
    users.indexes.push(Index::new("ix_age", &["age"]));
    users
}

fn orders(dialect: Dialect) -> Table {
    let mut orders = Table::new("orders".into());
    orders.columns.push(required(dialect, "id", "integer"));
    orders.columns.push(required(dialect, "user_id", "integer"));
    orders.columns.push(column(dialect, "total", "numeric(10,2)"));
    orders.primary_key = Some(key("orders_pkey", &["id"]));
    orders.foreign_keys.push(refers("orders_user_id_fkey", "user_id", "users"));
    if !dialect.is_sqlite() {
        let mut mood = column(dialect, "mood", "mood");
        mood.default = Some(SqlExpr::new(dialect, "'new'::mood"));
        orders.columns.push(mood);
        let text = "CREATE TRIGGER audit AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION log_change()";
        orders.triggers.push(trigger(dialect, "audit", text));
        let mut positive = Check::new(Some("positive".to_owned()), SqlExpr::new(dialect, "total > 0"));
        positive.not_valid = true;
        orders.checks.push(positive);
    }
    orders
}

/// A partitioned table and its partition.
fn events(dialect: Dialect) -> [Table; 2] {
    let mut events = Table::new("events".into());
    events.columns.push(required(dialect, "day", "date"));
    events.columns.push(column(dialect, "note", "text"));
    let parts = vec![IndexPart::column("day")];
    events.partitioning = Some(Partitioning { strategy: "range".to_owned(), parts });
    let mut first = Table::new("events_1".into());
    first.columns.clone_from(&events.columns);
    let bound = "FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')".to_owned();
    first.partition_of = Some((ObjectName::new("events"), bound));
    [events, first]
}
