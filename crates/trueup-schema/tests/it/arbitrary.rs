//! Arbitrary schemas that a server would accept.
//!
//! Schemas come from a list of small numbers: each number says what the next object is like, so that shrinking takes
//! objects away. Names come from a small stock, so that two schemas have much in common.

use proptest::prelude::*;
use trueup_schema::ops::{AddConstraint, Constraint, CreateEnum, CreateIndex, CreateTable, CreateView};
use trueup_schema::{
    Check, Column, ColumnType, Computed, Deferrable, Dialect, EnumType, ForeignKey, Function, Generated,
    Identity, Index, IndexPart, ObjectName, Operation, Origin, Policy, PrimaryKey, ReferentialAction, Schema,
    Sequence, SequenceOptions, SqlExpr, Table, Trigger, Unique, View,
};

/// Returns a strategy for schemas of a dialect.
pub(crate) fn arb_schema(dialect: Dialect) -> impl Strategy<Value = Schema> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 24), 0..6)
        .prop_map(move |tables| build(dialect, &tables))
}

/// Reads numbers one by one; what is used up is zero.
struct Dice<'a>(&'a [u8]);

impl Dice<'_> {
    fn next(&mut self, below: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % below
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.next(one_in) == 1
    }
}

const TABLES: &[&str] = &["users", "orders", "items", "User Notes", "order", "tags"];
const COLUMNS: &[&str] = &["name", "total", "created", "Note", "state", "parent"];

fn build(dialect: Dialect, tables: &[Vec<u8>]) -> Schema {
    let mut schema = Schema::new(dialect);
    let sqlite = dialect.is_sqlite();
    for (at, bytes) in tables.iter().enumerate() {
        let mut dice = Dice(bytes);
        if !sqlite {
            objects(&mut schema, &mut dice);
        }
        let name = ObjectName::new(TABLES[(at + dice.next(3)) % TABLES.len()]);
        let table = table(&schema, name, &mut dice);
        try_apply(&mut schema, CreateTable { table, if_not_exists: false });
        later(&mut schema, &mut dice);
    }
    schema
}

/// Changes the schema if a server would; a server that refuses leaves it as it is.
fn try_apply(schema: &mut Schema, operation: impl Into<Operation>) {
    let before = schema.clone();
    if operation.into().apply(schema).is_err() {
        assert_eq!(*schema, before, "a refused operation changes nothing");
    }
}

fn objects(schema: &mut Schema, dice: &mut Dice<'_>) {
    if dice.chance(3) {
        let all = ["new", "open", "paid", "sent", "closed"];
        let labels = all.iter().filter(|_| dice.chance(2)).map(|label| (*label).to_owned()).collect();
        let enum_type = EnumType { name: "mood".into(), labels, comment: None, origin: Origin::none() };
        try_apply(schema, CreateEnum { enum_type, if_not_exists: false });
    }
    if dice.chance(4) {
        let name = ObjectName::new(["counter", "numbers"][dice.next(2)]);
        let options =
            SequenceOptions { increment: Some(1 + dice.next(3) as i64), ..SequenceOptions::default() };
        let sequence =
            Sequence { name: name.clone(), options, owned_by: None, comment: None, origin: Origin::none() };
        if schema.relation(&name).is_none() {
            schema.sequences.insert(name, sequence);
        }
    }
    if dice.chance(4) {
        let body = ["SELECT 1", "SELECT 2"][dice.next(2)];
        let definition = format!("(a integer) RETURNS integer LANGUAGE sql AS $${body}$$");
        let function = Function {
            name: "touch".into(),
            kind: "function".to_owned(),
            argument_types: vec![ColumnType::parse(schema.dialect, "integer")],
            definition: SqlExpr::definition(schema.dialect, definition),
            comment: None,
            origin: Origin::none(),
        };
        try_apply(schema, trueup_schema::ops::CreateFunction { function, or_replace: false });
    }
}

fn table(schema: &Schema, name: ObjectName, dice: &mut Dice<'_>) -> Table {
    let dialect = schema.dialect;
    let sqlite = dialect.is_sqlite();
    let mut table = Table::new(name);
    let mut id = Column::new("id", ColumnType::parse(dialect, "integer"));
    id.nullable = sqlite;
    if !sqlite {
        id.generated = match dice.next(3) {
            0 => Some(Generated::Serial { sequence: table.name.sibling("") }),
            1 => Some(Generated::Identity(Identity {
                always: dice.chance(2),
                sequence: SequenceOptions::default(),
                sequence_name: None,
            })),
            _ => None,
        };
    }
    table.columns.push(id);
    for column in COLUMNS.iter().filter(|_| dice.chance(2)).collect::<Vec<_>>() {
        let column = self::column(schema, column, dice);
        table.columns.push(column);
    }
    if !dice.chance(4) {
        let key_name = (sqlite && dice.chance(2)).then(|| "pk".to_owned());
        let mut key = PrimaryKey::new(key_name, vec!["id".to_owned()]);
        key.autoincrement = sqlite && dice.chance(3);
        table.primary_key = Some(key);
    }
    if !sqlite && dice.chance(3) {
        table.comment = Some("it's a table".to_owned());
        table.row_security = true;
        table.storage.insert("fillfactor".to_owned(), "70".to_owned());
    }
    table
}

