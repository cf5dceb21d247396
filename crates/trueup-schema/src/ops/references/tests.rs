//! Queries in, followed queries out: scopes, labels, joins by name, and `*` written out.

use super::*;
use crate::ops::{CreateTable, CreateView, Op};
use crate::{Column, ColumnType, Dialect, SqlExpr, View};

fn table(name: &str, columns: &[&str]) -> Table {
    let column = |name: &&str| Column::new(*name, ColumnType::parse(Dialect::Postgresql, "text"));
    Table { columns: columns.iter().map(column).collect(), ..Table::new(name.into()) }
}

fn schema() -> Schema {
    let mut schema = Schema::new(Dialect::Postgresql);
    for table in [table("a", &["id", "name", "x"]), table("b", &["id", "name", "a_id"]), table("o", &["k"])] {
        let _ = CreateTable { table, if_not_exists: false }.apply(&mut schema);
    }
    let view = View {
        name: ObjectName::new("v"),
        materialized: false,
        columns: Vec::new(),
        query: SqlExpr::definition(Dialect::Postgresql, "SELECT id, name FROM a"),
        indexes: Vec::new(),
        triggers: Vec::new(),
        comment: None,
        origin: crate::Origin::none(),
    };
    let _ = CreateView { view, or_replace: false, if_not_exists: false }.apply(&mut schema);
    schema
}

/// `a.name` becomes `a.title`, as in RENAME COLUMN.
fn renamed(text: &str) -> String {
    let schema = schema();
    let uses = of_query(&schema, text);
    assert!(!uses.doubt, "{text}");
    rename_column(Dialect::Postgresql, text, &uses, &ObjectName::new("a"), ("name", "title"))
        .unwrap_or_else(|| "-".to_owned())
}

#[test]
fn columns_are_followed_by_scope() {
    let cases = [
        ("SELECT a.name FROM a JOIN a b USING (id)", "SELECT a.title AS name FROM a JOIN a b USING (id)"),
        ("SELECT b.name FROM a, b", "-"),
        ("SELECT b.name FROM a b", "SELECT b.title AS name FROM a b"),
        (
            "SELECT name FROM a WHERE name IN (SELECT name FROM a)",
            "SELECT title AS name FROM a WHERE title IN (SELECT title AS name FROM a)",
        ),
        (
            "SELECT b.name FROM a AS b WHERE EXISTS (SELECT 1 FROM a c WHERE c.name = b.name)",
            "SELECT b.title AS name FROM a AS b WHERE EXISTS (SELECT 1 FROM a c WHERE c.title = b.title)",
        ),
        (
            "SELECT upper(name) AS name, count(*) OVER () FROM a GROUP BY id, name ORDER BY name",
            "SELECT upper(title) AS name, count(*) OVER () FROM a GROUP BY id, title ORDER BY name",
        ),
        (
            "WITH q AS (SELECT name, x FROM a) SELECT q.name FROM q",
            "WITH q AS (SELECT title AS name, x FROM a) SELECT q.name FROM q",
        ),
        (
            "SELECT name FROM a UNION ALL SELECT name FROM b ORDER BY name",
            "SELECT title AS name FROM a UNION ALL SELECT name FROM b ORDER BY name",
        ),
        ("SELECT s.name FROM (SELECT name FROM a) s", "SELECT s.name FROM (SELECT title AS name FROM a) s"),
        (
            "SELECT DISTINCT ON (name) name, x FROM a ORDER BY name, x DESC",
            "SELECT DISTINCT ON (name) title AS name, x FROM a ORDER BY name, x DESC",
        ),
        (
            "SELECT x.name FROM a x LEFT JOIN LATERAL (SELECT y.id FROM a y WHERE y.name = x.name LIMIT 1) z ON true",
            "SELECT x.title AS name FROM a x LEFT JOIN LATERAL (SELECT y.id FROM a y WHERE y.title = x.title LIMIT 1) z ON true",
        ),
        ("SELECT name FROM a JOIN b USING (name)", "SELECT name FROM a a(id, name, x) JOIN b USING (name)"),
        ("SELECT name FROM a NATURAL JOIN b", "SELECT name FROM a a(id, name, x) NATURAL JOIN b"),
        (
            "SELECT one.name FROM a one JOIN a two USING (name)",
            "SELECT one.title AS name FROM a one JOIN a two USING (title)",
        ),
        ("SELECT q FROM a AS t(p, q)", "-"),
        (
            "SELECT name::text, count(*) OVER (PARTITION BY name) n FROM a",
            "SELECT title::text AS name, count(*) OVER (PARTITION BY title) n FROM a",
        ),
        (
            "SELECT CASE WHEN x > 0 THEN name END AS name FROM a WHERE x IS DISTINCT FROM name",
            "SELECT CASE WHEN x > 0 THEN title END AS name FROM a WHERE x IS DISTINCT FROM title",
        ),
        ("SELECT x name FROM a WHERE a.name ~ 'name'", "SELECT x name FROM a WHERE a.title ~ 'name'"),
        ("SELECT v.name FROM v", "-"),
        ("SELECT k FROM o WHERE EXISTS (SELECT 1 FROM b WHERE name = k)", "-"),
        (
            "SELECT o.k FROM o LEFT JOIN a ON (o.k = a.id AND a.name <> '') WHERE coalesce(name, '') = 'x'",
            "SELECT o.k FROM o LEFT JOIN a ON (o.k = a.id AND a.title <> '') WHERE coalesce(title, '') = 'x'",
        ),
        (
            "SELECT sum(x) FILTER (WHERE name > '') OVER w FROM a WINDOW w AS (ORDER BY name DESC)",
            "SELECT sum(x) FILTER (WHERE title > '') OVER w FROM a WINDOW w AS (ORDER BY title DESC)",
        ),
        (
            "SELECT f.name FROM a, jsonb_to_recordset(a.name) AS f(name text)",
            "SELECT f.name FROM a, jsonb_to_recordset(a.title) AS f(name text)",
        ),
    ];
    for (before, after) in cases {
        assert_eq!(renamed(before), after);
    }
}

