//! The rows of the catalogs, made from a schema.
//!
//! A column that is missing from a row is unknown; a catalog that is missing here makes a query unknown. Columns are
//! those of PostgreSQL 17 §52 (system catalogs) and §35 (information schema).

use std::collections::BTreeMap;

use trueup_schema::{Generated, ObjectName, Schema, Table, TypeKind};

use super::{Scope, Value};

/// One row of a catalog.
pub(super) type Row = BTreeMap<&'static str, Value>;

/// The name of the only database.
pub(super) const DATABASE: &str = "<database>";

/// Returns the rows of a catalog; `None` if it is none or not made here.
///
/// One long table on purpose: an arm is a catalog with its columns, and nothing is gained by parting them.
pub(super) fn rows(scope: &Scope<'_>, table: &[String]) -> Option<Vec<Row>> {
    let schema = scope.schema?;
    let name = match table {
        [namespace, name] if namespace == "information_schema" => return information(schema, name),
        [namespace, name] if namespace == "pg_catalog" => name,
        [name] => name,
        _ => return None,
    };
    if schema.dialect.is_sqlite() {
        return matches!(name.as_str(), "sqlite_master" | "sqlite_schema").then(|| sqlite_schema(schema));
    }
    Some(match name.as_str() {
        "pg_namespace" => namespaces(schema)
            .map(|name| row([("oid", Value::Object(format!("ns:{name}"))), ("nspname", text(name))]))
            .collect(),
        "pg_class" => relations(schema).map(Relation::into_class).collect(),
        "pg_tables" => schema
            .tables
            .values()
            .map(|table| {
                let mut found = placed(&table.name, "schemaname", "tablename");
                found.insert("rowsecurity", Value::Bool(table.row_security));
                found
            })
            .collect(),
        "pg_views" => views(schema, false, "viewname"),
        "pg_matviews" => views(schema, true, "matviewname"),
        "pg_sequences" => relations(schema)
            .filter(|relation| relation.kind == "S")
            .map(|relation| placed(&relation.name, "schemaname", "sequencename"))
            .collect(),
        "pg_attribute" => tables(schema).flat_map(attributes).collect(),
        "pg_type" => types(schema)?,
        "pg_enum" => schema
            .enums
            .values()
            .flat_map(|found| {
                found.labels.iter().enumerate().map(|(position, label)| {
                    row([
                        ("enumtypid", object("type", &found.name)),
                        ("enumlabel", text(label)),
                        ("enumsortorder", Value::Number(position as i64 + 1)),
                    ])
                })
            })
            .collect(),
        "pg_constraint" => constraints(schema).map(Constraint::into_catalog).collect(),
        "pg_indexes" => indexes(schema).into_iter().map(Index::into_view).collect(),
        "pg_index" => indexes(schema).into_iter().map(Index::into_catalog).collect(),
        "pg_extension" => schema.extensions.keys().map(|name| row([("extname", text(name))])).collect(),
        "pg_trigger" => tables(schema)
            .flat_map(|table| {
                table.triggers.iter().map(|trigger| {
                    row([
                        ("tgname", text(&trigger.name)),
                        ("tgrelid", object("rel", &table.name)),
                        ("tgisinternal", Value::Bool(false)),
                    ])
                })
            })
            .collect(),
        "pg_proc" => schema
            .functions
            .values()
            .map(|function| {
                row([
                    ("oid", Value::Object(format!("proc:{}", spelled(&function.name)))),
                    ("proname", text(&function.name.name)),
                    ("pronamespace", Value::Object(format!("ns:{}", namespace(&function.name)))),
                ])
            })
            .collect(),
        "pg_policies" => policies(schema),
        "pg_policy" => tables(schema)
            .flat_map(|table| {
                table.policies.iter().map(|policy| {
                    row([("polname", text(&policy.name)), ("polrelid", object("rel", &table.name))])
                })
            })
            .collect(),
        _ => return None,
    })
}

