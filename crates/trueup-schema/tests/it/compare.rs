//! What a person is told about two schemas: one difference per object or property.

use trueup_schema::diff::{Compare, DifferenceKind, compare, diff_with_unknowns};
use trueup_schema::{
    Check, Column, ColumnType, Dialect, EnumType, ForeignKey, Index, ObjectName, Origin, PrimaryKey, Schema,
    Severity, Span, SqlExpr, Table, Trigger, Unique,
};

const PG: Dialect = Dialect::Postgresql;

fn expr(text: &str) -> SqlExpr {
    SqlExpr::new(PG, text)
}

fn schema() -> Schema {
    let mut schema = Schema::new(PG);
    let labels = vec!["new".to_owned(), "paid".to_owned()];
    let mood = EnumType { name: "mood".into(), labels, comment: None, origin: Origin::none() };
    schema.enums.insert("mood".into(), mood);
    let mut users = Table::new("users".into());
    users.columns.push(Column { nullable: false, ..Column::new("id", ColumnType::parse(PG, "integer")) });
    users
        .columns
        .push(Column { nullable: false, ..Column::new("email", ColumnType::parse(PG, "varchar(50)")) });
    users
        .columns
        .push(Column { default: Some(expr("0")), ..Column::new("age", ColumnType::parse(PG, "integer")) });
    users.primary_key = Some(PrimaryKey::new(Some("users_pkey".to_owned()), vec!["id".to_owned()]));
    users.uniques.push(Unique::new(Some("users_email_key".to_owned()), vec!["email".to_owned()]));
    users.checks.push(Check::new(Some("adult".to_owned()), expr("age > 17")));
    users.indexes.push(Index::new("ix_age", &["age"]));
    users.indexes.push(Index { predicate: Some(expr("age > 5")), ..Index::new("ix_some", &["email"]) });
    users.origin = Origin::at("models.py", Span::new(3, 8));
    schema.insert_table(users);
    let mut orders = Table::new("orders".into());
    orders.columns.push(Column::new("user_id", ColumnType::parse(PG, "integer")));
    let key = ForeignKey::new(
        Some("orders_user_id_fkey".to_owned()),
        vec!["user_id".to_owned()],
        "users".into(),
        vec!["id".to_owned()],
    );
    orders.foreign_keys.push(key);
    schema.insert_table(orders);
    schema
}

fn told(expected: &Schema, actual: &Schema, options: &Compare) -> Vec<String> {
    let line = |difference: &trueup_schema::diff::Difference| {
        let object = &difference.object;
        let table = object.table.as_ref().map(|table| format!("{table}.")).unwrap_or_default();
        let what = match &difference.kind {
            DifferenceKind::Added => "added".to_owned(),
            DifferenceKind::Removed => "removed".to_owned(),
            DifferenceKind::Changed { property, expected, actual } => {
                format!("{property}: {expected} -> {actual}")
            }
            DifferenceKind::Unknown { property, reason } => format!("{property} unknown: {reason}"),
        };
        let info = if difference.severity == Severity::Info { " (info)" } else { "" };
        format!("{} {table}{} {what}{info}", object.kind.name(), object.name)
    };
    compare(expected, actual, options).iter().map(line).collect()
}