#[test]
fn tables_are_followed_by_scope() {
    let renamed = |text: &str| {
        let schema = schema();
        let uses = of_query(&schema, text);
        let (old, new) = (ObjectName::new("a"), ObjectName::new("accounts"));
        rename_table(Dialect::Postgresql, text, &uses, &old, &new).unwrap_or_else(|| "-".to_owned())
    };
    let cases = [
        (
            "SELECT a.name, b.name FROM a JOIN a b USING (id)",
            "SELECT accounts.name, b.name FROM accounts JOIN accounts b USING (id)",
        ),
        ("WITH a AS (SELECT 1 AS i) SELECT a.i FROM a", "-"),
        (
            "WITH accounts AS (SELECT id FROM a) SELECT id FROM accounts",
            "WITH accounts AS (SELECT id FROM public.accounts) SELECT id FROM accounts",
        ),
        (
            "SELECT public.a.name, row_to_json(a) FROM public.a",
            "SELECT accounts.name, row_to_json(accounts) FROM accounts",
        ),
        ("SELECT a.id FROM b a", "-"),
    ];
    for (before, after) in cases {
        assert_eq!(renamed(before), after, "{before}");
    }
}

#[test]
fn stars_are_what_they_were() {
    let frozen = |text: &str| {
        let schema = schema();
        let uses = of_query(&schema, text);
        freeze_stars(Dialect::Postgresql, text, &uses, &ObjectName::new("a"))
            .unwrap_or_else(|| "-".to_owned())
    };
    assert_eq!(frozen("SELECT * FROM a"), "SELECT id, name, x FROM a");
    assert_eq!(frozen("SELECT b.*, a.* FROM a, b"), "SELECT b.*, a.id, a.name, a.x FROM a, b");
    assert_eq!(
        frozen("SELECT * FROM a JOIN b USING (id)"),
        "SELECT a.id, a.name, a.x, b.name, b.a_id FROM a JOIN b USING (id)"
    );
    assert_eq!(frozen("SELECT count(*) FROM a"), "-");
    assert_eq!(frozen("SELECT * FROM (SELECT * FROM a) s"), "SELECT * FROM (SELECT id, name, x FROM a) s");
}