fn column(schema: &Schema, name: &str, dice: &mut Dice<'_>) -> Column {
    let dialect = schema.dialect;
    let types = ["integer", "varchar(50)", "text", "numeric(10,2)", "timestamp"];
    let mut column = Column::new(name, ColumnType::parse(dialect, types[dice.next(types.len())]));
    column.nullable = dice.chance(2);
    match dice.next(5) {
        0 if !dialect.is_sqlite() && schema.enums.contains_key(&ObjectName::new("mood")) => {
            column.column_type = ColumnType::parse(dialect, "mood");
        }
        1 if column.column_type != ColumnType::parse(dialect, "timestamp") => {
            column.default = Some(SqlExpr::new(dialect, "'7'"));
        }
        2 if name != "total" => {
            let expr = SqlExpr::new(dialect, "id + 1");
            column.column_type = ColumnType::parse(dialect, "integer");
            column.generated = Some(Generated::Computed(Computed { expr, stored: true }));
        }
        3 if !dialect.is_sqlite() => column.comment = Some(format!("the {name}")),
        _ => {}
    }
    column
}

/// Adds what needs tables to be there.
fn later(schema: &mut Schema, dice: &mut Dice<'_>) {
    let dialect = schema.dialect;
    let names: Vec<ObjectName> = schema.tables.keys().cloned().collect();
    let table = names[dice.next(names.len())].clone();
    let Some(found) = schema.table(&table) else { return };
    let column = found.columns[dice.next(found.columns.len())].name.clone();
    let named = |stock: &[&str], dice: &mut Dice<'_>| {
        let at = dice.next(stock.len() + 1);
        stock.get(at).map(|name| (*name).to_owned())
    };
    let constraint = match dice.next(5) {
        0 => {
            let mut unique = Unique::new(named(&["uq_a", "uq_b"], dice), vec![column.clone()]);
            if dice.chance(3) && !dialect.is_sqlite() {
                unique.deferrable = Deferrable::Deferred;
                unique.comment = Some("unique".to_owned());
            }
            Some(Constraint::Unique(unique))
        }
        1 => {
            let condition = format!("\"{column}\" IS NOT NULL");
            let mut check = Check::new(named(&["ck_a", "ck_b"], dice), SqlExpr::new(dialect, condition));
            check.not_valid = !dialect.is_sqlite() && dice.chance(3);
            Some(Constraint::Check(check))
        }
        2 | 3 => {
            let referenced = names[dice.next(names.len())].clone();
            let mut key = ForeignKey::new(
                named(&["fk_a", "fk_b"], dice),
                vec![column.clone()],
                referenced,
                vec!["id".to_owned()],
            );
            if dice.chance(2) {
                key.on_delete = ReferentialAction::Cascade;
            }
            Some(Constraint::ForeignKey(key))
        }
        _ => None,
    };
    if let Some(constraint) = constraint {
        try_apply(schema, AddConstraint { table: table.clone(), constraint, using_index: None });
    }
    if dice.chance(2) {
        let mut index = Index::new(["ix_a", "ix_b", "ix_c"][dice.next(3)], &[column.as_str()]);
        index.unique = dice.chance(3);
        match dice.next(4) {
            0 => index.predicate = Some(SqlExpr::new(dialect, "id > 0")),
            1 => {
                index.parts = vec![IndexPart::expression(SqlExpr::new(
                    dialect,
                    format!("coalesce(\"{column}\", \"{column}\")"),
                ))];
            }
            2 => index.parts[0].descending = true,
            _ => {}
        }
        try_apply(
            schema,
            CreateIndex { table: table.clone(), index, concurrently: false, if_not_exists: false },
        );
    }
    if dice.chance(4) {
        let query = format!("SELECT id FROM {}", table.to_sql());
        let view = View {
            name: ["v", "w"][dice.next(2)].into(),
            materialized: !dialect.is_sqlite() && dice.chance(2),
            columns: Vec::new(),
            query: SqlExpr::definition(dialect, query),
            indexes: Vec::new(),
            triggers: Vec::new(),
            comment: None,
            origin: Origin::none(),
        };
        try_apply(schema, CreateView { view, or_replace: false, if_not_exists: false });
    }
    if dice.chance(4) {
        let definition = format!("CREATE TRIGGER tr AFTER INSERT ON {} BEGIN SELECT 1; END", table.to_sql());
        let trigger = Trigger {
            name: "tr".to_owned(),
            definition: SqlExpr::definition(dialect, definition),
            enabled: dialect.is_sqlite() || dice.chance(2),
            comment: None,
            origin: Origin::none(),
        };
        let op = trueup_schema::ops::CreateTrigger {
            table: table.clone(),
            trigger,
            or_replace: false,
            if_not_exists: false,
        };
        try_apply(schema, op);
    }
    if dice.chance(4) && !dialect.is_sqlite() {
        let policy = Policy {
            name: "own".to_owned(),
            permissive: true,
            command: "all".to_owned(),
            roles: vec!["public".to_owned()],
            using: Some(SqlExpr::new(dialect, ["id > 0", "id > 1"][dice.next(2)])),
            with_check: None,
            origin: Origin::none(),
        };
        try_apply(schema, trueup_schema::ops::CreatePolicy { table, policy });
    }
}
