//! The cases on the pages, by operation.

use trueup_schema::ops::{
    AddColumn, AddConstraint, AddEnumLabel, AlterColumn, AlterDomain, AlterPolicy, AlterSequence, AlterTable,
    Constraint, ConstraintKind, CreateDomain, CreateEnum, CreateExtension, CreateFunction, CreateIndex,
    CreateNamespace, CreatePolicy, CreateSequence, CreateTable, CreateTrigger, CreateUnmodelled, CreateView,
    DropColumn, DropConstraint, DropExtension, DropFunction, DropIndex, DropNamespace, DropPolicy,
    DropSequence, DropTable, DropTrigger, DropType, DropUnmodelled, DropView, EnableTrigger, GrantPrivilege,
    LabelPosition, Opaque, RenameColumn, RenameConstraint, RenameEnumLabel, RenameIndex, RenameSequence,
    RenameTable, RenameType, RenameView, RevokePrivilege, RunData, SetComment, TableChange,
    ValidateConstraint,
};
use trueup_schema::{
    Check, ColumnType, Dialect, Extension, Generated, Identity, Index, ObjectKind, ObjectName, ObjectRef,
    Operation, Origin, SequenceOptions, SqlExpr, Table, Unique, Unmodelled,
};

use super::shop;

const PG: Dialect = Dialect::Postgresql;

/// An operation on the shop.
pub(super) struct Case {
    pub(super) title: &'static str,
    pub(super) dialect: Dialect,
    pub(super) operation: Operation,
}

fn case(title: &'static str, operation: impl Into<Operation>) -> Case {
    Case { title, dialect: PG, operation: operation.into() }
}

fn on_sqlite(title: &'static str, operation: impl Into<Operation>) -> Case {
    Case { title, dialect: Dialect::Sqlite, operation: operation.into() }
}

fn expr(text: &str) -> SqlExpr {
    SqlExpr::new(PG, text)
}

fn drop_column(table: &str, column: &str, cascade: bool) -> DropColumn {
    DropColumn { table: table.into(), column: column.to_owned(), if_exists: false, cascade }
}

fn drop_constraint(table: &str, name: &str, cascade: bool) -> DropConstraint {
    let name = Some(name.to_owned());
    DropConstraint { table: table.into(), name, kind: None, columns: Vec::new(), if_exists: false, cascade }
}

fn drop_index(name: &str) -> DropIndex {
    DropIndex { index: name.into(), table: None, concurrently: false, if_exists: false, cascade: false }
}

fn drop_table(name: &str, cascade: bool) -> DropTable {
    DropTable { table: name.into(), if_exists: false, cascade }
}

fn add_constraint(table: &str, constraint: Constraint) -> AddConstraint {
    AddConstraint { table: table.into(), constraint, using_index: None }
}

fn create_index(table: &str, index: Index) -> CreateIndex {
    CreateIndex { table: table.into(), index, concurrently: false, if_not_exists: false }
}

fn alter(change: impl FnOnce(&mut AlterColumn), table: &str, column: &str) -> AlterColumn {
    let mut alter = AlterColumn::new(table.into(), column);
    change(&mut alter);
    alter
}

fn alter_table(table: &str, change: TableChange) -> AlterTable {
    AlterTable { table: table.into(), change }
}

fn items() -> Table {
    let mut items = Table::new("items".into());
    let mut id = shop::column(PG, "id", "integer");
    id.generated = Some(Generated::Identity(Identity {
        always: true,
        sequence: SequenceOptions::default(),
        sequence_name: None,
    }));
    items.columns.push(id);
    items.columns.push(shop::column(PG, "order_id", "integer"));
    items.columns.push(shop::column(PG, "code", "text"));
    items.primary_key = Some(trueup_schema::PrimaryKey::new(None, vec!["id".to_owned()]));
    items.uniques.push(Unique::new(None, vec!["code".to_owned()]));
    items
        .foreign_keys
        .push(trueup_schema::ForeignKey { name: None, ..shop::refers("", "order_id", "orders") });
    items.indexes.push(Index::new("ix_items_order", &["order_id"]));
    items.comment = Some("what is in an order".to_owned());
    items
}

/// Returns the cases of an operation.
pub(super) fn of(name: &str) -> Vec<Case> {
    of_tables(name)
        .or_else(|| of_keys(name))
        .or_else(|| of_types(name))
        .or_else(|| of_others(name))
        .unwrap_or_default()
}

