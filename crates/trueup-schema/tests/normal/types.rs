//! Every spelling of a type against `format_type()`.

use trueup_schema::types::{Affinity, Conversion, ForeignKeyMatch};
use trueup_schema::{ColumnType, Dialect};

fn postgresql(text: &str) -> ColumnType {
    ColumnType::parse(Dialect::Postgresql, text)
}

#[test]
fn spellings_read_as_the_server_prints_them() {
    let mut wrong = Vec::new();
    for line in include_str!("types.tsv").lines() {
        let (spelling, printed) = line.split_once('\t').expect("two fields");
        let found = postgresql(spelling).to_string();
        let again = postgresql(printed).to_string();
        if found != printed || again != printed {
            wrong.push(format!("`{spelling}` reads as `{found}`, `{printed}` as `{again}`"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `_mood` is the array of `mood` to the server, unless it is a type of that name: the one that revisions make while
/// they rebuild `mood`.
#[test]
fn an_underscore_belongs_to_the_name_of_a_type_that_is_not_built_in() {
    for (text, canonical) in [("_int4", "integer[]"), ("_text", "text[]"), ("_mood", "_mood")] {
        assert_eq!(postgresql(text).to_string(), canonical, "{text}");
    }
}

#[test]
fn types_of_extensions_keep_their_modifiers() {
    for (text, canonical) in [
        ("vector(1536)", "vector(1536)"),
        ("VECTOR( 1536 )", "vector(1536)"),
        ("geometry(POINT, 4326)", "geometry(Point,4326)"),
        ("geometry(pointz,4326)", "geometry(PointZ,4326)"),
        ("geometry(Geometry)", "geometry"),
        ("geometry(MULTIPOLYGON,-1)", "geometry(MultiPolygon)"),
        ("geography(Point)", "geography(Point,4326)"),
        ("citext", "citext"),
        ("CITEXT[]", "citext[]"),
        ("hstore", "hstore"),
        ("ltree", "ltree"),
        ("extensions.vector(3)", "extensions.vector(3)"),
    ] {
        assert_eq!(postgresql(text).to_string(), canonical, "{text}");
    }
}

#[test]
fn serial_is_told_apart() {
    assert_eq!(ColumnType::serial_base("SERIAL"), Some(postgresql("integer")));
    assert_eq!(ColumnType::serial_base("bigserial"), Some(postgresql("bigint")));
    assert_eq!(ColumnType::serial_base("serial2"), Some(postgresql("smallint")));
    assert_eq!(ColumnType::serial_base("integer"), None);
    assert_eq!(postgresql("serial8").to_string(), "bigint");
}

#[test]
fn text_that_is_no_type_stays_as_it_is() {
    for text in ["", "(", "numeric(", "int int int", "a.b.c.d", "[", "varchar(10", "💥", "\"", "interval to"]
    {
        let found = postgresql(text);
        assert_eq!(found, postgresql(&found.raw), "{text}");
    }
    assert!(postgresql("").is_unknown());
}

#[test]
fn sqlite_keeps_what_was_declared() {
    let sqlite = |text: &str| ColumnType::parse(Dialect::Sqlite, text);
    for (text, canonical) in [
        ("varchar (50)", "VARCHAR(50)"),
        ("VARCHAR(50)", "VARCHAR(50)"),
        ("numeric( 10 , 2 )", "NUMERIC(10,2)"),
        ("unsigned   big int", "UNSIGNED BIG INT"),
        ("double precision", "DOUBLE PRECISION"),
        ("", ""),
        ("\"text\"", "TEXT"),
        ("INT(10) UNSIGNED", "INT UNSIGNED(10)"),
    ] {
        assert_eq!(sqlite(text).to_string(), canonical, "{text}");
    }
    assert_eq!(sqlite("VARCHAR(50)").affinity(), Affinity::Text);
    assert_eq!(sqlite("CHARINT").affinity(), Affinity::Integer);
    assert_eq!(sqlite("DATETIME").affinity(), Affinity::Numeric);
    assert_eq!(sqlite("").affinity(), Affinity::Blob);
    assert_eq!(sqlite("FLOAT").affinity(), Affinity::Real);
    assert!(sqlite("VARCHAR(50)").is_text());
    assert_eq!(sqlite("VARCHAR(50)").length(), Some(50));
    assert!(sqlite("BIGINT").is_integer());
    assert!(sqlite("JSON").is_json());
}

#[test]
fn conversions_say_what_they_lose() {
    let lossy = |from: &str, to: &str| match postgresql(from).conversion_to(&postgresql(to)) {
        Conversion::Lossless => false,
        Conversion::Lossy(_) => true,
        Conversion::Unknown => panic!("{from} to {to} is unknown"),
    };
    for (from, to) in [
        ("int", "bigint"),
        ("varchar(10)", "varchar(20)"),
        ("varchar(10)", "text"),
        ("varchar(10)", "varchar"),
        ("int", "text"),
        ("numeric(10,2)", "numeric(12,2)"),
        ("numeric(10,2)", "numeric"),
        ("int", "numeric"),
        ("int", "double precision"),
        ("real", "double precision"),
        ("timestamp(3)", "timestamp"),
        ("timestamp(3)", "timestamp(6)"),
        ("date", "timestamp"),
        ("int[]", "text"),
    ] {
        assert!(!lossy(from, to), "{from} to {to}");
    }
    for (from, to) in [
        ("bigint", "int"),
        ("text", "varchar(20)"),
        ("varchar(20)", "varchar(10)"),
        ("text", "int"),
        ("numeric(10,2)", "numeric(10,4)"),
        ("numeric", "int"),
        ("bigint", "double precision"),
        ("timestamp", "timestamp(3)"),
        ("timestamptz", "timestamp"),
        ("timestamp", "date"),
        ("json", "jsonb"),
        ("int", "int[]"),
        ("boolean", "int"),
    ] {
        assert!(lossy(from, to), "{from} to {to}");
    }
    let unknown = postgresql("mood").conversion_to(&postgresql("int"));
    assert_eq!(unknown, Conversion::Unknown);
}

/// Pairs for which PostgreSQL 15 accepted a foreign key, by referenced type.
const ACCEPTED: [(&str, &str); 17] = [
    ("smallint", "integer,bigint"),
    ("integer", "smallint,bigint"),
    ("bigint", "smallint,integer"),
    ("numeric", "smallint,integer,bigint"),
    ("real", "smallint,integer,bigint,numeric,double precision"),
    ("double precision", "smallint,integer,bigint,numeric,real"),
    ("text", "character varying,character(5),name,\"char\""),
    ("character varying", "text,character(5),name,\"char\""),
    ("character(5)", "text,character varying"),
    ("name", "text,character varying,character(5)"),
    ("date", "timestamp,timestamptz"),
    ("timestamp", "date,timestamptz"),
    ("timestamptz", "date,timestamp"),
    ("timetz", "time"),
    ("interval", "time"),
    ("inet", "cidr"),
    ("cidr", "inet"),
];

#[test]
fn foreign_keys_connect_what_the_server_connects() {
    let all: Vec<&str> = "smallint,integer,bigint,numeric,real,double precision,text,character varying,character(5),\
                          name,date,timestamp,timestamptz,time,timetz,interval,inet,cidr,uuid,boolean,bytea,jsonb,\
                          money,macaddr,\"char\""
        .split(',')
        .collect();
    for referenced in &all {
        let accepted = ACCEPTED.iter().find(|(name, _)| name == referenced).map_or("", |(_, list)| list);
        for referencing in &all {
            let expected = if referencing == referenced {
                ForeignKeyMatch::Same
            } else if accepted.split(',').any(|name| name == *referencing) {
                ForeignKeyMatch::Comparable
            } else {
                ForeignKeyMatch::Impossible
            };
            let found = postgresql(referencing).references(&postgresql(referenced));
            assert_eq!(found, expected, "{referencing} references {referenced}");
        }
    }
}
