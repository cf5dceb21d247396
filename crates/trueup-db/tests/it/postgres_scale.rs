//! The number of queries does not depend on the number of tables, and a catalog without statistics is no problem.

use std::fmt::Write as _;
use std::time::Instant;

use trueup_db::InspectOptions;
use trueup_testkit::postgres::Postgres;

use crate::{inspect, table};

/// Tables with two indexes, a unique constraint, a check, a foreign key and a comment each, in one transaction.
fn tables(count: usize) -> String {
    let mut sql = String::from("BEGIN; CREATE TABLE t0 (id serial PRIMARY KEY);");
    for number in 1..count {
        let _ = write!(
            sql,
            "CREATE TABLE t{number} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code varchar(20) UNIQUE,
                parent_id int REFERENCES t0 ON DELETE CASCADE, price numeric(10,2) DEFAULT 0 CHECK (price >= 0),
                created timestamptz NOT NULL DEFAULT now(), data jsonb);
             CREATE INDEX ON t{number} (parent_id); CREATE INDEX ON t{number} (lower(code)) WHERE price > 0;
             COMMENT ON TABLE t{number} IS 'number {number}';"
        );
    }
    sql.push_str("COMMIT");
    sql
}

#[test]
fn five_and_three_hundred_tables_take_the_same_queries() {
    let mut counts = Vec::new();
    for count in [5, 300] {
        let database = Postgres::shared().scratch_database();
        database.execute(&tables(count));
        let inspection = inspect(database.url(), &InspectOptions::default());
        assert_eq!(inspection.schema.tables.len(), count);
        let last = table(&inspection.schema, &format!("t{}", count - 1));
        assert_eq!((last.indexes.len(), last.checks.len(), last.foreign_keys.len()), (2, 1, 1));
        counts.push(inspection.queries);
    }
    assert_eq!(counts[0], counts[1]);
    assert!(counts[0] < 30, "{counts:?}");
}

/// Prints how long a thousand tables take whose catalog nobody has analysed; measured, not asserted.
#[test]
#[ignore = "a measurement: cargo test -p trueup-db --test it -- --ignored --nocapture a_thousand"]
#[expect(clippy::print_stderr, reason = "it is a measurement")]
fn a_thousand_tables_without_statistics() {
    let database = Postgres::shared().scratch_database();
    database.execute(&tables(1000));
    for _ in 0..3 {
        let begin = Instant::now();
        let inspection = inspect(database.url(), &InspectOptions::default());
        let (tables, version) = (inspection.schema.tables.len(), &inspection.server_version);
        eprintln!("{tables} tables of PostgreSQL {version}: {:?}", begin.elapsed());
    }
}
