//! One of everything, made by SQL and read back.

use trueup_db::{InspectOptions, Namespaces};
use trueup_schema::{
    Deferrable, Generated, Grant, Index, IndexKey, IndexPart, NullsOrder, ObjectName, ReferentialAction,
    Schema, SequenceOptions, SqlExpr, Table, TypeKind,
};
use trueup_testkit::postgres::{Postgres, ScratchDatabase};

use crate::{inspect, table, unmodelled, url};

fn schema_of(sql: &str) -> (ScratchDatabase, Schema) {
    let database = Postgres::shared().scratch_database();
    database.execute(sql);
    let schema = inspect(database.url(), &InspectOptions::default()).schema;
    (database, schema)
}

fn everything() -> Schema {
    schema_of(include_str!("../fixtures/everything.pg.sql")).1
}

fn in_app(name: &str) -> ObjectName {
    ObjectName { namespace: Some("app".to_owned()), name: name.to_owned() }
}

fn text(expr: &SqlExpr) -> &str {
    expr.text()
}

/// A part as `key [class] [collation] [desc] [nulls]`.
fn part(part: &IndexPart) -> String {
    let mut words = vec![match &part.key {
        IndexKey::Column(name) => name.clone(),
        IndexKey::Expression(expr) => expr.text().to_owned(),
    }];
    words.extend(part.operator_class.clone());
    words.extend(part.collation.as_ref().map(|name| format!("collate {name}")));
    words.extend(part.descending.then(|| "desc".to_owned()));
    words.extend(part.nulls.map(|nulls| match nulls {
        NullsOrder::First => "nulls first".to_owned(),
        NullsOrder::Last => "nulls last".to_owned(),
    }));
    words.join(" ")
}

fn index<'a>(table: &'a Table, name: &str) -> &'a Index {
    table.index(name).unwrap_or_else(|| panic!("no index {name}: {:?}", table.indexes))
}

#[test]
fn columns_with_types_defaults_and_generation() {
    let schema = everything();
    let children = table(&schema, "children");
    let described: Vec<String> = children
        .columns
        .iter()
        .map(|column| {
            let default = column.default.as_ref().map_or("-", text);
            let null = if column.nullable { "null" } else { "not null" };
            format!("{} {} {null} {default}", column.name, column.column_type)
        })
        .collect();
    assert_eq!(
        described,
        [
            "id bigint not null -",
            "always integer not null -",
            "big bigint not null -",
            "ticket integer null nextval('tickets'::regclass)",
            "tenant integer null -",
            "parent_id integer null -",
            "feeling mood null 'ok'::mood",
            "feelings mood[] null -",
            "kind app.\"Kind\" null -",
            "amount positive null -",
            "price numeric(10,2) not null 0",
            "doubled numeric null -",
            "name character varying(50) null -",
            "during int4range null -",
            "at timestamp(3) with time zone null -",
        ]
    );
    let generated = |name: &str| children.column(name).and_then(|column| column.generated.clone());
    let Some(Generated::Identity(identity)) = generated("id") else { panic!("{:?}", generated("id")) };
    let options = SequenceOptions { start: Some(100), increment: Some(10), ..SequenceOptions::default() };
    assert_eq!((identity.always, identity.sequence), (false, options));
    let Some(Generated::Identity(identity)) = generated("always") else {
        panic!("{:?}", generated("always"))
    };
    assert_eq!((identity.always, identity.sequence), (true, SequenceOptions::default()));
    assert_eq!(generated("big"), Some(Generated::Serial { sequence: "children_big_seq".into() }));
    let Some(Generated::Computed(computed)) = generated("doubled") else {
        panic!("{:?}", generated("doubled"))
    };
    assert!(computed.stored && computed.expr.text().contains('2'), "{computed:?}");
    assert_eq!(
        children.column("name").and_then(|column| column.comment.as_deref()),
        Some("what they are called")
    );
    assert_eq!(
        children.column("feeling").map(|column| &column.column_type.kind),
        Some(&TypeKind::UserDefined)
    );
    let parents = table(&schema, "parents");
    assert_eq!(parents.column("code").and_then(|column| column.collation.as_deref()), Some("C"));
    assert_eq!(parents.columns[0].generated, Some(Generated::Serial { sequence: "parents_id_seq".into() }));
}

