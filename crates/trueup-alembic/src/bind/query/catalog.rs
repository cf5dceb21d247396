//! The catalogs as tables of cells, made from the simulated schema.

use trueup_python::Value;
use trueup_schema::{Dialect, Generated, IndexKey, ObjectName, Schema, Table};

use super::text::{self, Token};
use super::{Answer, Cell};

/// A table that is made on demand.
pub(super) struct Virtual {
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Vec<Cell>>,
}

/// Returns a catalog by its namespace and name; `None` when it is no catalog that trueup knows.
pub(super) fn table(schema: &Schema, namespace: Option<&str>, name: &str) -> Option<Virtual> {
    if schema.dialect.is_sqlite() {
        return matches!(name, "sqlite_master" | "sqlite_schema").then(|| sqlite_master(schema));
    }
    if namespace == Some("information_schema") {
        return information_schema(schema, name);
    }
    if namespace.is_some_and(|namespace| namespace != "pg_catalog") {
        return None;
    }
    pg_catalog(schema, name)
}

/// Tells whether a name is one of a catalog, known or not.
pub(super) fn is_catalog(namespace: Option<&str>, name: &str) -> bool {
    matches!(namespace, Some("information_schema" | "pg_catalog"))
        || name.starts_with("pg_")
        || name.starts_with("sqlite_")
}

fn namespace_of(schema: &Schema, name: &ObjectName) -> Cell {
    Cell::text(name.namespace.as_deref().unwrap_or(schema.dialect.default_namespace()))
}

/// Returns what stands for the number of an object, so that joins by it work.
pub(super) fn relation_oid(schema: &Schema, name: &ObjectName) -> Cell {
    let namespace = name.namespace.as_deref().unwrap_or(schema.dialect.default_namespace());
    Cell::Text(format!("oid:relation:{namespace}.{}", name.name))
}

fn namespace_oid(schema: &Schema, name: &ObjectName) -> Cell {
    Cell::Text(format!(
        "oid:namespace:{}",
        name.namespace.as_deref().unwrap_or(schema.dialect.default_namespace())
    ))
}

fn type_oid(name: &ObjectName) -> Cell {
    Cell::Text(format!("oid:type:{name}"))
}

fn yes(value: bool) -> Cell {
    Cell::text(if value { "YES" } else { "NO" })
}

fn information_schema(schema: &Schema, name: &str) -> Option<Virtual> {
    Some(match name {
        "tables" => {
            let mut rows: Vec<Vec<Cell>> = schema
                .tables
                .keys()
                .map(|name| {
                    let kind = Cell::text("BASE TABLE");
                    vec![Cell::Unknown, namespace_of(schema, name), Cell::text(&name.name), kind]
                })
                .collect();
            rows.extend(schema.views.values().filter(|view| !view.materialized).map(|view| {
                vec![
                    Cell::Unknown,
                    namespace_of(schema, &view.name),
                    Cell::text(&view.name.name),
                    Cell::text("VIEW"),
                ]
            }));
            Virtual { columns: &["table_catalog", "table_schema", "table_name", "table_type"], rows }
        }
        "views" => Virtual {
            columns: &["table_schema", "table_name"],
            rows: schema
                .views
                .values()
                .filter(|view| !view.materialized)
                .map(|view| vec![namespace_of(schema, &view.name), Cell::text(&view.name.name)])
                .collect(),
        },
        "columns" => Virtual {
            columns: &[
                "table_catalog",
                "table_schema",
                "table_name",
                "column_name",
                "ordinal_position",
                "data_type",
                "udt_name",
                "is_nullable",
                "column_default",
                "character_maximum_length",
                "is_identity",
            ],
            rows: schema.tables.values().flat_map(|table| column_rows(schema, table)).collect(),
        },
        "schemata" => {
            let mut names =
                vec![schema.dialect.default_namespace().to_owned(), "information_schema".to_owned()];
            names.push("pg_catalog".to_owned());
            names.extend(schema.namespaces.iter().cloned());
            let rows = names.into_iter().map(|name| vec![Cell::Unknown, Cell::Text(name)]).collect();
            Virtual { columns: &["catalog_name", "schema_name"], rows }
        }
        "table_constraints" => Virtual {
            columns: &[
                "constraint_schema",
                "constraint_name",
                "table_schema",
                "table_name",
                "constraint_type",
            ],
            rows: schema
                .tables
                .values()
                .flat_map(|table| {
                    constraints(table).into_iter().map(move |(name, kind, _)| (table, name, kind))
                })
                .map(|(table, name, kind)| {
                    let namespace = namespace_of(schema, &table.name);
                    vec![
                        namespace.clone(),
                        Cell::Text(name),
                        namespace,
                        Cell::text(&table.name.name),
                        Cell::text(kind),
                    ]
                })
                .collect(),
        },
        "key_column_usage" => Virtual {
            columns: &[
                "constraint_schema",
                "constraint_name",
                "table_schema",
                "table_name",
                "column_name",
                "ordinal_position",
            ],
            rows: schema.tables.values().flat_map(|table| key_rows(schema, table)).collect(),
        },
        "sequences" => Virtual {
            columns: &["sequence_schema", "sequence_name"],
            rows: sequences(schema)
                .iter()
                .map(|name| vec![namespace_of(schema, name), Cell::text(&name.name)])
                .collect(),
        },
        "triggers" => Virtual {
            columns: &["trigger_name", "event_object_schema", "event_object_table"],
            rows: schema
                .tables
                .values()
                .flat_map(|table| table.triggers.iter().map(move |trigger| (table, trigger)))
                .map(|(table, trigger)| {
                    let namespace = namespace_of(schema, &table.name);
                    vec![Cell::text(&trigger.name), namespace, Cell::text(&table.name.name)]
                })
                .collect(),
        },
        _ => return None,
    })
}

