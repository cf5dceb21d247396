//! Names that tables, views, sequences and indexes share, looked up while tables change in every way.

use trueup_schema::{Dialect, Index, ObjectKind, ObjectName, PrimaryKey, Schema, Table};

fn table(name: &str, index: &str) -> Table {
    let mut table = Table::new(ObjectName::new(name));
    table.indexes.push(Index::new(index, &["id"]));
    table.primary_key = Some(PrimaryKey::new(Some(format!("{name}_pkey")), vec!["id".to_owned()]));
    table
}

fn owner(schema: &Schema, name: &str) -> Option<String> {
    // Often enough that the lookup is used, and not a scan.
    for _ in 0..7 {
        schema.relation(&ObjectName::new(name));
    }
    schema.relation(&ObjectName::new(name))?.table.map(|table| table.to_string())
}

#[test]
fn a_name_is_found_wherever_it_moved() {
    let mut schema = Schema::new(Dialect::Postgresql);
    for at in 0..20 {
        schema.insert_table(table(&format!("t{at}"), &format!("ix{at}")));
    }
    assert_eq!(owner(&schema, "ix7").as_deref(), Some("t7"));
    assert_eq!(owner(&schema, "t7_pkey").as_deref(), Some("t7"));

    schema.table_mut(&"t7".into()).unwrap().indexes[0].name = "moved".to_owned();
    assert_eq!(owner(&schema, "ix7"), None);
    assert_eq!(owner(&schema, "moved").as_deref(), Some("t7"));

    let index = schema.table_mut(&"t19".into()).unwrap().indexes.remove(0);
    schema.table_mut(&"t0".into()).unwrap().indexes.push(index);
    assert_eq!(
        owner(&schema, "ix19").as_deref(),
        Some("t0"),
        "an earlier table took the name of a later one"
    );

    for name in ["t3", "t4", "t18"] {
        schema.tables.shift_remove(&ObjectName::new(name));
    }
    assert_eq!(owner(&schema, "ix4"), None);
    assert_eq!(owner(&schema, "ix5").as_deref(), Some("t5"));

    schema.tables.shift_remove(&ObjectName::new("t1"));
    schema.insert_table(table("t4", "ix4"));
    for (name, wanted) in [("ix4", Some("t4")), ("ix1", None), ("ix19", Some("t0")), ("ix17", Some("t17"))] {
        assert_eq!(owner(&schema, name).as_deref(), wanted, "{name}");
    }
}

#[test]
fn a_copy_answers_for_itself() {
    let mut schema = Schema::new(Dialect::Postgresql);
    schema.insert_table(table("t", "ix"));
    assert!(owner(&schema, "ix").is_some());
    let copy = schema.clone();
    schema.tables.clear();
    assert_eq!(owner(&schema, "ix"), None);
    assert_eq!(owner(&copy, "ix").as_deref(), Some("t"));
    assert_eq!(copy.relation(&"t_pkey".into()).unwrap().kind, ObjectKind::PrimaryKey);
}

#[test]
fn constraints_have_no_index_of_their_name_on_sqlite() {
    let mut schema = Schema::new(Dialect::Sqlite);
    schema.insert_table(table("t", "ix"));
    assert_eq!(owner(&schema, "t_pkey"), None);
    assert_eq!(owner(&schema, "ix").as_deref(), Some("t"));
}