#[test]
fn constraints_with_their_options() {
    let schema = everything();
    let children = table(&schema, "children");
    let key = children.primary_key.as_ref().expect("a primary key");
    assert_eq!((key.name.as_deref(), key.columns.join(",")), (Some("children_pk"), "id".to_owned()));
    let [unique, late] = table(&schema, "parents").uniques.as_slice() else {
        panic!("two unique constraints")
    };
    assert_eq!(
        (unique.columns.join(","), unique.include.join(",")),
        ("tenant,id".to_owned(), "code".to_owned())
    );
    assert_eq!((unique.deferrable, late.deferrable), (Deferrable::No, Deferrable::Deferred));
    let [parent, late] = children.foreign_keys.as_slice() else { panic!("{:?}", children.foreign_keys) };
    assert_eq!(parent.columns, ["tenant", "parent_id"]);
    assert_eq!(
        (parent.referenced_table.to_string(), parent.referenced_columns.join(",")),
        ("parents".to_owned(), "tenant,id".to_owned())
    );
    assert_eq!(
        (&parent.on_update, &parent.on_delete),
        (&ReferentialAction::Cascade, &ReferentialAction::SetNull(vec![]))
    );
    assert!(parent.match_full && !parent.not_valid && parent.deferrable == Deferrable::Immediate);
    assert!(late.not_valid && late.referenced_columns == ["id"] && !late.match_full);
    let checks: Vec<_> = children
        .checks
        .iter()
        .map(|check| (check.name.as_deref(), check.no_inherit, check.not_valid))
        .collect();
    assert_eq!(checks, [(Some("ck_price"), true, false), (Some("ck_late"), false, true)]);
    assert_eq!(children.checks[0].comment.as_deref(), Some("not for free"));
    let exclude = &children.excludes[0];
    assert_eq!((exclude.method.as_str(), exclude.elements[0].operator.as_str()), ("gist", "&&"));
    assert_eq!(part(&exclude.elements[0].part), "during");
    assert!(exclude.predicate.is_some());
}

#[test]
fn indexes_with_their_options() {
    let schema = everything();
    let children = table(&schema, "children");
    let names: Vec<&str> = children.indexes.iter().map(|index| index.name.as_str()).collect();
    assert_eq!(names, ["ix_plain", "ix_expression", "ix_class", "ix_hash"]);
    let parts = |name: &str| index(children, name).parts.iter().map(part).collect::<Vec<_>>();
    assert_eq!(parts("ix_plain"), ["tenant", "parent_id desc", "name nulls first"]);
    assert_eq!(index(children, "ix_plain").include, ["price"]);
    assert_eq!(parts("ix_expression"), ["lower(name::text)", "tenant + 1 desc nulls last"]);
    let predicate = index(children, "ix_expression").predicate.as_ref().map_or("", text);
    assert!(predicate.contains("price > "), "{predicate}");
    assert_eq!(parts("ix_class"), ["name varchar_pattern_ops", "name collate C"]);
    let class = index(children, "ix_class");
    assert!(
        class.unique && class.valid && class.storage.get("fillfactor").is_some_and(|value| value == "80")
    );
    let hash = index(children, "ix_hash");
    assert_eq!((hash.method.as_str(), hash.comment.as_deref()), ("hash", Some("fast")));
}

#[test]
fn table_options_policies_triggers_and_grants() {
    let schema = everything();
    let children = table(&schema, "children");
    assert_eq!(children.comment.as_deref(), Some("small ones"));
    assert_eq!(children.storage.get("fillfactor").map(String::as_str), Some("70"));
    assert!(children.row_security && children.force_row_security && !children.unlogged);
    let policy = &children.policies[0];
    assert_eq!(
        (policy.permissive, policy.command.as_str(), policy.roles.join(",")),
        (false, "update", "public".to_owned())
    );
    assert!(policy.using.is_some() && policy.with_check.is_some());
    let triggers: Vec<_> =
        children.triggers.iter().map(|trigger| (trigger.name.as_str(), trigger.enabled)).collect();
    assert_eq!(triggers, [("children_touch", true), ("children_off", false)]);
    assert_eq!(
        children.triggers[0].definition.text(),
        "CREATE TRIGGER children_touch BEFORE UPDATE ON children FOR EACH ROW EXECUTE FUNCTION touch()"
    );
    let grant = |privilege: &str| Grant {
        role: "public".to_owned(),
        privilege: privilege.to_owned(),
        grantable: false,
    };
    assert_eq!(children.grants, [grant("select"), grant("update(name)")]);
}

