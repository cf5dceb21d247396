//! Compares SQLite databases by what SQLite itself says about them.
//!
//! The stored statements differ in quoting and order where nothing differs, so tables are described by the pragmas;
//! only what the pragmas leave out (checks, names of constraints, AUTOINCREMENT) is taken from the text.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use rusqlite::Connection;

use super::dump::Objects;

/// Opens a file that does not exist yet, executes statements and returns those that SQLite refuses.
pub fn create(file: &Path, statements: &[String]) -> Result<(Connection, Vec<String>)> {
    let connection = Connection::open(file)?;
    let mut refused = Vec::new();
    for statement in statements {
        if let Err(error) = connection.execute_batch(statement) {
            refused.push(format!("refused {error}\n    {}", one_line(statement)));
        }
    }
    Ok((connection, refused))
}

/// Cuts a stored schema into statements; SQLite's own tables are made by SQLite alone.
pub fn statements(dump: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut open = String::new();
    for line in dump.lines() {
        open.push_str(line);
        open.push('\n');
        let is_trigger = open.trim_start().to_uppercase().starts_with("CREATE TRIGGER");
        let end = line.trim_end().to_uppercase();
        if end.ends_with(';') && (!is_trigger || end.ends_with("END;")) {
            out.push(std::mem::take(&mut open));
        }
    }
    out.push(open);
    out.retain(|statement| !statement.trim().is_empty() && !statement.contains("CREATE TABLE sqlite_"));
    // A dump is in the order of names, and an index may come before its table.
    out.sort_by_key(|statement| !statement.trim_start().to_uppercase().starts_with("CREATE TABLE"));
    out
}

/// Describes every object of a database but Alembic's version table.
pub fn objects(connection: &Connection) -> Result<Objects> {
    let mut out = Objects::new();
    let mut statement = connection.prepare(
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2",
    )?;
    let rows: Vec<[String; 4]> = statement
        .query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?
        .collect::<Result<_, _>>()?;
    let version_tables: Vec<String> = rows
        .iter()
        .filter(|[kind, name, _, _]| kind == "table" && is_version_table(connection, name))
        .map(|[_, name, _, _]| name.clone())
        .collect();
    for [kind, name, table, sql] in rows {
        if version_tables.contains(&table) {
            continue;
        }
        let text = match kind.as_str() {
            "table" => describe_table(connection, &name, &sql)?,
            "index" => describe_index(connection, &name, &sql)?,
            _ => tokens(&sql),
        };
        out.insert(format!("{} {name}", kind.to_uppercase()), text);
    }
    Ok(out)
}