fn column_rows(schema: &Schema, table: &Table) -> Vec<Vec<Cell>> {
    let rows = table.columns.iter().enumerate().map(|(position, column)| {
        let known = !column.column_type.is_unknown();
        let user_defined = column.column_type.kind == trueup_schema::TypeKind::UserDefined;
        let data_type = if !known {
            Cell::Unknown
        } else if column.column_type.array {
            Cell::text("ARRAY")
        } else if user_defined {
            Cell::text("USER-DEFINED")
        } else {
            Cell::text(&column.column_type.name)
        };
        let default = match (&column.default, &column.generated) {
            (Some(default), _) => Cell::text(default.text()),
            (None, Some(Generated::Serial { sequence })) => {
                Cell::Text(format!("nextval('{sequence}'::regclass)"))
            }
            _ => Cell::Null,
        };
        let length = match column.column_type.modifiers.first().map(|text| text.parse()) {
            Some(Ok(number)) if column.column_type.name.starts_with("character") => Cell::Number(number),
            _ => Cell::Null,
        };
        vec![
            Cell::Unknown,
            namespace_of(schema, &table.name),
            Cell::text(&table.name.name),
            Cell::text(&column.name),
            Cell::Number(position as i128 + 1),
            data_type,
            if known { udt_name(&column.column_type.name, column.column_type.array) } else { Cell::Unknown },
            yes(column.nullable),
            default,
            if known { length } else { Cell::Unknown },
            yes(matches!(column.generated, Some(Generated::Identity(_)))),
        ]
    });
    rows.collect()
}

/// Returns the internal name of a type, `int4` for `integer`.
fn udt_name(name: &str, array: bool) -> Cell {
    let short = match name {
        "integer" => "int4",
        "bigint" => "int8",
        "smallint" => "int2",
        "boolean" => "bool",
        "character varying" => "varchar",
        "character" => "bpchar",
        "double precision" => "float8",
        "real" => "float4",
        "timestamp without time zone" => "timestamp",
        "timestamp with time zone" => "timestamptz",
        "time without time zone" => "time",
        "time with time zone" => "timetz",
        other => other,
    };
    Cell::Text(if array { format!("_{short}") } else { short.to_owned() })
}

/// Returns the named constraints of a table: name, kind, columns.
fn constraints(table: &Table) -> Vec<(String, &'static str, Vec<String>)> {
    let mut found = Vec::new();
    let mut add = |name: &Option<String>, kind, columns: &[String]| {
        if let Some(name) = name {
            found.push((name.clone(), kind, columns.to_vec()));
        }
    };
    if let Some(key) = &table.primary_key {
        add(&key.name, "PRIMARY KEY", &key.columns);
    }
    table.foreign_keys.iter().for_each(|key| add(&key.name, "FOREIGN KEY", &key.columns));
    table.uniques.iter().for_each(|unique| add(&unique.name, "UNIQUE", &unique.columns));
    table.checks.iter().for_each(|check| add(&check.name, "CHECK", &[]));
    table.excludes.iter().for_each(|exclude| add(&exclude.name, "EXCLUDE", &[]));
    found
}