#[test]
fn partitions_and_inheritance() {
    let schema = everything();
    let events = schema.table(&in_app("events")).expect("the parent");
    let partitioning = events.partitioning.as_ref().expect("a partition key");
    assert_eq!(partitioning.strategy, "range");
    assert_eq!(partitioning.parts.iter().map(part).collect::<Vec<_>>(), ["day", "tenant"]);
    let hashed =
        schema.table(&in_app("hashed")).and_then(|table| table.partitioning.as_ref()).expect("a key");
    let parts: Vec<String> = hashed.parts.iter().map(part).collect();
    assert_eq!(
        (hashed.strategy.as_str(), parts.join("; ")),
        ("hash", "lower(b) text_pattern_ops; a % 4; a".to_owned())
    );
    assert!(events.primary_key.is_some() && events.indexes.len() == 1);
    let partition = schema.table(&in_app("events_2024")).expect("the partition");
    let bound = "FOR VALUES FROM ('2024-01-01', 0) TO ('2025-01-01', 0)";
    assert_eq!(partition.partition_of, Some((in_app("events"), bound.to_owned())));
    // What it has from its parent is there as the server made it.
    let names: Vec<&str> = partition.indexes.iter().map(|index| index.name.as_str()).collect();
    assert_eq!(names, ["events_2024_note_idx", "ix_own"]);
    let key = partition.primary_key.as_ref().expect("a primary key");
    assert_eq!((key.name.as_deref(), key.columns.len()), (Some("events_2024_pkey"), 2));
    assert!(partition.columns.len() == 3 && partition.inherits.is_empty());
    let rest = schema.table(&in_app("events_rest")).expect("the default partition");
    assert_eq!(rest.partition_of, Some((in_app("events"), "DEFAULT".to_owned())));
    let derived = table(&schema, "derived");
    assert_eq!(derived.inherits, [ObjectName::new("base")]);
    assert!(derived.unlogged && derived.checks.len() == 2, "{:?}", derived.checks);
}

#[test]
fn types_sequences_views_and_functions() {
    let schema = everything();
    assert_eq!(schema.namespaces, ["app"]);
    let mood = &schema.enums[&ObjectName::new("mood")];
    assert_eq!(
        (mood.labels.join(","), mood.comment.as_deref()),
        ("sad,meh,ok".to_owned(), Some("how it feels"))
    );
    assert!(schema.enums.contains_key(&in_app("Kind")));
    let positive = &schema.domains[&ObjectName::new("positive")];
    assert_eq!((positive.base_type.to_string().as_str(), positive.not_null), ("integer", true));
    assert_eq!((positive.default.as_ref().map(text), positive.checks.len()), (Some("1"), 1));

    let names: Vec<String> = schema.sequences.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["tickets"]);
    let tickets = &schema.sequences[0];
    let options = SequenceOptions {
        data_type: Some("integer".to_owned()),
        increment: Some(5),
        min_value: Some(10),
        cache: Some(3),
        cycle: true,
        ..SequenceOptions::default()
    };
    assert_eq!(tickets.options, options);
    assert_eq!(tickets.owned_by, Some(("children".into(), "ticket".to_owned())));

    let view = &schema.views[&ObjectName::new("names")];
    assert_eq!(
        (view.materialized, view.columns.join(","), view.triggers.len()),
        (false, "name,tenant".to_owned(), 1)
    );
    assert!(
        view.query.text().starts_with("SELECT") && !view.query.text().ends_with(';'),
        "{}",
        view.query.text()
    );
    let sums = &schema.views[&ObjectName::new("sums")];
    assert!(sums.materialized && sums.indexes[0].unique);

    let functions: Vec<String> =
        schema.functions.iter().map(|(key, function)| format!("{} {key}", function.kind)).collect();
    assert_eq!(
        functions,
        [
            "function public.touch()",
            "function app.add(integer, character varying[])",
            "procedure public.clean()",
            "aggregate public.total(integer)",
        ]
    );
    let add = &schema.functions[1];
    assert!(
        add.definition.text().starts_with("(a integer, b character varying[])"),
        "{}",
        add.definition.text()
    );
    assert_eq!(add.comment.as_deref(), Some("adds"));
    assert_eq!(
        schema.functions[3].definition.text(),
        "(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0')"
    );
}

#[test]
fn what_is_not_modelled_is_named() {
    assert_eq!(
        unmodelled(&everything()),
        [
            "cast pair AS text",
            "collation german",
            "composite type pair",
            "foreign data wrapper wrapper",
            "foreign table remote",
            "operator app.===",
            "operator class odd using hash",
            "privileges FUNCTION app.add(integer,character varying[])",
            "publication feed",
            "range type span",
            "rule loud on app.hashed",
            "rule quiet on base",
            "server far",
            "statistics stats_children",
            "user mapping public on far",
        ]
    );
}

#[test]
fn an_empty_database_has_an_empty_schema() {
    let (_database, schema) = schema_of("SELECT 1");
    assert_eq!(schema, Schema::new(trueup_schema::Dialect::Postgresql));
}

#[test]
fn nulls_not_distinct_and_set_null_columns() {
    if Postgres::shared().major() < 15 {
        return;
    }
    let (_database, schema) = schema_of(
        "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
         CREATE TABLE c (a int, b int, CONSTRAINT u UNIQUE NULLS NOT DISTINCT (a),
             FOREIGN KEY (a, b) REFERENCES p ON DELETE SET NULL (b));
         CREATE UNIQUE INDEX i ON c (b) NULLS NOT DISTINCT",
    );
    let child = table(&schema, "c");
    assert!(child.uniques[0].nulls_not_distinct && child.indexes[0].nulls_not_distinct);
    assert_eq!(child.foreign_keys[0].on_delete, ReferentialAction::SetNull(vec!["b".to_owned()]));
}