fn of_tables(name: &str) -> Option<Vec<Case>> {
    let add = |table: &str, column| AddColumn { table: table.into(), column, if_not_exists: false };
    let create = |table: Table| CreateTable { table, if_not_exists: false };
    let rename = |table: &str, column: &str, new_name: &str| RenameColumn {
        table: table.into(),
        column: column.to_owned(),
        new_name: new_name.to_owned(),
    };
    Some(match name {
        "add_column" => {
            let mut serial = shop::column(PG, "number", "bigint");
            serial.generated = Some(Generated::Serial { sequence: ObjectName::new("") });
            vec![
                case("Adds a column at the end", add("users", shop::column(PG, "note", "text"))),
                case("A serial column brings its sequence and is NOT NULL", add("users", serial)),
                case("A partition follows its parent", add("events", shop::column(PG, "place", "text"))),
                case("The name is taken", add("users", shop::column(PG, "age", "integer"))),
            ]
        }
        "alter_column" => vec![
            case(
                "Changes type and nullability",
                alter(
                    |alter| {
                        alter.column_type = Some(ColumnType::parse(PG, "text"));
                        alter.nullable = Some(true);
                    },
                    "events",
                    "note",
                ),
            ),
            case("Sets a default", alter(|alter| alter.default = Some(Some(expr("18"))), "users", "age")),
            case(
                "A serial column without its default leaves the sequence standing",
                alter(|alter| alter.default = Some(None), "users", "id"),
            ),
            case(
                "Text has no cast to a number",
                alter(|alter| alter.column_type = Some(ColumnType::parse(PG, "integer")), "events", "note"),
            ),
            case(
                "A policy holds the type of its columns",
                alter(|alter| alter.column_type = Some(ColumnType::parse(PG, "bigint")), "users", "age"),
            ),
            case(
                "A view holds the type of its columns",
                alter(|alter| alter.column_type = Some(ColumnType::parse(PG, "text")), "users", "name"),
            ),
            case(
                "A column of a primary key is NOT NULL",
                alter(|alter| alter.nullable = Some(true), "users", "id"),
            ),
        ],
        "alter_table" => vec![
            case("Sets the comment", alter_table("orders", TableChange::Comment(Some("bought".to_owned())))),
            case("Enables row security", alter_table("users", TableChange::RowSecurity(true))),
            case(
                "Detaches a partition",
                alter_table("events", TableChange::DetachPartition("events_1".into())),
            ),
            case(
                "Only a partitioned table has partitions",
                alter_table(
                    "users",
                    TableChange::AttachPartition { partition: "orders".into(), bound: "DEFAULT".to_owned() },
                ),
            ),
            on_sqlite(
                "SQLite makes a table strict through a rebuild",
                alter_table("users", TableChange::Strict(true)),
            ),
        ],
        "create_table" => {
            let mut lost = items();
            lost.foreign_keys[0].referenced_table = "nowhere".into();
            let mut twice = items();
            twice.columns.push(shop::column(PG, "code", "text"));
            let mut no_key = items();
            no_key.foreign_keys[0].referenced_columns = vec!["total".to_owned()];
            let mut repeated = items();
            repeated.uniques[0].columns = vec!["id".to_owned()];
            let mut partition = Table::new("events_2".into());
            partition.partition_of = Some(("events".into(), "DEFAULT".to_owned()));
            vec![
                case("The server names what has no name", create(items())),
                case("A unique constraint that repeats the primary key is left out", create(repeated)),
                case("A partition has the columns of its parent", create(partition)),
                case("A foreign key needs its table", create(lost)),
                case("A foreign key needs a key", create(no_key)),
                case("A column cannot come twice", create(twice)),
                case("Views are in the way too", create(Table::new("names".into()))),
            ]
        }
        "drop_column" => vec![
            case(
                "Takes checks, indexes and constraints along",
                DropColumn { cascade: true, ..drop_column("users", "age", false) },
            ),
            case("A policy needs the column", drop_column("users", "age", false)),
            case("A foreign key needs the column", drop_column("users", "id", false)),
            case("With CASCADE the foreign key goes too", drop_column("users", "id", true)),
            case("A view needs the column", drop_column("users", "name", false)),
            case("A partition key stays", drop_column("events", "day", false)),
            on_sqlite("On SQLite the rebuild drops what uses the column", drop_column("users", "name", true)),
            on_sqlite(
                "`ALTER TABLE` of SQLite refuses what something uses",
                drop_column("users", "name", false),
            ),
        ],
        "drop_table" => vec![
            case("Drops a table and its partitions", drop_table("events", false)),
            case("Foreign keys and views need it", drop_table("users", false)),
            case("With CASCADE they go too", drop_table("users", true)),
            case("There is no such table", drop_table("customers", false)),
            on_sqlite("SQLite asks nobody", drop_table("users", false)),
        ],
        "rename_column" => vec![
            case("Everything follows the new name", rename("users", "age", "years")),
            case("Foreign keys of other tables follow", rename("users", "id", "key")),
            case("A view keeps the name of its column", rename("users", "name", "title")),
            case("The new name is taken", rename("users", "age", "name")),
        ],
        "rename_table" => vec![
            case(
                "Foreign keys and views follow, names of constraints stay",
                RenameTable { table: "users".into(), new_name: "people".into() },
            ),
            case(
                "Moves to another namespace",
                RenameTable {
                    table: "users".into(),
                    new_name: ObjectName::qualified(PG, Some("archive"), "users"),
                },
            ),
            case("The name is taken", RenameTable { table: "users".into(), new_name: "orders".into() }),
        ],
        _ => return None,
    })
}