fn is_version_table(connection: &Connection, name: &str) -> bool {
    let columns = connection.prepare("SELECT name FROM pragma_table_info(?1)").and_then(|mut statement| {
        statement.query_map([name], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()
    });
    columns.is_ok_and(|columns| columns == ["version_num"])
}

fn describe_table(connection: &Connection, name: &str, sql: &str) -> Result<String> {
    let mut out = String::new();
    let mut lines = |query: &str, prefix: &str, sort: bool| -> Result<()> {
        let mut statement = connection.prepare(query)?;
        let count = statement.column_count();
        let mut found: Vec<String> = statement
            .query_map([name], |row| {
                let cells = (0..count).map(|at| Ok(cell(row.get_ref(at)?)));
                Ok(cells.collect::<Result<Vec<_>, rusqlite::Error>>()?.join(" "))
            })?
            .collect::<Result<_, _>>()?;
        if sort {
            found.sort();
        }
        for line in found {
            writeln!(out, "{prefix} {}", line.trim_end())?;
        }
        Ok(())
    };
    lines(
        "SELECT name, upper(replace(type, ', ', ',')), CASE \"notnull\" WHEN 1 THEN 'NOT NULL' ELSE '' END,
            CASE WHEN dflt_value IS NULL THEN '' ELSE 'DEFAULT ' || dflt_value END,
            CASE pk WHEN 0 THEN '' ELSE 'PK' || pk END, CASE hidden WHEN 0 THEN '' ELSE 'HIDDEN' || hidden END
         FROM pragma_table_xinfo(?1) ORDER BY cid",
        "column",
        false,
    )?;
    lines(
        "SELECT group_concat(f.\"from\" || '->' || coalesce(f.\"to\", '')), lower(f.\"table\"), f.on_update, f.on_delete, f.\"match\"
         FROM (SELECT * FROM pragma_foreign_key_list(?1) ORDER BY id, seq) f GROUP BY f.id, 2, 3, 4, 5",
        "foreign key",
        true,
    )?;
    lines(
        "SELECT (SELECT group_concat(coalesce(i.name, '?')) FROM pragma_index_info(l.name) i)
         FROM pragma_index_list(?1) l WHERE l.origin = 'u'",
        "unique",
        true,
    )?;
    let words = tokens(sql);
    let mut named: Vec<String> =
        constraints(&words, "CONSTRAINT").into_iter().map(|text| format!("{text}\n")).collect();
    named.extend(constraints(&words, "CHECK").into_iter().map(|text| format!("{text}\n")));
    named.sort();
    out.extend(named);
    for word in ["AUTOINCREMENT", "STRICT", "WITHOUT ROWID", "COLLATE"] {
        let count = words.matches(word).count();
        if count > 0 {
            writeln!(out, "{word} {count}")?;
        }
    }
    Ok(out)
}

fn describe_index(connection: &Connection, name: &str, sql: &str) -> Result<String> {
    let mut statement = connection.prepare(
        "SELECT coalesce(name, 'expression') || CASE \"desc\" WHEN 1 THEN ' DESC' ELSE '' END || ' ' || coll
         FROM pragma_index_xinfo(?1) WHERE key = 1 ORDER BY seqno",
    )?;
    let columns: Vec<String> = statement.query_map([name], |row| row.get(0))?.collect::<Result<_, _>>()?;
    // Ascending is what is meant without a word.
    let words = tokens(sql).replace(" ASC ", " ");
    let unique = if words.starts_with("CREATE UNIQUE") { "UNIQUE " } else { "" };
    let mut out = format!("{unique}{}\n", columns.join(", "));
    let has_expression = columns.iter().any(|column| column.starts_with("expression"));
    if has_expression || words.contains(" WHERE ") {
        let rest = words.split_once(" ON ").map_or(words.as_str(), |(_, rest)| rest);
        out.push_str(&without_outer_parentheses(rest));
        out.push('\n');
    }
    Ok(out)
}

/// A predicate in parentheses as a whole is the same without them.
fn without_outer_parentheses(words: &str) -> String {
    let Some((before, predicate)) = words.split_once(" WHERE ( ") else { return words.to_owned() };
    let mut depth = 1;
    let tokens: Vec<&str> = predicate.split(' ').collect();
    let end = tokens.iter().position(|token| {
        depth += i32::from(*token == "(") - i32::from(*token == ")");
        depth == 0
    });
    match end {
        Some(end) if end + 1 == tokens.len() => format!("{before} WHERE {}", tokens[..end].join(" ")),
        _ => words.to_owned(),
    }
}

/// The table's constraints that begin with a keyword, each up to the end of its parentheses.
fn constraints(words: &str, keyword: &str) -> Vec<String> {
    let tokens: Vec<&str> = words.split(' ').collect();
    let mut out = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if *token != keyword {
            continue;
        }
        let mut depth = 0;
        let mut text: Vec<&str> = Vec::new();
        for token in &tokens[at..] {
            match *token {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth < 0 || depth == 0 && *token == "," {
                break;
            }
            text.push(token);
            // A named check is told with its name.
            if depth == 0 && *token == ")" {
                break;
            }
        }
        let is_named_check = keyword == "CHECK" && at >= 2 && tokens[at - 2] == "CONSTRAINT";
        if !is_named_check {
            out.push(text.join(" "));
        }
    }
    out
}

/// The statement's tokens with one blank between them: keywords and names alike without quotes, literals as they are.
fn tokens(sql: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut letters = sql.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            _ if letter.is_whitespace() => {}
            '\'' => {
                let mut literal = String::from("'");
                for letter in letters.by_ref() {
                    literal.push(letter);
                    if letter == '\'' {
                        break;
                    }
                }
                out.push(literal);
            }
            '"' | '`' | '[' => {
                let end = if letter == '[' { ']' } else { letter };
                out.push(letters.by_ref().take_while(|letter| *letter != end).collect());
            }
            _ if letter.is_alphanumeric() || letter == '_' => {
                let mut word = String::from(letter);
                while let Some(next) =
                    letters.next_if(|next| next.is_alphanumeric() || *next == '_' || *next == '.')
                {
                    word.push(next);
                }
                let upper = word.to_uppercase();
                out.push(if KEYWORDS.contains(&upper.as_str()) { upper } else { word });
            }
            _ => out.push(letter.to_string()),
        }
    }
    out.join(" ")
}