fn key_rows(schema: &Schema, table: &Table) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for (name, _, columns) in constraints(table) {
        for (position, column) in columns.iter().enumerate() {
            let namespace = namespace_of(schema, &table.name);
            rows.push(vec![
                namespace.clone(),
                Cell::text(&name),
                namespace,
                Cell::text(&table.name.name),
                Cell::text(column),
                Cell::Number(position as i128 + 1),
            ]);
        }
    }
    rows
}

fn sequences(schema: &Schema) -> Vec<ObjectName> {
    let owned = schema.tables.values().flat_map(|table| &table.columns).filter_map(|column| {
        match &column.generated {
            Some(Generated::Serial { sequence }) => Some(sequence.clone()),
            _ => None,
        }
    });
    schema.sequences.keys().cloned().chain(owned).collect()
}

/// Returns every index of a table: name, unique, whether it is of the primary key.
fn all_indexes(table: &Table) -> Vec<(String, bool, bool)> {
    let mut found: Vec<(String, bool, bool)> =
        table.indexes.iter().map(|index| (index.name.clone(), index.unique, false)).collect();
    found.extend(table.primary_key.iter().filter_map(|key| Some((key.name.clone()?, true, true))));
    found.extend(table.uniques.iter().filter_map(|unique| Some((unique.name.clone()?, true, false))));
    found
}

fn pg_catalog(schema: &Schema, name: &str) -> Option<Virtual> {
    Some(match name {
        "pg_tables" => Virtual {
            columns: &["schemaname", "tablename"],
            rows: schema
                .tables
                .keys()
                .map(|name| vec![namespace_of(schema, name), Cell::text(&name.name)])
                .collect(),
        },
        "pg_views" | "pg_matviews" => Virtual {
            columns: if name == "pg_views" {
                &["schemaname", "viewname"]
            } else {
                &["schemaname", "matviewname"]
            },
            rows: schema
                .views
                .values()
                .filter(|view| view.materialized == (name == "pg_matviews"))
                .map(|view| vec![namespace_of(schema, &view.name), Cell::text(&view.name.name)])
                .collect(),
        },
        "pg_indexes" => Virtual {
            columns: &["schemaname", "tablename", "indexname", "indexdef"],
            rows: schema
                .tables
                .values()
                .flat_map(|table| all_indexes(table).into_iter().map(move |(name, _, _)| (table, name)))
                .map(|(table, name)| {
                    let namespace = namespace_of(schema, &table.name);
                    vec![namespace, Cell::text(&table.name.name), Cell::Text(name), Cell::Unknown]
                })
                .collect(),
        },
        "pg_sequences" => Virtual {
            columns: &["schemaname", "sequencename"],
            rows: sequences(schema)
                .iter()
                .map(|name| vec![namespace_of(schema, name), Cell::text(&name.name)])
                .collect(),
        },
        "pg_namespace" => {
            let names = [schema.dialect.default_namespace(), "pg_catalog", "information_schema"];
            let names = names.into_iter().chain(schema.namespaces.iter().map(String::as_str));
            let rows = names
                .map(|name| vec![Cell::Text(format!("oid:namespace:{name}")), Cell::text(name)])
                .collect();
            Virtual { columns: &["oid", "nspname"], rows }
        }
        "pg_class" => pg_class(schema),
        "pg_type" => Virtual {
            columns: &["oid", "typname", "typtype", "typnamespace"],
            rows: schema
                .enums
                .keys()
                .map(|name| (name, "e"))
                .chain(schema.domains.keys().map(|name| (name, "d")))
                .map(|(name, kind)| {
                    vec![
                        type_oid(name),
                        Cell::text(&name.name),
                        Cell::text(kind),
                        namespace_oid(schema, name),
                    ]
                })
                .collect(),
        },
        "pg_enum" => Virtual {
            columns: &["enumtypid", "enumlabel", "enumsortorder"],
            rows: schema
                .enums
                .values()
                .flat_map(|found| {
                    found.labels.iter().enumerate().map(move |(position, label)| {
                        vec![type_oid(&found.name), Cell::text(label), Cell::Number(position as i128 + 1)]
                    })
                })
                .collect(),
        },
        "pg_constraint" => Virtual {
            columns: &["conname", "contype", "conrelid", "connamespace", "confrelid", "oid"],
            rows: schema.tables.values().flat_map(|table| constraint_rows(schema, table)).collect(),
        },
        "pg_index" => Virtual {
            columns: &["indexrelid", "indrelid", "indisunique", "indisprimary", "indisvalid", "indisready"],
            rows: schema
                .tables
                .values()
                .flat_map(|table| all_indexes(table).into_iter().map(move |index| (table, index)))
                .map(|(table, (name, unique, primary))| {
                    let valid = table.index(&name).is_none_or(|index| index.valid);
                    vec![
                        relation_oid(schema, &table.name.sibling(name)),
                        relation_oid(schema, &table.name),
                        Cell::Bool(unique),
                        Cell::Bool(primary),
                        Cell::Bool(valid),
                        Cell::Bool(valid),
                    ]
                })
                .collect(),
        },
        "pg_extension" => Virtual {
            columns: &["extname"],
            rows: schema.extensions.keys().map(|name| vec![Cell::text(name)]).collect(),
        },
        "pg_attribute" => Virtual {
            columns: &["attrelid", "attname", "attnum", "attnotnull", "attisdropped"],
            rows: schema
                .tables
                .values()
                .flat_map(|table| {
                    table.columns.iter().enumerate().map(move |(position, column)| {
                        vec![
                            relation_oid(schema, &table.name),
                            Cell::text(&column.name),
                            Cell::Number(position as i128 + 1),
                            Cell::Bool(!column.nullable),
                            Cell::Bool(false),
                        ]
                    })
                })
                .collect(),
        },
        "pg_trigger" => Virtual {
            columns: &["tgname", "tgrelid", "tgisinternal"],
            rows: schema
                .tables
                .values()
                .flat_map(|table| table.triggers.iter().map(move |trigger| (table, trigger)))
                .map(|(table, trigger)| {
                    vec![Cell::text(&trigger.name), relation_oid(schema, &table.name), Cell::Bool(false)]
                })
                .collect(),
        },
        _ => return None,
    })
}