fn of_keys(name: &str) -> Option<Vec<Case>> {
    let unique = |name: Option<&str>, column: &str| {
        Constraint::Unique(Unique::new(name.map(str::to_owned), vec![column.to_owned()]))
    };
    let rename_index = |index: &str, new_name: &str| RenameIndex {
        index: index.into(),
        new_name: new_name.to_owned(),
        if_exists: false,
    };
    Some(match name {
        "add_constraint" => {
            let check = |text: &str| Constraint::Check(Check::new(None, expr(text)));
            let mut unique_index = add_constraint("users", unique(Some("users_age_key"), "age"));
            unique_index.using_index = Some("ix_age".to_owned());
            vec![
                case(
                    "A check over one column is named after it",
                    add_constraint("users", check("age < 200")),
                ),
                case(
                    "A foreign key is named after its columns",
                    add_constraint(
                        "orders",
                        Constraint::ForeignKey(trueup_schema::ForeignKey {
                            name: None,
                            ..shop::refers("", "id", "users")
                        }),
                    ),
                ),
                case(
                    "A foreign key joins only what can be compared",
                    add_constraint("users", Constraint::ForeignKey(shop::refers("fk", "name", "orders"))),
                ),
                case(
                    "There is one primary key",
                    add_constraint("users", Constraint::PrimaryKey(shop::key("pk", &["age"]))),
                ),
                case("An index has the name", add_constraint("users", unique(Some("ix_age"), "age"))),
                case("Only a unique index can become a constraint", unique_index),
                on_sqlite("SQLite keeps it without a name", add_constraint("users", unique(None, "age"))),
            ]
        }
        "drop_constraint" => vec![
            case("Drops it", drop_constraint("users", "adult", false)),
            case("A foreign key needs the primary key", drop_constraint("users", "users_pkey", false)),
            case("With CASCADE the foreign key goes too", drop_constraint("users", "users_pkey", true)),
            case("There is none of that name", drop_constraint("users", "ix_age", false)),
            on_sqlite(
                "SQLite finds one without a name by its columns",
                DropConstraint {
                    name: None,
                    kind: Some(ConstraintKind::ForeignKey),
                    columns: vec!["user_id".to_owned()],
                    ..drop_constraint("orders", "", false)
                },
            ),
        ],
        "create_index" => {
            let mut partial = Index::new("ix_partial", &["name"]);
            partial.unique = true;
            partial.parts[0].descending = true;
            partial.predicate = Some(expr("age > 0"));
            vec![
                case("Creates an index", create_index("users", partial)),
                case(
                    "Without a name the server chooses one",
                    create_index("users", Index::new("", &["age", "name"])),
                ),
                case("A partition gets its own", create_index("events", Index::new("ix_note", &["note"]))),
                case(
                    "A constraint has the name",
                    create_index("orders", Index::new("users_pkey", &["total"])),
                ),
                case("There is no such column", create_index("users", Index::new("ix", &["size"]))),
                on_sqlite(
                    "Names are unique in the whole database",
                    create_index("orders", Index::new("ix_age", &["total"])),
                ),
            ]
        }
        "drop_index" => vec![
            case("Drops it", drop_index("ix_age")),
            case("A constraint needs its index", drop_index("users_name_key")),
            case("There is no such index", drop_index("ix_nothing")),
        ],
        "rename_index" => vec![
            case("Renames it", rename_index("ix_age", "ix_users_age")),
            case(
                "The index of a constraint takes the constraint along",
                rename_index("users_pkey", "pk_users"),
            ),
            case("The new name is taken", rename_index("ix_age", "orders")),
            on_sqlite("SQLite cannot", rename_index("ix_age", "ix_users_age")),
        ],
        "rename_constraint" => {
            let rename = |name: &str, new_name: &str| RenameConstraint {
                table: "users".into(),
                name: name.to_owned(),
                new_name: new_name.to_owned(),
            };
            vec![
                case("Renames it", rename("adult", "grown_up")),
                case("The new name is taken", rename("adult", "users_pkey")),
                case("A relation has the new name", rename("users_name_key", "ix_age")),
            ]
        }
        "validate_constraint" => vec![
            case(
                "Checks the rows that were there",
                ValidateConstraint { table: "orders".into(), name: "positive".to_owned() },
            ),
            case(
                "Only a foreign key or check waits for it",
                ValidateConstraint { table: "users".into(), name: "users_pkey".to_owned() },
            ),
        ],
        _ => return None,
    })
}

