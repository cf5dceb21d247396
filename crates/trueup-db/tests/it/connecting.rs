//! What is said when a database cannot be opened or read.

use trueup_db::{Database, InspectOptions};
use trueup_schema::ObjectName;
use trueup_testkit::postgres::Postgres;

use crate::{inspect, url};

fn refusal(text: &str) -> String {
    match Database::connect(&url(text)) {
        Ok(_) => panic!("{text} was opened"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_server_that_is_not_there() {
    let said = refusal("postgresql://bob:secret@127.0.0.1:1/app");
    assert!(said.starts_with("cannot connect to `127.0.0.1:1/app` as `bob`: "), "{said}");
    assert!(said.contains("refused") && !said.contains("secret"), "{said}");
}

#[test]
fn a_database_that_is_not_there() {
    let server = Postgres::shared().url();
    let server = server.rsplit_once('/').map_or(server, |(server, _)| server);
    let said = refusal(&format!("{server}/no_such_database"));
    assert!(said.ends_with("database \"no_such_database\" does not exist"), "{said}");
}

#[test]
fn encryption_is_refused_clearly() {
    let said = refusal("postgresql://bob@db/app?sslmode=require");
    assert!(said.ends_with("it asks for `sslmode=require`, but TLS is not built in yet"), "{said}");
}

#[test]
fn a_missing_sqlite_file_is_not_created() {
    let folder = std::env::temp_dir().join(format!("trueup-missing-{}", std::process::id()));
    let said = refusal(&format!("sqlite:///{}/app.db", folder.display()));
    assert!(said.ends_with("app.db` does not exist"), "{said}");
    assert!(!folder.exists());
    let said = refusal("sqlite://");
    assert!(said.contains("exists only inside the application"), "{said}");
}

#[test]
fn reading_is_read_only_and_leaves_the_session_as_it_was() {
    let database = Postgres::shared().scratch_database();
    let Ok(mut open) = Database::connect(&url(database.url())) else { panic!("it is there") };
    let no_reader = |_: &str| Err(String::new());
    for _ in 0..2 {
        assert!(open.inspect(&InspectOptions::default(), &no_reader).is_ok());
    }
    let Database::Postgresql(client, _) = &mut open else { panic!("it is PostgreSQL") };
    let row =
        client.query_one("SELECT current_setting('application_name'), current_setting('TimeZone')", &[]);
    let row = row.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((row.get::<_, &str>(0), row.get::<_, &str>(1)), ("trueup", "UTC"));
}

#[test]
fn the_version_table_is_absent_empty_or_full() {
    let database = Postgres::shared().scratch_database();
    let options =
        |table: ObjectName| InspectOptions { version_table: Some(table), ..InspectOptions::default() };
    let read = |table: ObjectName| inspect(database.url(), &options(table)).revisions;
    assert_eq!(read("alembic_version".into()), None);
    database.execute(
        "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
         CREATE SCHEMA \"Ops\"; CREATE TABLE \"Ops\".\"My versions\" (version_num varchar(32));
         INSERT INTO \"Ops\".\"My versions\" VALUES ('b2'), ('a1')",
    );
    assert_eq!(read("alembic_version".into()), Some(Vec::new()));
    let custom = ObjectName { namespace: Some("Ops".to_owned()), name: "My versions".to_owned() };
    assert_eq!(read(custom), Some(vec!["a1".to_owned(), "b2".to_owned()]));
}

#[test]
fn a_version_table_of_another_shape_is_an_error() {
    let database = Postgres::shared().scratch_database();
    database.execute("CREATE TABLE alembic_version (id int)");
    let Ok(mut open) = Database::connect(&url(database.url())) else { panic!("it is there") };
    let said = open.inspect(&InspectOptions::default(), &|_| Err(String::new())).map(|_| ());
    let said = said.expect_err("the column is missing").to_string();
    assert!(said.starts_with("cannot read the version table `alembic_version` of "), "{said}");
    assert!(said.contains("version_num"), "{said}");
}

#[test]
fn a_role_without_rights_reads_the_catalog_but_not_the_version_table() {
    let database = Postgres::shared().scratch_database();
    let role = format!("{}_guest", database.name());
    database.execute(&format!(
        "CREATE ROLE {role}; CREATE TABLE t (id int CHECK (id > 0)); CREATE TABLE alembic_version (version_num text)"
    ));
    let address = format!("{}?options=-c%20role%3D{role}", database.url());
    let options = InspectOptions { version_table: None, ..InspectOptions::default() };
    assert_eq!(inspect(&address, &options).schema.tables.len(), 2);
    let Ok(mut open) = Database::connect(&url(&address)) else { panic!("it is there") };
    let said = open.inspect(&InspectOptions::default(), &|_| Err(String::new())).map(|_| ());
    database.execute(&format!("DROP ROLE {role}"));
    let said = said.expect_err("reading rows is not allowed").to_string();
    assert!(said.ends_with("permission denied for table alembic_version"), "{said}");
}

#[test]
fn ddl_of_others_does_not_disturb_the_reading() {
    let database = Postgres::shared().scratch_database();
    database.execute("CREATE TABLE kept (id int)");
    let churn = "CREATE TABLE x (id int PRIMARY KEY DEFAULT 1); CREATE VIEW y AS SELECT * FROM x;
                 CREATE INDEX ON x ((id + 1)); DROP TABLE x CASCADE";
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // One statement after the other, so that the objects are seen; a fixed number, so that nothing can hang.
            for _ in 0..30 {
                churn.split(';').for_each(|statement| database.execute(statement));
            }
        });
        for _ in 0..10 {
            let schema = inspect(database.url(), &InspectOptions::default()).schema;
            assert!(schema.tables.contains_key(&ObjectName::new("kept")));
        }
    });
}