fn constraint_rows(schema: &Schema, table: &Table) -> Vec<Vec<Cell>> {
    let rows = constraints(table).into_iter().map(|(name, kind, _)| {
        let letter = match kind {
            "PRIMARY KEY" => "p",
            "FOREIGN KEY" => "f",
            "UNIQUE" => "u",
            "CHECK" => "c",
            _ => "x",
        };
        let key = table.foreign_keys.iter().find(|key| key.name.as_deref() == Some(name.as_str()));
        let referenced = key.map_or(Cell::Null, |key| relation_oid(schema, &key.referenced_table));
        vec![
            Cell::Text(name),
            Cell::text(letter),
            relation_oid(schema, &table.name),
            namespace_oid(schema, &table.name),
            referenced,
            Cell::Unknown,
        ]
    });
    rows.collect()
}

fn pg_class(schema: &Schema) -> Virtual {
    let mut rows = Vec::new();
    let mut add = |name: &ObjectName, kind: &str| {
        rows.push(vec![
            relation_oid(schema, name),
            Cell::text(&name.name),
            Cell::text(kind),
            namespace_oid(schema, name),
        ]);
    };
    for table in schema.tables.values() {
        add(&table.name, if table.partitioning.is_some() { "p" } else { "r" });
        for (name, _, _) in all_indexes(table) {
            add(&table.name.sibling(name), "i");
        }
    }
    for view in schema.views.values() {
        add(&view.name, if view.materialized { "m" } else { "v" });
    }
    for name in sequences(schema) {
        add(&name, "S");
    }
    Virtual { columns: &["oid", "relname", "relkind", "relnamespace"], rows }
}

