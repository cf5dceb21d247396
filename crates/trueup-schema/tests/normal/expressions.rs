//! Expressions as users write them against what the server prints, and pairs that must stay apart.

use trueup_schema::{ColumnType, Dialect, SqlExpr};

fn postgresql(text: &str) -> SqlExpr {
    SqlExpr::new(Dialect::Postgresql, text)
}

#[test]
fn expressions_equal_the_server_s_print() {
    let mut wrong = Vec::new();
    for line in include_str!("expressions.tsv").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let (kind, written, printed) = (fields[0], fields[1], fields[2].replace('⏎', "\n"));
        let (ours, theirs) = (postgresql(written), postgresql(&printed));
        if ours != theirs {
            wrong.push(format!(
                "{kind} {written}\n  printed {printed}\n  ours    {}\n  theirs  {}",
                ours.canonical(),
                theirs.canonical()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn index_columns_are_named_as_the_server_names_them() {
    let mut wrong = Vec::new();
    for line in include_str!("expressions.tsv").lines().filter(|line| line.starts_with("index")) {
        let fields: Vec<&str> = line.split('\t').collect();
        let found = postgresql(fields[1]).index_column_name();
        if found != fields[3] {
            wrong.push(format!("{}: {} instead of {found}", fields[1], fields[3]));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn defaults_equal_the_server_s_print() {
    let mut wrong = Vec::new();
    for line in include_str!("defaults.tsv").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let column = ColumnType::parse(Dialect::Postgresql, fields[0]);
        let written = SqlExpr::default_value(Dialect::Postgresql, fields[1], &column);
        let printed = SqlExpr::default_value(Dialect::Postgresql, fields[2].replace('⏎', "\n"), &column);
        if written != printed {
            wrong.push(format!(
                "{} {}\n  printed {}\n  ours    {}\n  theirs  {}",
                fields[0],
                fields[1],
                fields[2],
                written.canonical(),
                printed.canonical()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// What a user wrote and the server printed, where only the types of the columns could tell that they are the same.
const NEED_COLUMN_TYPES: [(&str, &str); 4] = [
    ("flag = 't'", "(flag = true)"),
    ("t > '10:00'", "(t > '10:00:00'::time without time zone)"),
    ("c > '2020-01-01 00:00:00+02'", "(c > '2019-12-31 22:00:00+00'::timestamp with time zone)"),
    ("ratio / qty > 1", "((ratio / (qty)::double precision) > (1)::double precision)"),
];

#[test]
fn some_pairs_need_the_types_of_columns() {
    // FIXME(#2): equal in truth; the normal form of an expression does not know the columns yet.
    for (written, printed) in NEED_COLUMN_TYPES {
        assert_ne!(postgresql(written), postgresql(printed), "{written}");
    }
}

/// Pairs with different meanings.
const DIFFERENT: &[(&str, &str)] = &[
    ("a = 1", "a = 2"),
    ("a = 1", "b = 1"),
    ("a = 1", "a <> 1"),
    ("a > 0", "a >= 0"),
    ("a > 0", "a < 0"),
    ("a > b", "b > a"),
    ("a > 0 AND b > 0", "a > 0 OR b > 0"),
    ("a > 0 AND b > 0", "a > 0"),
    ("(a OR b) AND c", "a OR b AND c"),
    ("NOT a", "a"),
    ("NOT (a AND b)", "NOT a AND b"),
    ("lower(a)", "a"),
    ("lower(a)", "upper(a)"),
    ("lower(a)", "lower(b)"),
    ("a || b", "b || a"),
    ("a || b || c", "a || c || b"),
    ("a::int", "a::text"),
    ("a::int", "a"),
    ("a::text", "a"),
    ("a::int / b", "a / b"),
    ("a::numeric / b", "a / b"),
    ("a::numeric / b", "a::float / b"),
    ("old.a > new.a", "new.a > old.a"),
    ("a > '2020-01-01 10:00'", "a > '2020-01-01 11:00'"),
    ("a::varchar(10)", "a::varchar(20)"),
    ("a::numeric(10,2)", "a::numeric(10,3)"),
    ("a::date", "a::timestamp"),
    ("a::timestamp", "a::timestamptz"),
    ("a::int[]", "a::int"),
    ("a IN (1, 2)", "a IN (1, 3)"),
    ("a IN (1, 2)", "a NOT IN (1, 2)"),
    ("a IN (1, 2)", "a IN (1, 2, 3)"),
    ("a IN ('x', 'y')", "a IN ('x', 'z')"),
    ("a = ANY (b)", "a = ALL (b)"),
    ("a = ANY (b)", "a <> ANY (b)"),
    ("a BETWEEN 1 AND 2", "a NOT BETWEEN 1 AND 2"),
    ("a BETWEEN 1 AND 2", "a BETWEEN 1 AND 3"),
    ("a BETWEEN 1 AND 2", "a BETWEEN SYMMETRIC 1 AND 2"),
    ("a LIKE 'x'", "a ILIKE 'x'"),
    ("a LIKE 'x'", "a NOT LIKE 'x'"),
    ("a LIKE 'x'", "a LIKE 'X'"),
    ("a LIKE 'x'", "a ~ 'x'"),
    ("a LIKE 'x'", "a LIKE 'x' ESCAPE '!'"),
    ("a ~ 'x'", "a ~* 'x'"),
    ("a ~ 'x'", "a !~ 'x'"),
    ("a SIMILAR TO 'x'", "a LIKE 'x'"),
    ("a IS NULL", "a IS NOT NULL"),
    ("a IS TRUE", "a IS NOT FALSE"),
    ("a IS TRUE", "a"),
    ("a IS DISTINCT FROM b", "a IS NOT DISTINCT FROM b"),
    ("a IS DISTINCT FROM b", "a <> b"),
    ("a - b - c", "a - (b - c)"),
    ("a - b", "b - a"),
    ("a * b + c", "a * (b + c)"),
    ("-a", "a"),
    ("a > -1", "a > 1"),
    ("a = 'x'", "a = 'X'"),
    ("a = ''", "a = ' '"),
    ("a = '1'", "a = '01'"),
    ("a = 'b'", "a = b"),
    ("\"A\" > 0", "a > 0"),
    ("data -> 'a'", "data ->> 'a'"),
    ("data -> 'a'", "data -> 'b'"),
    ("data -> 0", "data -> '0'"),
    ("data #> '{a}'", "data #>> '{a}'"),
    ("data ? 'a'", "data ?| 'a'"),
    ("data @> '{\"a\": 1}'", "data @> '{\"a\": 2}'"),
    ("a @> b", "a <@ b"),
    ("a[1]", "a[2]"),
    ("a[1]", "a[1:2]"),
    ("a COLLATE \"C\"", "a"),
    ("a COLLATE \"C\"", "a COLLATE \"POSIX\""),
    ("coalesce(a, b)", "coalesce(b, a)"),
    ("coalesce(a, 0)", "coalesce(a, 1)"),
    ("f(a)", "g(a)"),
    ("other.f(a)", "f(a)"),
    ("f(a, b)", "f(a)"),
    ("f()", "f"),
    ("now()", "clock_timestamp()"),
    ("now()", "statement_timestamp()"),
    ("now()", "localtimestamp"),
    ("current_timestamp(3)", "current_timestamp"),
    ("current_date", "now()"),
    ("now() - interval '1 day'", "now() - interval '2 days'"),
    ("now() - interval '1 day'", "now() + interval '1 day'"),
    ("now() - interval '1 day'", "now() - interval '24 hours'"),
    ("interval '1 month'", "interval '30 days'"),
    ("a AT TIME ZONE 'UTC'", "a AT TIME ZONE 'CET'"),
    ("a AT TIME ZONE 'UTC'", "a"),
    ("extract(year from a)", "extract(month from a)"),
    ("extract(year from a)", "date_part('year', a)"),
    ("date_trunc('day', a)", "date_trunc('hour', a)"),
    ("substring(a from 1 for 2)", "substring(a from 1)"),
    ("substring(a from 1 for 2)", "substring(a from 2 for 2)"),
    ("trim(leading from a)", "trim(trailing from a)"),
    ("position(a in b)", "position(b in a)"),
    ("CASE WHEN a THEN 1 END", "CASE WHEN a THEN 2 END"),
    ("CASE WHEN a THEN 1 ELSE 2 END", "CASE WHEN a THEN 1 END"),
    ("CASE a WHEN 1 THEN 2 END", "CASE b WHEN 1 THEN 2 END"),
    ("ARRAY[a, b]", "ARRAY[b, a]"),
    ("ROW(a, b)", "ROW(b, a)"),
    ("(a, b) = (1, 2)", "(a, b) = (2, 1)"),
    ("true", "false"),
    ("NULL", "''"),
    ("B'01'", "B'10'"),
    ("count(*)", "count(a)"),
    ("EXISTS (SELECT 1 FROM x)", "EXISTS (SELECT 1 FROM y)"),
    ("nextval('a')", "nextval('b')"),
    ("f(g(a))", "g(f(a))"),
    ("a % 2 = 0", "a % 3 = 0"),
    ("a & b", "a | b"),
    ("@ a", "a"),
    ("~ a", "a"),
];

#[test]
fn different_meanings_stay_different() {
    for (left, right) in DIFFERENT {
        let (left, right) = (postgresql(left), postgresql(right));
        assert_ne!(left, right, "`{}` and `{}`", left.text(), right.text());
    }
}

#[test]
fn different_defaults_stay_different() {
    for (column, left, right) in [
        ("integer", "0", "1"),
        ("integer", "0", "-1"),
        ("integer", "nextval('a')", "nextval('b')"),
        ("text", "''", "' '"),
        ("text", "'0'", "'00'"),
        ("text", "'now'", "now()"),
        ("text", "'true'", "'t'"),
        ("text", "'current_user'", "current_user"),
        ("numeric", "1.5", "1.05"),
        ("boolean", "true", "false"),
        ("jsonb", "'{}'", "'[]'"),
        ("jsonb", "'{\"a\": 1}'", "'{\"a\": 2}'"),
        ("json", "'{\"a\": 1}'", "'{\"a\":1}'"),
        ("text[]", "'{}'", "'{a}'"),
        ("text[]", "'{a,b}'", "'{b,a}'"),
        ("text[]", "'{NULL}'", "'{\"NULL\"}'"),
        ("timestamp", "now()", "clock_timestamp()"),
        ("timestamp", "now()", "now() at time zone 'utc'"),
        ("interval", "'1 day'", "'2 days'"),
        ("mood", "'happy'", "'sad'"),
        ("bit(4)", "B'0101'", "B'0100'"),
    ] {
        let column = ColumnType::parse(Dialect::Postgresql, column);
        let left = SqlExpr::default_value(Dialect::Postgresql, left, &column);
        let right = SqlExpr::default_value(Dialect::Postgresql, right, &column);
        assert_ne!(left, right, "{column}: `{}` and `{}`", left.text(), right.text());
    }
}

#[test]
fn columns_are_found_and_renamed() {
    let expr =
        postgresql("lower(a) = 'a' AND t.b > (SELECT max(c) FROM d) AND \"E\" IS NULL OR a::mood = a.x(f)");
    assert_eq!(postgresql("a > 0 AND lower(b) = 'c' AND a < 1").identifiers(), ["a", "b"]);
    assert_eq!(postgresql("extract(year from created) > 2000").identifiers(), ["created"]);
    assert_eq!(postgresql("\"A\" > 0 and t.b > 1 and x::mood = 'y'").identifiers(), ["A", "b", "x"]);
    assert!(expr.mentions("E") && expr.mentions("b") && !expr.mentions("lower"));
    assert_eq!(
        postgresql("a > 0 AND lower(a) = 'a' -- a\n AND t.a > a(1)")
            .rename_identifier("a", "New name")
            .text(),
        "\"New name\" > 0 AND lower(\"New name\") = 'a' -- a\n AND t.\"New name\" > a(1)"
    );
    assert_eq!(postgresql("t.t > 0").rename_qualifier("t", "u").text(), "u.t > 0");
    assert_eq!(postgresql("(a)").as_column().as_deref(), Some("a"));
    assert_eq!(postgresql("lower(a)").as_column(), None);
}
