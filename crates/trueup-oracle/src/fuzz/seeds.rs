//! The texts that fuzzing starts from: what is in the tree, and the fetched packages when they are there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::paths;

/// Texts larger than this are not worth their time.
const MAX_SEED_BYTES: u64 = 200_000;

/// Returns all seeds of one kind: `py`, `sql`, `ini` or `toml`.
pub(crate) fn of_kind(kind: &str) -> Vec<Vec<u8>> {
    let root = paths::workspace();
    let mut out = Vec::new();
    for folder in ["crates", "examples", "fuzz/regressions"] {
        for file in files_below(&root.join(folder), 12) {
            let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            if extension == kind {
                out.extend(fs::read(&file).ok());
            } else if extension == "md"
                && let Ok(text) = fs::read_to_string(&file)
            {
                out.extend(blocks(&text, kind));
            }
        }
    }
    if let Ok(corpus) = paths::cache("corpus") {
        for file in files_below(&corpus, 14) {
            let path = file.to_string_lossy();
            let is_migration =
                ["alembic", "migration", "versions", "models"].iter().any(|word| path.contains(word));
            if path.ends_with(&format!(".{kind}")) && is_migration {
                out.extend(fs::read(&file).ok());
            } else if kind == "sql" && path.ends_with(".py") && is_migration {
                out.extend(fs::read_to_string(&file).ok().iter().flat_map(|text| statements(text)));
            }
        }
    }
    out.retain(|seed| !seed.is_empty());
    out.sort();
    out.dedup();
    out
}

/// Returns the fenced blocks of a page whose information string begins with the kind.
fn blocks(page: &str, kind: &str) -> Vec<Vec<u8>> {
    let names: &[&str] = match kind {
        "py" => &["py", "python"],
        "sql" => &["sql"],
        "ini" => &["ini"],
        _ => &["toml"],
    };
    let mut out = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("```") {
            match open.take() {
                Some((true, text)) => out.push(text.into_bytes()),
                Some(_) => {}
                None => {
                    let word = rest.split_whitespace().next().unwrap_or_default();
                    open = Some((names.contains(&word), String::new()));
                }
            }
        } else if let Some((_, text)) = &mut open {
            text.push_str(line);
            text.push('\n');
        }
    }
    out
}

/// Returns the string literals of Python text that look like SQL.
fn statements(python: &str) -> Vec<Vec<u8>> {
    const WORDS: &[&str] =
        &["create", "alter", "drop", "update", "insert", "delete", "select", "do $$", "comment"];
    let mut out = Vec::new();
    for quote in ["\"\"\"", "'''", "\""] {
        for literal in python.split(quote).skip(1).step_by(2) {
            let start = literal.trim_start().to_lowercase();
            // Between the quotes of a longer delimiter lies the same text once more.
            let is_new = !out.iter().any(|known: &Vec<u8>| known == literal.as_bytes());
            if is_new && literal.len() > 12 && WORDS.iter().any(|word| start.starts_with(word)) {
                out.push(literal.as_bytes().to_vec());
            }
        }
    }
    out
}

/// Returns the files below a folder, sorted, without following links.
fn files_below(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut out = Vec::new();
    for entry in entries {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && depth > 0 && entry.file_name() != "target" {
            out.extend(files_below(&entry.path(), depth - 1));
        } else if kind.is_file() && entry.metadata().is_ok_and(|metadata| metadata.len() <= MAX_SEED_BYTES) {
            out.push(entry.path());
        }
    }
    out
}

/// Types as people and servers write them.
pub(crate) const TYPES: &[&str] = &[
    "integer",
    "int4",
    "bigint",
    "smallserial",
    "serial",
    "numeric(10,2)",
    "numeric(3,-2)",
    "decimal",
    "real",
    "double precision",
    "float(24)",
    "varchar(255)",
    "character varying",
    "char(3)",
    "bpchar",
    "text",
    "name",
    "\"char\"",
    "timestamp",
    "timestamp(3) with time zone",
    "timestamptz",
    "time without time zone",
    "timetz(2)",
    "interval day to second(3)",
    "interval(6)",
    "date",
    "boolean",
    "bool",
    "uuid",
    "jsonb",
    "json[]",
    "text[][]",
    "integer[3]",
    "integer ARRAY[4]",
    "bit varying(5)",
    "bit(8)",
    "bytea",
    "inet",
    "cidr",
    "macaddr8",
    "tsvector",
    "int4range",
    "tstzmultirange",
    "money",
    "xml",
    "public.my_enum",
    "\"My Schema\".\"My Type\"[]",
    "geometry(Point,4326)",
    "vector(1536)",
    "citext",
    "hstore",
    "ltree",
    "national character varying(20)",
    "nchar(4)",
    "pg_catalog.int4",
    "VARCHAR(255) COLLATE \"C\"",
    "BLOB",
    "NVARCHAR(40)",
    "UNSIGNED BIG INT",
    "",
    "DATETIME",
    "DOUBLE",
    "TINYINT(1)",
    "xyz(1,'a')",
    "setof text",
    "oid",
    "regclass",
    "bigint(20)",
];