fn sqlite_master(schema: &Schema) -> Virtual {
    let mut rows = Vec::new();
    let mut add = |kind: &str, name: &str, table: &str| {
        rows.push(vec![Cell::text(kind), Cell::text(name), Cell::text(table), Cell::Unknown]);
    };
    for table in schema.tables.values() {
        add("table", &table.name.name, &table.name.name);
        table.indexes.iter().for_each(|index| add("index", &index.name, &table.name.name));
        table.triggers.iter().for_each(|trigger| add("trigger", &trigger.name, &table.name.name));
    }
    for view in schema.views.values() {
        add("view", &view.name.name, &view.name.name);
    }
    Virtual { columns: &["type", "name", "tbl_name", "sql"], rows }
}

/// Answers `PRAGMA table_info(t)`, `index_list(t)`, `foreign_key_list(t)`; nothing when the text is no such query.
pub(super) fn pragma(schema: &Schema, sql: &str) -> Option<Answer> {
    let tokens = text::tokens(Dialect::Sqlite, sql);
    if !tokens.first()?.is_keyword("pragma") {
        return None;
    }
    let Some(Token::Word { text: name, .. }) = tokens.get(1) else {
        return Some(super::unknown("the pragma is not modelled"));
    };
    let argument = tokens.iter().skip(2).find_map(|token| match token {
        Token::Word { text, .. } | Token::Text(text) => Some(text.clone()),
        _ => None,
    });
    let table = argument.and_then(|argument| {
        let found = schema.tables.values().find(|table| table.name.name.eq_ignore_ascii_case(&argument));
        found.cloned()
    });
    let answer = |keys: &[&str], rows: Vec<Vec<Value>>| {
        Some(Answer::Rows { keys: keys.iter().map(|key| (*key).to_owned()).collect(), rows })
    };
    let number = |position: usize| Value::Int(position as i128);
    match name.as_str() {
        "table_info" | "table_xinfo" => {
            let rows = table.iter().flat_map(|table| {
                let key: Vec<String> =
                    table.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default();
                table.columns.iter().enumerate().map(move |(position, column)| {
                    let in_key = key.iter().position(|name| *name == column.name).map_or(0, |at| at + 1);
                    vec![
                        number(position),
                        Value::str(&column.name),
                        Value::from(column.column_type.to_string()),
                        number(usize::from(!column.nullable)),
                        column.default.as_ref().map_or(Value::None, |default| Value::str(default.text())),
                        number(in_key),
                    ]
                })
            });
            answer(&["cid", "name", "type", "notnull", "dflt_value", "pk"], rows.collect())
        }
        "index_list" => {
            let rows = table.iter().flat_map(|table| {
                table.indexes.iter().enumerate().map(move |(position, index)| {
                    vec![
                        number(position),
                        Value::str(&index.name),
                        number(usize::from(index.unique)),
                        Value::str("c"),
                        number(usize::from(index.predicate.is_some())),
                    ]
                })
            });
            answer(&["seq", "name", "unique", "origin", "partial"], rows.collect())
        }
        "index_info" => {
            let argument = tokens.iter().skip(2).find_map(|token| match token {
                Token::Word { text, .. } | Token::Text(text) => Some(text.as_str()),
                _ => None,
            });
            let index = schema
                .tables
                .values()
                .flat_map(|table| &table.indexes)
                .find(|index| Some(index.name.as_str()) == argument);
            let rows =
                index.into_iter().flat_map(|index| index.parts.iter().enumerate()).map(|(position, part)| {
                    let name = match &part.key {
                        IndexKey::Column(name) => Value::str(name),
                        IndexKey::Expression(_) => Value::None,
                    };
                    vec![number(position), number(position), name]
                });
            answer(&["seqno", "cid", "name"], rows.collect())
        }
        "foreign_key_list" => {
            let rows = table.iter().flat_map(|table| {
                table.foreign_keys.iter().enumerate().flat_map(move |(id, key)| {
                    key.columns.iter().enumerate().map(move |(position, column)| {
                        let target = key.referenced_columns.get(position).map_or(Value::None, Value::str);
                        vec![
                            number(id),
                            number(position),
                            Value::str(&key.referenced_table.name),
                            Value::str(column),
                            target,
                        ]
                    })
                })
            });
            answer(&["id", "seq", "table", "from", "to"], rows.collect())
        }
        _ => Some(super::unknown("the pragma is not modelled")),
    }
}
