//! The provisioned server really serves.

use trueup_testkit::postgres::Postgres;

#[test]
fn scratch_databases_are_separate_and_go_away() {
    let server = Postgres::shared();
    let (one, two) = (server.scratch_database(), server.scratch_database());
    one.execute("CREATE TABLE t (id int); INSERT INTO t VALUES (1), (NULL)");
    assert_eq!(one.query("SELECT id FROM t ORDER BY id"), [[Some("1".to_owned())], [None]]);
    let tables = "SELECT relname FROM pg_class WHERE relname = 't'";
    assert!(two.query(tables).is_empty());

    let name = two.name().to_owned();
    drop(two);
    let left = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    assert!(one.query(&left).is_empty());
}

#[test]
fn the_server_tells_its_version_and_origin() {
    let server = Postgres::shared();
    assert!(server.major() >= 13, "{}", server.version());
    assert!(!server.origin().is_empty());
    assert!(server.url().starts_with("postgres"));
}