/// Expressions as people and servers write them.
pub(crate) const EXPRESSIONS: &[&str] = &[
    "now()",
    "CURRENT_TIMESTAMP",
    "nextval('t_id_seq'::regclass)",
    "'a'::text",
    "'a'::character varying",
    "(1)",
    "((a > 0) AND (b IS NOT NULL))",
    "a IN (1, 2, 3)",
    "a = ANY (ARRAY['x'::text, 'y'::text])",
    "(status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])",
    "lower(name)",
    "lower((name)::text)",
    "coalesce(a, 'x') || b",
    "CASE WHEN a THEN 1 ELSE 2 END",
    "a BETWEEN 1 AND 2",
    "NOT (a OR b)",
    "a -> 'b' ->> 'c'",
    "data #>> '{a,b}'",
    "EXTRACT(year FROM d)",
    "date_trunc('day', ts)",
    "a::numeric(10,2) * 2.50",
    "-1",
    "- 1.5e10",
    "'it''s'",
    "E'\\n'",
    "B'101'",
    "x'ff'",
    "true",
    "'t'::boolean",
    "NULL",
    "NULL::text",
    "gen_random_uuid()",
    "'{}'::jsonb",
    "'[]'",
    "timezone('utc'::text, now())",
    "(now() AT TIME ZONE 'utc')",
    "a COLLATE \"C\"",
    "a ~ '^[a-z]+$'",
    "a LIKE 'x%'",
    "a ~~ 'x%'::text",
    "a IS DISTINCT FROM b",
    "a IS NULL",
    "interval '1 day'",
    "'1 day'::interval",
    "ARRAY[1,2]",
    "'{1,2}'::integer[]",
    "(a, b) = (1, 2)",
    "EXISTS (SELECT 1 FROM t)",
    "f(VARIADIC x)",
    "a[1:2]",
    "(x).y",
    "\"Mixed Case\" <> ''",
    "length(trim(both ' ' from a)) > 0",
    "substring(a from 1 for 3)",
    "overlay(a placing b from 1)",
    "strftime('%s','now')",
    "datetime('now')",
    "(datetime('now','localtime'))",
    "json_valid(data)",
    "a GLOB '*x'",
    "a NOT IN ('x')",
    "a <> ALL (ARRAY['x'])",
    "SELECT a, b FROM t WHERE c ORDER BY d",
    "SELECT t.a FROM t JOIN u ON t.id = u.id GROUP BY 1 HAVING count(*) > 1",
    "BEGIN NEW.a := now(); RETURN NEW; END",
    "EXECUTE FUNCTION f()",
];

/// Configuration files in the forms that Alembic's templates have.
pub(crate) const INIS: &[&str] = &[
    "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = .\nversion_path_separator = os\n\
     version_locations = %(here)s/a:%(here)s/b\nsqlalchemy.url = postgresql+psycopg2://u:p%%40@h/d\n\
     file_template = %%(year)d_%%(rev)s\n",
    "[DEFAULT]\na = %(b)s\nb = %(a)s\n[alembic:x]\nkey: value\n  more\n  %(key)s\n; comment\n# other\n",
    "[alembic]\nscript_location=migrations\nrecursive_version_locations = true\n[loggers]\nkeys = root,sqlalchemy\n",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_alone_has_seeds_of_every_kind() {
        for kind in ["py", "sql", "ini"] {
            assert!(!of_kind(kind).is_empty(), "{kind}");
        }
    }

    #[test]
    fn sql_is_found_in_python() {
        let found =
            statements("op.execute(\"\"\"\n  CREATE TABLE t (a int)\"\"\")\nx = \"not this one, sorry\"\n");
        assert_eq!(found, [b"\n  CREATE TABLE t (a int)".to_vec()]);
    }
}
