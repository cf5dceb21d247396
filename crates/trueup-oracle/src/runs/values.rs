//! Rows for any table: as many values as it must have, and a few more.

use crate::random::Random;

/// What is known of a column.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) type_name: String,
    /// It must have a value, and nothing gives it one.
    pub(super) is_needed: bool,
    /// It is part of the primary key.
    pub(super) is_key: bool,
}

/// Returns no or some statements for a table. A database may refuse them; then both do.
pub(super) fn inserts(table: &str, columns: &[Column], random: &mut Random) -> Vec<String> {
    (0..random.below(3)).map(|_| insert(table, columns, random)).collect()
}

fn insert(table: &str, columns: &[Column], random: &mut Random) -> String {
    let mut names = Vec::new();
    let mut values = Vec::new();
    for column in columns {
        // Foreign keys would rarely find what they want.
        let is_free = !column.is_key && !column.name.starts_with("ref") && !column.name.ends_with("_id");
        if column.is_needed || is_free && random.one_in(2) {
            names.push(format!("\"{}\"", column.name.replace('"', "\"\"")));
            values.push(value(&column.type_name, random));
        }
    }
    if names.is_empty() {
        return format!("INSERT INTO {table} DEFAULT VALUES");
    }
    format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "))
}

fn value(type_name: &str, random: &mut Random) -> String {
    let name = type_name.to_lowercase();
    let number = 1 + random.below(9);
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["[]", "array"]) {
        "'{}'".to_owned()
    } else if has(&["bool"]) {
        (*random.pick(&["TRUE", "FALSE"])).to_owned()
    } else if has(&["interval"]) {
        "'3 days'".to_owned()
    } else if has(&["range"]) {
        "'[1,4)'".to_owned()
    } else if has(&["int", "serial"]) {
        number.to_string()
    } else if has(&["timestamp", "datetime"]) {
        "'2001-02-03 04:05:06'".to_owned()
    } else if has(&["date"]) {
        "'2001-02-03'".to_owned()
    } else if has(&["time"]) {
        "'04:05:06'".to_owned()
    } else if has(&["numeric", "decimal", "float", "real", "double"]) {
        format!("{number}.5")
    } else if has(&["json"]) {
        "'{\"a\": 1}'".to_owned()
    } else if has(&["uuid"]) {
        format!("'00000000-0000-0000-0000-00000000000{number}'")
    } else if has(&["inet"]) {
        "'10.0.0.1'".to_owned()
    } else if has(&["bytea", "blob"]) {
        "'ab'".to_owned()
    } else {
        format!("'v{number}'")
    }
}
