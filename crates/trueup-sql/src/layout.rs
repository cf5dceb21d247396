//! Writes generated statements as people do: names without the quotes that they do not need, a table's columns one below
//! the other.
//!
//! Only names in places where nothing but a name can stand are touched; inside of expressions quotes stay, because
//! SQLite reads `"word"` as a text where there is no such column.

use trueup_schema::Dialect;

use crate::lex::{Kind, Lexer};

/// Words that are no names without quotes, in one of the dialects at least.
///
/// Source: PostgreSQL 17 Appendix C (reserved, and those that cannot be function or type names), SQLite "SQLite
/// Keywords" (<https://sqlite.org/lang_keywords.html>).
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "abort", "action", "add", "after", "all", "alter", "always", "analyse", "analyze", "and", "any", "array",
    "as", "asc", "asymmetric", "attach", "authorization", "autoincrement", "before", "begin", "between",
    "bigint", "binary", "bit", "boolean", "both", "by", "cascade", "case", "cast", "char", "character",
    "check", "coalesce", "collate", "collation", "column", "commit", "concurrently", "conflict", "constraint",
    "create", "cross", "current", "current_catalog", "current_date", "current_role", "current_schema",
    "current_time", "current_timestamp", "current_user", "database", "dec", "decimal", "default",
    "deferrable", "deferred", "delete", "desc", "detach", "distinct", "do", "drop", "each", "else", "end",
    "escape", "except", "exclude", "exclusive", "exists", "explain", "extract", "fail", "false", "fetch",
    "filter", "first", "float", "following", "for", "foreign", "freeze", "from", "full", "generated", "glob",
    "grant", "greatest", "group", "grouping", "groups", "having", "if", "ignore", "ilike", "immediate", "in",
    "index", "indexed", "initially", "inner", "inout", "insert", "instead", "int", "integer", "intersect",
    "interval", "into", "is", "isnull", "join", "json", "json_array", "json_arrayagg", "json_exists",
    "json_object", "json_objectagg", "json_query", "json_scalar", "json_serialize", "json_table",
    "json_value", "key", "last", "lateral", "leading", "least", "left", "like", "limit", "localtime",
    "localtimestamp", "match", "materialized", "merge_action", "national", "natural", "nchar", "no", "none",
    "normalize", "not", "nothing", "notnull", "null", "nullif", "nulls", "numeric", "of", "offset", "on",
    "only", "or", "order", "others", "out", "outer", "over", "overlaps", "overlay", "partition", "placing",
    "plan", "position", "pragma", "preceding", "precision", "primary", "query", "raise", "range", "real",
    "recursive", "references", "regexp", "reindex", "release", "rename", "replace", "restrict", "returning",
    "right", "rollback", "row", "rows", "savepoint", "select", "session_user", "set", "setof", "similar",
    "smallint", "some", "substring", "symmetric", "system_user", "table", "tablesample", "temp", "temporary",
    "then", "ties", "time", "timestamp", "to", "trailing", "transaction", "treat", "trigger", "trim", "true",
    "unbounded", "union", "unique", "update", "user", "using", "vacuum", "values", "varchar", "variadic",
    "verbose", "view", "virtual", "when", "where", "window", "with", "within", "without", "xmlattributes",
    "xmlconcat", "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot",
    "xmlserialize", "xmltable",
];

/// Words after which expressions may stand.
const EXPRESSIONS: [&str; 7] = ["WHERE", "AS", "USING", "SELECT", "VALUES", "SET", "EXECUTE"];

/// Returns a statement as people write it; one that is not a definition of tables, indexes and the like stays as it is.
///
/// ```
/// use trueup_schema::Dialect;
///
/// let sql = r#"CREATE TABLE "t" ("id" integer, "order" text, UNIQUE ("id"))"#;
/// let expected = "CREATE TABLE t (\n    id integer,\n    \"order\" text,\n    UNIQUE (id)\n)";
/// assert_eq!(trueup_sql::laid_out(Dialect::Postgresql, sql), expected);
/// ```
pub fn laid_out(dialect: Dialect, sql: &str) -> String {
    let (tokens, errors) = Lexer::all(dialect, sql);
    let word = |at: usize| tokens.get(at).map_or("", |token| &sql[token.start..token.end]);
    let begins = word(0).to_ascii_uppercase();
    if !errors.is_empty() || !matches!(begins.as_str(), "CREATE" | "ALTER" | "DROP" | "COMMENT") {
        return sql.to_owned();
    }
    let is_table = (1..4).any(|at| word(at).eq_ignore_ascii_case("TABLE")) && begins == "CREATE";
    let is_index = (1..3).any(|at| word(at).eq_ignore_ascii_case("INDEX"));
    let mut out = String::with_capacity(sql.len() + 64);
    // For each open parenthesis, and for the statement itself: whether only names stand where a name may.
    let mut names = vec![true];
    let mut copied = 0;
    let (mut opened, mut has_body) = (0, false);
    for (at, token) in tokens.iter().enumerate() {
        out.push_str(&sql[copied..token.start]);
        copied = token.end;
        let text = &sql[token.start..token.end];
        let before = at.checked_sub(1).map(|at| (tokens[at].kind, word(at)));
        let is_body = has_body && names.len() == 2;
        match (token.kind, text) {
            (Kind::Punctuation, "(") => {
                let named = is_list(before, is_index && names.len() == 1);
                names.push(named && names.last() == Some(&true));
                out.push('(');
                opened += 1;
                if is_table && opened == 1 && named {
                    has_body = true;
                    out.push_str("\n    ");
                    copied += blanks(&sql[copied..]);
                }
            }
            (Kind::Punctuation, ")") => {
                if is_body {
                    out.push('\n');
                    has_body = false;
                }
                if names.len() > 1 {
                    names.pop();
                }
                out.push(')');
            }
            (Kind::Punctuation, ",") if is_body => {
                out.push_str(",\n    ");
                copied += blanks(&sql[copied..]);
            }
            (Kind::Quoted, _) if names.last() == Some(&true) && !is_default(before) => {
                out.push_str(plain(text));
            }
            (Kind::Word, _) => {
                let ends = EXPRESSIONS.iter().any(|word| word.eq_ignore_ascii_case(text));
                if ends && !(is_index && text.eq_ignore_ascii_case("USING")) && names.len() == 1 {
                    names[0] = false;
                }
                out.push_str(text);
            }
            _ => out.push_str(text),
        }
    }
    out.push_str(&sql[copied..]);
    out
}