#[test]
fn a_foreign_key_to_a_partitioned_table_is_one() {
    let (_database, schema) = schema_of(
        "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY LIST (id);
         CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
         CREATE TABLE c (id int REFERENCES p) PARTITION BY LIST (id);
         CREATE TABLE c1 PARTITION OF c FOR VALUES IN (1)",
    );
    for name in ["c", "c1"] {
        let keys = &table(&schema, name).foreign_keys;
        let referenced: Vec<String> = keys.iter().map(|key| key.referenced_table.to_string()).collect();
        assert_eq!(referenced, ["p"], "{name}");
    }
}

#[test]
fn only_the_wanted_namespaces_are_read() {
    let (database, _) = schema_of(
        "CREATE SCHEMA a; CREATE SCHEMA b;
         CREATE TABLE b.far (\"Id\" int PRIMARY KEY); CREATE TABLE near (id int);
         CREATE TABLE a.t (far_id int REFERENCES b.far)",
    );
    let read = |namespaces: Namespaces| {
        let options = InspectOptions { namespaces, ..InspectOptions::default() };
        let schema = inspect(database.url(), &options).schema;
        let names: Vec<String> = schema.tables.keys().map(ToString::to_string).collect();
        (names.join(" "), schema)
    };
    assert_eq!(read(Namespaces::All).0, "b.far near a.t");
    assert_eq!(read(Namespaces::Default).0, "near");
    let (names, schema) = read(Namespaces::Named(vec!["a".to_owned()]));
    assert_eq!(names, "near a.t");
    // A foreign key to a table that was not asked for still names it.
    let key = &schema.tables[1].foreign_keys[0];
    assert_eq!(
        (key.referenced_table.to_string().as_str(), key.referenced_columns.join(",").as_str()),
        ("b.far", "Id")
    );
}

#[test]
fn the_default_namespace_is_the_sessions() {
    let (database, _) = schema_of(
        "CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('x'); CREATE TABLE app.t (m app.mood DEFAULT 'x'); CREATE TABLE public.u ()",
    );
    let address = format!("{}?options=-c%20search_path%3Dapp", database.url());
    assert!(url(&address).to_string().starts_with("postgresql://"));
    let inspection = inspect(&address, &InspectOptions::default());
    assert_eq!(inspection.default_namespace, "app");
    let names: Vec<String> = inspection.schema.tables.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["t", "public.u"]);
    let column = &table(&inspection.schema, "t").columns[0];
    assert_eq!(
        (column.column_type.to_string().as_str(), column.default.as_ref().map(text)),
        ("mood", Some("'x'::mood"))
    );
}

#[test]
fn objects_of_extensions_are_left_out() {
    let database = Postgres::shared().scratch_database();
    let available = database.query("SELECT 1 FROM pg_available_extensions WHERE name = 'citext'");
    if available.is_empty() {
        return;
    }
    database.execute("CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE TABLE t (c ext.citext)");
    let schema = inspect(database.url(), &InspectOptions::default()).schema;
    assert_eq!(schema.extensions["citext"].namespace.as_deref(), Some("ext"));
    assert!(schema.functions.is_empty() && schema.unmodelled.is_empty(), "{:?}", schema.unmodelled);
    assert_eq!(table(&schema, "t").columns[0].column_type.to_string(), "citext");
}

#[test]
fn an_invalid_index_is_seen() {
    let database = Postgres::shared().scratch_database();
    database.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)");
    let Ok(trueup_db::Database::Postgresql(mut client, _)) =
        trueup_db::Database::connect(&url(database.url()))
    else {
        panic!("it is there")
    };
    assert!(client.batch_execute("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)").is_err());
    let schema = inspect(database.url(), &InspectOptions::default()).schema;
    assert!(!table(&schema, "t").indexes[0].valid);
}

#[test]
fn a_widened_serial_column_is_still_serial_and_a_tuned_one_is_not() {
    let (_database, schema) = schema_of(
        "CREATE TABLE t (a serial, b serial, c int DEFAULT 0);
         ALTER TABLE t ALTER a TYPE bigint; ALTER SEQUENCE t_b_seq INCREMENT BY 2; ALTER TABLE t RENAME TO \"T 't\"",
    );
    let table = table(&schema, "T 't");
    assert_eq!(table.columns[0].generated, Some(Generated::Serial { sequence: "t_a_seq".into() }));
    assert_eq!((table.columns[1].generated.is_none(), table.columns[1].default.is_some()), (true, true));
    assert_eq!(schema.sequences[&ObjectName::new("t_b_seq")].owned_by, Some(("T 't".into(), "b".to_owned())));
}