fn of_types(name: &str) -> Option<Vec<Case>> {
    let add_label = |label: &str, position| AddEnumLabel {
        name: "mood".into(),
        label: label.to_owned(),
        position,
        if_not_exists: false,
    };
    let create_sequence = |sequence| CreateSequence { sequence, if_not_exists: false };
    Some(match name {
        "add_enum_label" => vec![
            case("At the end", add_label("sent", None)),
            case("Before another one", add_label("draft", Some(LabelPosition::Before("new".to_owned())))),
            case("It is there already", add_label("paid", None)),
            case(
                "The neighbour is not there",
                add_label("sent", Some(LabelPosition::After("lost".to_owned()))),
            ),
        ],
        "rename_enum_label" => {
            let rename = |label: &str, new: &str| RenameEnumLabel {
                name: "mood".into(),
                label: label.to_owned(),
                new_label: new.to_owned(),
            };
            vec![
                case("Renames it", rename("new", "open")),
                case("There is no such label", rename("lost", "found")),
            ]
        }
        "create_enum" => vec![
            case(
                "Creates it",
                CreateEnum {
                    enum_type: shop::enum_type("size", &["it's small", "big"]),
                    if_not_exists: false,
                },
            ),
            case(
                "It exists",
                CreateEnum { enum_type: shop::enum_type("mood", &["a"]), if_not_exists: false },
            ),
            case(
                "A table has a type of its name",
                CreateEnum { enum_type: shop::enum_type("users", &["a"]), if_not_exists: false },
            ),
            on_sqlite(
                "SQLite has none",
                CreateEnum { enum_type: shop::enum_type("size", &["small"]), if_not_exists: false },
            ),
        ],
        "drop_type" => {
            let drop = |name: &str, cascade| DropType { name: name.into(), if_exists: false, cascade };
            vec![
                case("Drops it", drop("unused", false)),
                case("A column needs it", drop("mood", false)),
                case("With CASCADE the column goes too", drop("mood", true)),
            ]
        }
        "rename_type" => vec![
            case("Columns follow", RenameType { name: "mood".into(), new_name: "state".into() }),
            case("The name is taken", RenameType { name: "mood".into(), new_name: "unused".into() }),
        ],
        "create_domain" => vec![
            case("Creates it", CreateDomain { domain: shop::domain("zip", "length(VALUE) = 5") }),
            case("It exists", CreateDomain { domain: shop::domain("email", "VALUE <> ''") }),
        ],
        "alter_domain" => {
            let mut other = shop::domain("email", "VALUE ~ '@'");
            other.base_type = ColumnType::parse(PG, "integer");
            vec![
                case("Changes its condition", AlterDomain { domain: shop::domain("email", "VALUE ~ '.@.'") }),
                case("Its type stays", AlterDomain { domain: other }),
            ]
        }
        "create_sequence" => {
            let mut steps = shop::sequence("steps");
            steps.options.increment = Some(10);
            vec![
                case("Creates it", create_sequence(steps)),
                case("A serial column has one of that name", create_sequence(shop::sequence("users_id_seq"))),
            ]
        }
        "alter_sequence" => {
            let mut numbers = shop::sequence("numbers");
            numbers.options.cycle = true;
            numbers.owned_by = Some(("orders".into(), "id".to_owned()));
            vec![
                case("Changes options and owner", AlterSequence { sequence: numbers }),
                case("There is no such sequence", AlterSequence { sequence: shop::sequence("lost") }),
            ]
        }
        "drop_sequence" => {
            let drop = |name: &str, cascade| DropSequence { name: name.into(), if_exists: false, cascade };
            vec![
                case("Drops it", drop("numbers", false)),
                case("A serial column needs it", drop("users_id_seq", false)),
                case("With CASCADE the column loses its default", drop("users_id_seq", true)),
            ]
        }
        "rename_sequence" => vec![
            case(
                "Renames it",
                RenameSequence { name: "numbers".into(), new_name: "counters".into(), if_exists: false },
            ),
            case(
                "A serial column follows",
                RenameSequence { name: "users_id_seq".into(), new_name: "user_ids".into(), if_exists: false },
            ),
        ],
        "create_namespace" => vec![
            case("Creates it", CreateNamespace { name: "billing".to_owned(), if_not_exists: false }),
            case("It exists", CreateNamespace { name: "archive".to_owned(), if_not_exists: false }),
        ],
        "drop_namespace" => {
            let drop = |name: &str| DropNamespace { name: name.to_owned(), if_exists: false, cascade: false };
            vec![case("Drops an empty one", drop("archive")), case("Its content needs it", drop("public"))]
        }
        "create_extension" => {
            let extension =
                |name: &str| Extension { name: name.to_owned(), namespace: None, origin: Origin::none() };
            vec![
                case("Installs it", CreateExtension { extension: extension("citext"), if_not_exists: true }),
                case(
                    "It is installed",
                    CreateExtension { extension: extension("hstore"), if_not_exists: false },
                ),
            ]
        }
        "drop_extension" => vec![
            case("Removes it", DropExtension { name: "hstore".to_owned(), if_exists: false, cascade: false }),
            case(
                "It is not installed",
                DropExtension { name: "citext".to_owned(), if_exists: false, cascade: false },
            ),
        ],
        _ => return None,
    })
}