#[test]
fn ten_manual_changes_are_ten_differences() {
    let expected = schema();
    let mut actual = schema();
    actual.enums.get_mut(&ObjectName::new("mood")).unwrap().labels.push("void".to_owned());
    let users = actual.table_mut(&"users".into()).unwrap();
    users.columns[1].column_type = ColumnType::parse(PG, "text");
    users.columns[1].nullable = true;
    users.columns[2].default = Some(expr("1"));
    users.indexes.remove(0);
    users.indexes[0].predicate = Some(expr("age > 6"));
    users.checks[0].expr = expr("age > 20");
    users.uniques[0].name = Some("uq_email".to_owned());
    let trigger = Trigger {
        name: "audit".to_owned(),
        definition: SqlExpr::definition(
            PG,
            "CREATE TRIGGER audit AFTER INSERT ON users EXECUTE FUNCTION f()",
        ),
        enabled: true,
        comment: None,
        origin: Origin::none(),
    };
    users.triggers.push(trigger);
    let mut extra = Table::new("extra".into());
    extra.columns.push(Column::new("a", ColumnType::parse(PG, "integer")));
    extra.indexes.push(Index::new("ix_extra", &["a"]));
    actual.insert_table(extra);
    let mut found = told(&expected, &actual, &Compare::default());
    found.sort();
    assert_eq!(
        found,
        [
            "check users.adult condition: age > 17 -> age > 20",
            "column users.age default: 0 -> 1",
            "column users.email nullable: false -> true",
            "column users.email type: character varying(50) -> text",
            "enum mood labels: 'new', 'paid' -> 'new', 'paid', 'void'",
            "index users.ix_age removed",
            "index users.ix_some predicate: age > 5 -> age > 6",
            "table extra added",
            "trigger users.audit added",
            "unique users.users_email_key name: users_email_key -> uq_email",
        ]
    );
    let first = compare(&expected, &actual, &Compare::default()).remove(1);
    assert!(first.expected_origin.0.is_some(), "what has no place of its own is shown at its table");
}

#[test]
fn what_follows_from_a_missing_column_is_not_told() {
    let expected = schema();
    let mut actual = schema();
    let users = actual.table_mut(&"users".into()).unwrap();
    users.columns.remove(2);
    users.checks.clear();
    users.indexes.remove(0);
    assert_eq!(told(&expected, &actual, &Compare::default()), ["column users.age removed"]);
}

#[test]
fn by_meaning_a_unique_index_is_a_unique_constraint() {
    let expected = schema();
    let mut actual = schema();
    let users = actual.table_mut(&"users".into()).unwrap();
    users.uniques.clear();
    users.indexes.push(Index { unique: true, ..Index::new("ux_email", &["email"]) });
    users.checks[0].name = None;
    users.indexes[0].name = "ix_users_age".to_owned();
    let options = Compare { by_meaning: true, ..Compare::default() };
    let mut found = told(&expected, &actual, &options);
    found.sort();
    assert_eq!(
        found,
        [
            "index users.ix_age name: ix_age -> ix_users_age (info)",
            "unique users.users_email_key form: unique constraint -> unique index ux_email (info)",
        ]
    );
    assert_eq!(told(&expected, &actual, &Compare::default()).len(), 4, "by name they are four differences");
}

#[test]
fn options_leave_out_what_is_not_ours() {
    let expected = schema();
    let mut actual = schema();
    actual.insert_table(Table::new("alembic_version".into()));
    actual.insert_table(Table::new(ObjectName::qualified(PG, Some("audit"), "log")));
    let ours = Compare {
        namespaces: Some(vec!["public".to_owned()]),
        ignore: vec!["alembic_version".into()],
        ..Compare::default()
    };
    assert_eq!(told(&expected, &actual, &ours), Vec::<String>::new());
    assert_eq!(
        told(&expected, &actual, &Compare::default()),
        ["table alembic_version added", "table audit.log added"]
    );
}

#[test]
fn a_type_that_nobody_tells_is_no_difference() {
    let expected = schema();
    let mut actual = schema();
    let column = &mut actual.table_mut(&"users".into()).unwrap().columns[1];
    column.column_type = ColumnType::unknown("it is computed");
    let found = told(&expected, &actual, &Compare::default());
    assert_eq!(found, ["column users.email type unknown: it is computed"]);
    let (operations, unknowns) = diff_with_unknowns(&expected, &actual);
    assert!(operations.is_empty(), "{operations:?}");
    assert_eq!(unknowns.len(), 1);
    assert!(expected.equivalent(&actual));
}

#[test]
fn a_changed_foreign_key_is_told_by_property() {
    let expected = schema();
    let mut actual = schema();
    let key = &mut actual.table_mut(&"orders".into()).unwrap().foreign_keys[0];
    key.on_delete = trueup_schema::ReferentialAction::Cascade;
    key.not_valid = true;
    assert_eq!(
        told(&expected, &actual, &Compare::default()),
        [
            "foreign_key orders.orders_user_id_fkey ON DELETE: NO ACTION -> CASCADE",
            "foreign_key orders.orders_user_id_fkey validated: true -> false",
        ]
    );
}