fn row<const N: usize>(columns: [(&'static str, Value); N]) -> Row {
    columns.into_iter().collect()
}

fn text(value: impl Into<String>) -> Value {
    Value::Text(value.into())
}

fn namespace(name: &ObjectName) -> &str {
    name.namespace.as_deref().unwrap_or("public")
}

fn spelled(name: &ObjectName) -> String {
    format!("{}.{}", namespace(name), name.name)
}

/// Returns the identifier of an object.
pub(super) fn object(kind: &str, name: &ObjectName) -> Value {
    Value::Object(format!("{kind}:{}", spelled(name)))
}

fn placed(name: &ObjectName, namespace_column: &'static str, name_column: &'static str) -> Row {
    row([(namespace_column, text(namespace(name))), (name_column, text(&name.name))])
}

fn tables(schema: &Schema) -> impl Iterator<Item = &Table> {
    schema.tables.values().map(AsRef::as_ref)
}

fn namespaces(schema: &Schema) -> impl Iterator<Item = &str> {
    ["public", "pg_catalog", "information_schema"]
        .into_iter()
        .chain(schema.namespaces.iter().map(String::as_str))
}

struct Relation {
    name: ObjectName,
    kind: &'static str,
    row_security: Option<bool>,
}

impl Relation {
    fn into_class(self) -> Row {
        let mut found = row([
            ("oid", object("rel", &self.name)),
            ("relname", text(&self.name.name)),
            ("relnamespace", Value::Object(format!("ns:{}", namespace(&self.name)))),
            ("relkind", text(self.kind)),
        ]);
        if let Some(row_security) = self.row_security {
            found.insert("relrowsecurity", Value::Bool(row_security));
        }
        found
    }
}

fn relations(schema: &Schema) -> impl Iterator<Item = Relation> {
    let plain = |name: ObjectName, kind| Relation { name, kind, row_security: None };
    let of_tables = tables(schema).map(|table| Relation {
        name: table.name.clone(),
        kind: if table.partitioning.is_some() { "p" } else { "r" },
        row_security: Some(table.row_security),
    });
    let of_views = schema
        .views
        .values()
        .map(move |view| plain(view.name.clone(), if view.materialized { "m" } else { "v" }));
    let serials =
        tables(schema).flat_map(|table| &table.columns).filter_map(|column| match &column.generated {
            Some(Generated::Serial { sequence }) => Some(sequence.clone()),
            _ => None,
        });
    let sequences = schema.sequences.keys().cloned().chain(serials).map(move |name| plain(name, "S"));
    let of_indexes = indexes(schema).into_iter().map(move |index| plain(index.name, "i"));
    of_tables.chain(of_views).chain(sequences).chain(of_indexes)
}

fn views(schema: &Schema, materialized: bool, name: &'static str) -> Vec<Row> {
    let wanted = schema.views.values().filter(|view| view.materialized == materialized);
    wanted.map(|view| placed(&view.name, "schemaname", name)).collect()
}

fn attributes(table: &Table) -> impl Iterator<Item = Row> {
    table.columns.iter().enumerate().map(|(position, column)| {
        row([
            ("attrelid", object("rel", &table.name)),
            ("attname", text(&column.name)),
            ("attnum", Value::Number(position as i64 + 1)),
            ("attnotnull", Value::Bool(!column.nullable)),
            ("attisdropped", Value::Bool(false)),
        ])
    })
}

/// Types that an extension brings; others may bring anything.
const EXTENSION_TYPES: &[(&str, &[&str])] = &[
    ("citext", &["citext"]),
    ("hstore", &["hstore", "ghstore"]),
    ("ltree", &["ltree", "lquery", "ltxtquery", "ltree_gist"]),
    ("cube", &["cube"]),
    ("vector", &["vector", "halfvec", "sparsevec"]),
    ("pg_trgm", &["gtrgm"]),
    ("uuid-ossp", &[]),
    ("pgcrypto", &[]),
    ("unaccent", &[]),
    ("plpgsql", &[]),
    ("btree_gin", &[]),
    ("tablefunc", &["tablefunc_crosstab_2", "tablefunc_crosstab_3", "tablefunc_crosstab_4"]),
    ("fuzzystrmatch", &[]),
    ("pg_stat_statements", &["pg_stat_statements", "pg_stat_statements_info"]),
];

const BUILT_IN: &[&str] = &[
    "bool",
    "bytea",
    "char",
    "name",
    "int8",
    "int2",
    "int4",
    "text",
    "oid",
    "json",
    "xml",
    "point",
    "float4",
    "float8",
    "money",
    "inet",
    "cidr",
    "macaddr",
    "bpchar",
    "varchar",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "interval",
    "timetz",
    "bit",
    "varbit",
    "numeric",
    "uuid",
    "jsonb",
    "tsvector",
    "tsquery",
    "int4range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
    "int8range",
];

/// `None` where an extension may have brought the type that is asked for.
fn types(schema: &Schema) -> Option<Vec<Row>> {
    let typed = |name: &ObjectName, kind: &str| {
        row([
            ("oid", object("type", name)),
            ("typname", text(&name.name)),
            ("typnamespace", Value::Object(format!("ns:{}", namespace(name)))),
            ("typtype", text(kind)),
        ])
    };
    let mut found: Vec<Row> = schema.enums.keys().map(|name| typed(name, "e")).collect();
    found.extend(schema.domains.keys().map(|name| typed(name, "d")));
    found.extend(schema.tables.keys().chain(schema.views.keys()).map(|name| typed(name, "c")));
    for object in schema.unmodelled.iter().filter(|object| object.kind.ends_with(" type")) {
        let (namespace, name) = object.name.rsplit_once('.').unwrap_or(("public", &object.name));
        let name = ObjectName::qualified(schema.dialect, Some(namespace), name);
        found.push(typed(&name, if object.kind == "composite type" { "c" } else { "r" }));
    }
    for name in BUILT_IN {
        found.push(typed(&ObjectName::qualified(schema.dialect, Some("pg_catalog"), *name), "b"));
    }
    for name in schema.extensions.keys() {
        match EXTENSION_TYPES.iter().find(|(extension, _)| extension == name) {
            Some((_, names)) => found.extend(names.iter().map(|name| typed(&ObjectName::new(*name), "b"))),
            // A row without any column: every condition on it is unknown.
            None => found.push(Row::new()),
        }
    }
    Some(found)
}

struct Constraint {
    name: String,
    table: ObjectName,
    kind: &'static str,
    columns: Vec<String>,
    referenced: Option<(ObjectName, Vec<String>)>,
    validated: bool,
}

impl Constraint {
    fn into_catalog(self) -> Row {
        let mut found = row([
            ("oid", Value::Object(format!("con:{}.{}", spelled(&self.table), self.name))),
            ("conname", text(&self.name)),
            ("conrelid", object("rel", &self.table)),
            ("connamespace", Value::Object(format!("ns:{}", namespace(&self.table)))),
            ("contype", text(self.kind)),
            ("convalidated", Value::Bool(self.validated)),
        ]);
        if let Some((referenced, _)) = self.referenced {
            found.insert("confrelid", object("rel", &referenced));
        }
        found
    }

    fn placed(&self) -> Row {
        let mut found = placed(&self.table, "table_schema", "table_name");
        found.insert("constraint_name", text(&self.name));
        found.insert("constraint_schema", text(namespace(&self.table)));
        found.insert("constraint_catalog", text(DATABASE));
        found.insert("table_catalog", text(DATABASE));
        found
    }
}

fn constraints(schema: &Schema) -> impl Iterator<Item = Constraint> {
    tables(schema).flat_map(|table| {
        let made = |name: &Option<String>, kind, columns: &[String]| {
            name.clone().map(|name| Constraint {
                name,
                table: table.name.clone(),
                kind,
                columns: columns.to_vec(),
                referenced: None,
                validated: true,
            })
        };
        let mut found: Vec<Constraint> = Vec::new();
        found.extend(table.primary_key.iter().filter_map(|key| made(&key.name, "p", &key.columns)));
        found.extend(table.uniques.iter().filter_map(|unique| made(&unique.name, "u", &unique.columns)));
        found.extend(table.excludes.iter().filter_map(|exclude| made(&exclude.name, "x", &[])));
        found.extend(table.checks.iter().filter_map(|check| {
            made(&check.name, "c", &[]).map(|made| Constraint { validated: !check.not_valid, ..made })
        }));
        found.extend(table.foreign_keys.iter().filter_map(|key| {
            let referenced = Some((key.referenced_table.clone(), key.referenced_columns.clone()));
            made(&key.name, "f", &key.columns).map(|made| Constraint {
                referenced,
                validated: !key.not_valid,
                ..made
            })
        }));
        found
    })
}

struct Index {
    name: ObjectName,
    table: ObjectName,
    unique: bool,
    primary: bool,
    valid: bool,
}

impl Index {
    fn into_view(self) -> Row {
        let mut found = placed(&self.table, "schemaname", "tablename");
        found.insert("indexname", text(&self.name.name));
        found
    }

    fn into_catalog(self) -> Row {
        row([
            ("indexrelid", object("rel", &self.name)),
            ("indrelid", object("rel", &self.table)),
            ("indisunique", Value::Bool(self.unique)),
            ("indisprimary", Value::Bool(self.primary)),
            ("indisvalid", Value::Bool(self.valid)),
        ])
    }
}

/// All indexes, also those that constraints own.
fn indexes(schema: &Schema) -> Vec<Index> {
    let plain = |owner: &ObjectName, index: &trueup_schema::Index| Index {
        name: owner.sibling(index.name.clone()),
        table: owner.clone(),
        unique: index.unique,
        primary: false,
        valid: index.valid,
    };
    let mut found: Vec<Index> = Vec::new();
    for table in tables(schema) {
        found.extend(table.indexes.iter().map(|index| plain(&table.name, index)));
    }
    for view in schema.views.values() {
        found.extend(view.indexes.iter().map(|index| plain(&view.name, index)));
    }
    found.extend(constraints(schema).filter(|constraint| matches!(constraint.kind, "p" | "u" | "x")).map(
        |constraint| Index {
            name: constraint.table.sibling(constraint.name),
            unique: constraint.kind != "x",
            primary: constraint.kind == "p",
            valid: true,
            table: constraint.table,
        },
    ));
    found
}

fn policies(schema: &Schema) -> Vec<Row> {
    let of_table = |table: &Table| {
        let rows: Vec<Row> = table
            .policies
            .iter()
            .map(|policy| {
                let mut found = placed(&table.name, "schemaname", "tablename");
                found.insert("policyname", text(&policy.name));
                found
            })
            .collect();
        rows
    };
    tables(schema).flat_map(of_table).collect()
}

/// Returns the rows of a view of the information schema; a table of arms like [`rows`].
fn information(schema: &Schema, name: &str) -> Option<Vec<Row>> {
    let catalog = |mut found: Row, column: &'static str| {
        found.insert(column, text(DATABASE));
        found
    };
    Some(match name {
        "tables" => {
            let typed = |name: &ObjectName, kind: &str| {
                let mut found = catalog(placed(name, "table_schema", "table_name"), "table_catalog");
                found.insert("table_type", text(kind));
                found
            };
            let views = schema.views.values().filter(|view| !view.materialized);
            schema
                .tables
                .keys()
                .map(|name| typed(name, "BASE TABLE"))
                .chain(views.map(|view| typed(&view.name, "VIEW")))
                .collect()
        }
        "columns" => tables(schema).flat_map(|table| columns(schema, table)).collect(),
        "views" => schema
            .views
            .values()
            .filter(|view| !view.materialized)
            .map(|view| catalog(placed(&view.name, "table_schema", "table_name"), "table_catalog"))
            .collect(),
        "schemata" => namespaces(schema)
            .map(|name| row([("schema_name", text(name)), ("catalog_name", text(DATABASE))]))
            .collect(),
        "sequences" => relations(schema)
            .filter(|relation| relation.kind == "S")
            .map(|relation| placed(&relation.name, "sequence_schema", "sequence_name"))
            .collect(),
        "routines" => schema
            .functions
            .values()
            .map(|function| placed(&function.name, "routine_schema", "routine_name"))
            .collect(),
        "triggers" => tables(schema)
            .flat_map(|table| {
                table.triggers.iter().map(|trigger| {
                    let mut found = placed(&table.name, "event_object_schema", "event_object_table");
                    found.insert("trigger_name", text(&trigger.name));
                    found.insert("trigger_schema", text(namespace(&table.name)));
                    found
                })
            })
            .collect(),
        "table_constraints" => constraints(schema)
            .filter(|constraint| constraint.kind != "x")
            .map(|constraint| {
                let kind = match constraint.kind {
                    "p" => "PRIMARY KEY",
                    "f" => "FOREIGN KEY",
                    "u" => "UNIQUE",
                    _ => "CHECK",
                };
                let mut found = constraint.placed();
                found.insert("constraint_type", text(kind));
                found
            })
            .collect(),
        "referential_constraints" => constraints(schema)
            .filter(|constraint| constraint.kind == "f")
            .map(|constraint| constraint.placed())
            .collect(),
        "key_column_usage" => constraints(schema)
            .filter(|constraint| constraint.kind != "c")
            .flat_map(|constraint| {
                let columns = constraint.columns.iter().enumerate().map(|(position, column)| {
                    let mut found = constraint.placed();
                    found.insert("column_name", text(column));
                    found.insert("ordinal_position", Value::Number(position as i64 + 1));
                    found
                });
                columns.collect::<Vec<_>>()
            })
            .collect(),
        "constraint_column_usage" => constraints(schema)
            .flat_map(|constraint| {
                let (table, columns) = constraint
                    .referenced
                    .clone()
                    .unwrap_or((constraint.table.clone(), constraint.columns.clone()));
                let rows = columns.iter().map(|column| {
                    let mut found = constraint.placed();
                    found.extend(placed(&table, "table_schema", "table_name"));
                    found.insert("column_name", text(column));
                    found
                });
                rows.collect::<Vec<_>>()
            })
            .collect(),
        _ => return None,
    })
}

fn columns(schema: &Schema, table: &Table) -> Vec<Row> {
    let described = |(position, column): (usize, &trueup_schema::Column)| {
        let mut found = placed(&table.name, "table_schema", "table_name");
        found.insert("table_catalog", text(DATABASE));
        found.insert("column_name", text(&column.name));
        found.insert("ordinal_position", Value::Number(position as i64 + 1));
        found.insert("is_nullable", text(if column.nullable { "YES" } else { "NO" }));
        if column.default.is_none() && column.generated.is_none() {
            found.insert("column_default", Value::Null);
        }
        let declared = &column.column_type;
        let name = ObjectName { namespace: declared.namespace.clone(), name: declared.name.clone() };
        // A domain shows the type below it.
        let column_type = schema.domains.get(&name).map_or(declared, |domain| &domain.base_type);
        let data_type = match &column_type.kind {
            _ if column_type.array => Some("ARRAY"),
            TypeKind::Builtin => Some(column_type.name.as_str()),
            TypeKind::UserDefined => {
                found.insert("udt_name", text(&column_type.name));
                Some("USER-DEFINED")
            }
            TypeKind::Unknown(_) => None,
        };
        if let Some(data_type) = data_type {
            found.insert("data_type", text(data_type));
            let length = match (column_type.name.as_str(), column_type.modifiers.as_slice()) {
                ("character varying" | "character", [length]) => length.parse().ok().map(Value::Number),
                _ => Some(Value::Null),
            };
            found.extend(length.map(|length| ("character_maximum_length", length)));
        }
        found
    };
    table.columns.iter().enumerate().map(described).collect()
}

/// Rows of SQLite's only catalog; the indexes that it makes for constraints itself are left out, and so is `sql`.
fn sqlite_schema(schema: &Schema) -> Vec<Row> {
    let object = |kind: &str, name: &str, table: &ObjectName| {
        row([("type", text(kind)), ("name", text(name)), ("tbl_name", text(&table.name))])
    };
    let mut found = Vec::new();
    for table in tables(schema).filter(|table| table.name.namespace.is_none()) {
        found.push(object("table", &table.name.name, &table.name));
        found.extend(table.indexes.iter().map(|index| object("index", &index.name, &table.name)));
        found.extend(table.triggers.iter().map(|trigger| object("trigger", &trigger.name, &table.name)));
    }
    for view in schema.views.values() {
        found.push(object("view", &view.name.name, &view.name));
        found.extend(view.triggers.iter().map(|trigger| object("trigger", &trigger.name, &view.name)));
    }
    found
}
