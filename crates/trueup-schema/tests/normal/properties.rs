//! Canonical text is a fixed point, and no text makes reading panic or hang.

use proptest::prelude::*;
use trueup_schema::{ColumnType, Dialect, SqlExpr};

const DIALECTS: [Dialect; 2] = [Dialect::Postgresql, Dialect::Sqlite];

fn fixed(dialect: Dialect, text: &str) {
    let once = SqlExpr::new(dialect, text);
    let twice = SqlExpr::new(dialect, once.canonical());
    assert_eq!(once.canonical(), twice.canonical(), "{dialect}: {text}");
    let once = SqlExpr::definition(dialect, text);
    let twice = SqlExpr::definition(dialect, once.canonical());
    assert_eq!(once.canonical(), twice.canonical(), "{dialect}: {text}");
}

#[test]
fn what_the_server_prints_has_a_fixed_point() {
    for line in include_str!("expressions.tsv").lines() {
        for text in line.split('\t').skip(1).take(2) {
            fixed(Dialect::Postgresql, &text.replace('⏎', "\n"));
        }
    }
}

#[test]
fn absurd_nesting_ends() {
    for (open, middle, close) in [
        ("(", "1", ")"),
        ("f(", "1", ")"),
        ("NOT ", "a", ""),
        ("a + ", "a", ""),
        ("a = ANY (", "b", ")"),
        ("", "a", "::int"),
        ("", "a", "[1]"),
        ("ARRAY[", "1", "]"),
        ("CASE WHEN a THEN ", "1", " END"),
        ("- ", "1", ""),
        ("a AND ", "b", ""),
        ("(a AND (b OR ", "c", "))"),
        ("(SELECT ", "1", ")"),
        ("(", "a", " BETWEEN a AND b)"),
        ("(a BETWEEN SYMMETRIC 1 AND ", "b", ")"),
        ("((", "a", ") IN (a, b, c, d))"),
    ] {
        let text = format!("{}{middle}{}", open.repeat(2000), close.repeat(2000));
        for dialect in DIALECTS {
            fixed(dialect, &text);
            let _ = SqlExpr::new(dialect, &text).identifiers();
            let _ = SqlExpr::new(dialect, &text).index_column_name();
            let _ = ColumnType::parse(dialect, &text);
        }
    }
    let long = (0..5000).map(|number| format!("a = {number}")).collect::<Vec<_>>().join(" OR ");
    assert!(SqlExpr::new(Dialect::Postgresql, long).canonical().contains("a = 4999"));
}

/// Pieces that meet the parser's every arm.
fn soup() -> impl Strategy<Value = String> {
    let pieces: Vec<&'static str> = "a b \"C\" t. 1 2.5 -1 1e3 'x' '5' '{a,b}' '1 day' E'\\n' $$ $q$ B'01' x'f ( ) ( ) \
        [ ] , ; : :: . + - * / % ^ = <> != < >= || -> ->> @> ? & | ~ !~~ AND OR NOT IS NULL TRUE DISTINCT FROM IN \
        BETWEEN SYMMETRIC LIKE ILIKE SIMILAR TO ESCAPE ANY ALL ARRAY ROW CASE WHEN THEN ELSE END CAST AS int text \
        varchar(5) int[] timestamp with time zone interval day EXTRACT SUBSTRING POSITION TRIM BOTH FOR year COLLATE \
        \"c\" AT now() f( SELECT EXISTS FILTER OVER current_timestamp OVERLAPS -- /* */ ` [x] u& public. ? $1 :p ä 💥 \
        SELECT FROM WHERE ORDER BY CREATE TRIGGER INSERT ON EXECUTE FUNCTION REPLACE WHEN FOR EACH ROW ' \" \\ \n"
        .split_ascii_whitespace()
        .collect();
    proptest::collection::vec(proptest::sample::select(pieces), 0..25).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn token_soup_has_a_fixed_point(text in soup()) {
        for dialect in DIALECTS {
            fixed(dialect, &text);
            let expr = SqlExpr::new(dialect, &text);
            let _ = (expr.identifiers(), expr.index_column_name(), expr.rename_identifier("a", "x y"));
            let column = ColumnType::parse(dialect, &text);
            let again = ColumnType::parse(dialect, &column.to_string());
            let default = SqlExpr::default_value(dialect, &text, &again);
            let _ = default.is_null();
        }
    }

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        for dialect in DIALECTS {
            fixed(dialect, &text);
            let column = ColumnType::parse(dialect, &text);
            let _ = SqlExpr::default_value(dialect, &text, &column);
        }
    }
}