const KEYWORDS: &[&str] = &[
    "CREATE",
    "UNIQUE",
    "INDEX",
    "TABLE",
    "ON",
    "WHERE",
    "CHECK",
    "CONSTRAINT",
    "PRIMARY",
    "KEY",
    "FOREIGN",
    "REFERENCES",
    "NOT",
    "NULL",
    "AND",
    "OR",
    "IN",
    "IS",
    "AUTOINCREMENT",
    "STRICT",
    "WITHOUT",
    "ROWID",
    "COLLATE",
    "ASC",
    "TRIGGER",
    "VIEW",
    "BEGIN",
    "END",
    "SELECT",
    "FROM",
    "BETWEEN",
    "LIKE",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "DESC",
];

fn cell(value: rusqlite::types::ValueRef<'_>) -> String {
    match value {
        rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        rusqlite::types::ValueRef::Integer(number) => number.to_string(),
        _ => String::new(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(sql: &str) -> Objects {
        let connection = Connection::open_in_memory().expect("SQLite opens");
        connection.execute_batch(sql).expect("the statements are valid");
        objects(&connection).expect("SQLite describes itself")
    }

    #[test]
    fn spelling_makes_no_difference() {
        let one = described(
            "CREATE TABLE \"t\" (a INTEGER NOT NULL, b VARCHAR(3), PRIMARY KEY (a), CHECK (b in ('x')))",
        );
        let other = described(
            "create table t (\n a integer not null,\n b varchar(3), check (\"b\" IN ('x')), primary key (a))",
        );
        assert_eq!(one, other);
    }

    #[test]
    fn what_is_different_is_seen() {
        let base = described("CREATE TABLE t (a INTEGER, b TEXT); CREATE INDEX i ON t (a) WHERE b > 1");
        for sql in [
            "CREATE TABLE t (a INTEGER NOT NULL, b TEXT); CREATE INDEX i ON t (a) WHERE b > 1",
            "CREATE TABLE t (a INTEGER, b TEXT, CHECK (a > 0)); CREATE INDEX i ON t (a) WHERE b > 1",
            "CREATE TABLE t (a INTEGER, b TEXT); CREATE INDEX i ON t (a) WHERE b > 2",
            "CREATE TABLE t (a INTEGER, b TEXT); CREATE INDEX i ON t (a DESC) WHERE b > 1",
            "CREATE TABLE t (a INTEGER, b TEXT, UNIQUE (a)); CREATE INDEX i ON t (a) WHERE b > 1",
            "CREATE TABLE t (a INTEGER REFERENCES t (b), b TEXT); CREATE INDEX i ON t (a) WHERE b > 1",
        ] {
            assert_ne!(base, described(sql), "{sql}");
        }
    }
}