/// Returns a name as people write it: in quotes only where it needs them.
pub fn written_name(name: &str) -> String {
    plain(&trueup_schema::name::quote_identifier(name)).to_owned()
}

/// Tells whether what a parenthesis opens after a token is a list of names or of columns.
fn is_list(before: Option<(Kind, &str)>, is_index: bool) -> bool {
    match before {
        Some((Kind::Quoted, _)) => true,
        Some((Kind::Word, word)) => {
            let lists = ["KEY", "UNIQUE", "INCLUDE", "DISTINCT"];
            is_index || lists.iter().any(|list| list.eq_ignore_ascii_case(word))
        }
        _ => false,
    }
}

/// Tells whether a value follows: SQLite takes a text in double quotes.
fn is_default(before: Option<(Kind, &str)>) -> bool {
    before.is_some_and(|(kind, word)| {
        kind == Kind::Operator
            || word.eq_ignore_ascii_case("DEFAULT")
            || word.eq_ignore_ascii_case("COLLATE")
            || word.eq_ignore_ascii_case("IS")
    })
}

/// Returns a quoted name without quotes, where it means the same.
fn plain(quoted: &str) -> &str {
    let Some(name) = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return quoted };
    let is_simple =
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            && !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit());
    if is_simple && KEYWORDS.binary_search(&name).is_err() { name } else { quoted }
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests {
    use trueup_schema::Dialect;

    use super::{KEYWORDS, laid_out};

    #[test]
    fn the_keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn quotes_go_where_only_a_name_can_stand() {
        let cases = [
            (
                r#"CREATE UNIQUE INDEX CONCURRENTLY "ix_t" ON "app"."t" USING btree ("a" DESC, lower("b")) WHERE "c" = "d""#,
                r#"CREATE UNIQUE INDEX CONCURRENTLY ix_t ON app.t USING btree (a DESC, lower("b")) WHERE "c" = "d""#,
            ),
            (
                r#"ALTER TABLE "t" ADD CONSTRAINT "fk" FOREIGN KEY ("user", "b") REFERENCES "Other" ("id")"#,
                r#"ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY ("user", b) REFERENCES "Other" (id)"#,
            ),
            (
                r#"ALTER TABLE "t" ALTER COLUMN "a" TYPE integer USING "a"::integer"#,
                r#"ALTER TABLE t ALTER COLUMN a TYPE integer USING "a"::integer"#,
            ),
            (
                r#"ALTER TABLE "t" ADD COLUMN "a" text DEFAULT "word""#,
                r#"ALTER TABLE t ADD COLUMN a text DEFAULT "word""#,
            ),
            (r#"COMMENT ON COLUMN "t"."a" IS 'the "a"'"#, r#"COMMENT ON COLUMN t.a IS 'the "a"'"#),
            (r#"INSERT INTO "t" VALUES (1)"#, r#"INSERT INTO "t" VALUES (1)"#),
        ];
        for (sql, expected) in cases {
            assert_eq!(laid_out(Dialect::Postgresql, sql), expected);
        }
    }

    #[test]
    fn the_parts_of_a_table_are_lines() {
        let sql = r#"CREATE TABLE "t" ("id" INTEGER NOT NULL, "n" NUMERIC(8,2) DEFAULT (1), CONSTRAINT "ck" CHECK ("n" > 0), PRIMARY KEY ("id")) STRICT"#;
        let expected = "CREATE TABLE t (\n    id INTEGER NOT NULL,\n    n NUMERIC(8,2) DEFAULT (1),\n    CONSTRAINT ck CHECK (\"n\" > 0),\n    PRIMARY KEY (id)\n) STRICT";
        assert_eq!(laid_out(Dialect::Sqlite, sql), expected);
        let partition = r#"CREATE TABLE "p" PARTITION OF "t" FOR VALUES FROM (1) TO (2)"#;
        assert!(laid_out(Dialect::Postgresql, partition).contains("OF t FOR VALUES FROM ("));
    }
}