fn of_others(name: &str) -> Option<Vec<Case>> {
    let create_view = |view| CreateView { view, or_replace: false, if_not_exists: false };
    let drop_view = |name: &str, materialized| DropView {
        name: name.into(),
        materialized,
        if_exists: false,
        cascade: false,
    };
    let log = "() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN OLD; END$$";
    let function =
        |name: &str, or_replace| CreateFunction { function: shop::function(name, log), or_replace };
    let trigger =
        "CREATE TRIGGER check_total BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION log_change()";
    let statistics = |name: &str| Unmodelled::new("statistics", name);
    Some(match name {
        "create_view" => vec![
            case("Creates it", create_view(shop::view(PG, "old", "SELECT id FROM users WHERE age > 90"))),
            case(
                "Replaces it",
                CreateView {
                    or_replace: true,
                    ..create_view(shop::view(PG, "names", "SELECT name FROM users WHERE age > 0"))
                },
            ),
            case("A table has the name", create_view(shop::view(PG, "users", "SELECT 1"))),
        ],
        "drop_view" => vec![
            case("Drops it", drop_view("names", false)),
            case("A materialized view takes its indexes along", drop_view("totals", true)),
            case("It is of the other kind", drop_view("totals", false)),
        ],
        "rename_view" => vec![
            case("Renames it", RenameView { name: "names".into(), new_name: "people".into() }),
            case("The name is taken", RenameView { name: "names".into(), new_name: "totals".into() }),
        ],
        "create_function" => vec![
            case("Creates it", function("stamp", false)),
            case("Replaces it", function("log_change", true)),
            case("It exists", function("log_change", false)),
        ],
        "drop_function" => {
            let drop = |name: &str, cascade| DropFunction {
                name: name.into(),
                argument_types: None,
                if_exists: false,
                cascade,
            };
            vec![
                case("A trigger calls it", drop("log_change", false)),
                case("With CASCADE the trigger goes too", drop("log_change", true)),
                case("There is no such function", drop("stamp", false)),
            ]
        }
        "create_trigger" => {
            let create = |trigger| CreateTrigger {
                table: "orders".into(),
                trigger,
                or_replace: false,
                if_not_exists: false,
            };
            vec![
                case("Creates it", create(shop::trigger(PG, "check_total", trigger))),
                case(
                    "The table has one of that name",
                    create(shop::trigger(PG, "audit", &trigger.replace("check_total", "audit"))),
                ),
            ]
        }
        "drop_trigger" => {
            let drop = |name: &str| DropTrigger {
                name: name.to_owned(),
                table: Some("orders".into()),
                if_exists: false,
            };
            vec![
                case("Drops it", drop("audit")),
                case("There is no such trigger", drop("lost")),
                on_sqlite("SQLite finds it without its table", DropTrigger { table: None, ..drop("audit") }),
            ]
        }
        "enable_trigger" => {
            let switch = |name: Option<&str>| EnableTrigger {
                table: "orders".into(),
                name: name.map(str::to_owned),
                enabled: false,
            };
            vec![
                case("Switches one off", switch(Some("audit"))),
                case("Switches all off", switch(None)),
                case("There is no such trigger", switch(Some("lost"))),
            ]
        }
        "create_policy" => {
            let other = trueup_schema::Policy { name: "other".to_owned(), ..shop::policy("age > 17") };
            vec![
                case("Creates it", CreatePolicy { table: "users".into(), policy: other }),
                case(
                    "The table has one of that name",
                    CreatePolicy { table: "users".into(), policy: shop::policy("true") },
                ),
            ]
        }
        "alter_policy" => vec![
            case("Replaces it", AlterPolicy { table: "users".into(), policy: shop::policy("age > 17") }),
            case(
                "There is no such policy",
                AlterPolicy { table: "orders".into(), policy: shop::policy("true") },
            ),
        ],
        "drop_policy" => {
            let drop =
                |table: &str| DropPolicy { table: table.into(), name: "own".to_owned(), if_exists: false };
            vec![case("Drops it", drop("users")), case("There is no such policy", drop("orders"))]
        }
        "grant" => vec![
            case(
                "Grants a privilege",
                GrantPrivilege { table: "users".into(), grant: shop::grant("insert") },
            ),
            case(
                "On one column",
                GrantPrivilege { table: "users".into(), grant: shop::grant("update(age)") },
            ),
        ],
        "revoke" => vec![
            case(
                "Revokes a privilege",
                RevokePrivilege { table: "users".into(), grant: shop::grant("select") },
            ),
            case(
                "What was never granted is no error",
                RevokePrivilege { table: "users".into(), grant: shop::grant("delete") },
            ),
        ],
        "set_comment" => {
            let set = |target, comment: Option<&str>| SetComment {
                target,
                namespace: None,
                comment: comment.map(str::to_owned),
            };
            vec![
                case(
                    "On a column",
                    set(ObjectRef::of_table(ObjectKind::Column, "age", "users"), Some("in years")),
                ),
                case(
                    "On an index",
                    set(ObjectRef::of_table(ObjectKind::Index, "ix_age", "users"), Some("it's for search")),
                ),
                case(
                    "On a constraint",
                    set(ObjectRef::of_table(ObjectKind::Check, "adult", "users"), Some("by law")),
                ),
                case("Removes it", set(ObjectRef::new(ObjectKind::Table, "users"), None)),
                case("There is no such object", set(ObjectRef::new(ObjectKind::Enum, "lost"), None)),
            ]
        }
        "create_unmodelled" => vec![case(
            "It is known to be there, and no more",
            CreateUnmodelled {
                object: statistics("more"),
                sql: "CREATE STATISTICS more ON id, age FROM users".to_owned(),
            },
        )],
        "drop_unmodelled" => vec![case(
            "It is gone",
            DropUnmodelled { object: statistics("stats"), sql: "DROP STATISTICS stats".to_owned() },
        )],
        "opaque" => vec![case(
            "What follows is unproven",
            Opaque {
                sql: "DO $$ BEGIN EXECUTE $1; END $$".to_owned(),
                reason: "its text is put together at run time".to_owned(),
            },
        )],
        "run_data" => {
            vec![case("The schema stays as it is", RunData { sql: "UPDATE users SET age = 18".to_owned() })]
        }
        _ => return None,
    })
}
