//! Objects know the place of their declaration in the file.

use std::sync::Arc;

use trueup_schema::{Dialect, Operation, Origin, Schema};
use trueup_sql::{Effect, ReadContext, Session, read};

fn place(text: &str, origin: &Origin) -> String {
    let (path, span) = origin.0.as_ref().expect("an origin");
    assert_eq!(&**path, "a.sql");
    text[span.start as usize - 100..span.end as usize - 100].to_owned()
}

fn context(schema: &Schema) -> ReadContext<'_> {
    ReadContext {
        schema: Some(schema),
        path: Some(Arc::from("a.sql")),
        offset: 100,
        ..ReadContext::default()
    }
}

#[test]
fn origins_are_shifted_by_the_offset() {
    let text = "SELECT 1;\nCREATE TABLE t (a int PRIMARY KEY, b int CONSTRAINT c CHECK (b > 0));";
    let schema = Schema::new(Dialect::Postgresql);
    let result = read(Dialect::Postgresql, text, &context(&schema));
    let Operation::CreateTable(op) = &result.statements[1].operations[0] else { panic!("no table") };
    assert!(place(text, &op.table.origin).starts_with("CREATE TABLE t ("));
    assert_eq!(place(text, &op.table.columns[1].origin), "b int CONSTRAINT c CHECK (b > 0)");
    assert_eq!(place(text, &op.table.checks[0].origin), "CONSTRAINT c CHECK (b > 0)");
}

#[test]
fn a_do_block_keeps_places_where_its_text_stands_verbatim() {
    let text = "DO $a$ BEGIN CREATE TABLE t (b int); EXECUTE 'CREATE TABLE u (b int)'; END $a$;";
    let schema = Schema::new(Dialect::Postgresql);
    let result = read(Dialect::Postgresql, text, &context(&schema));
    let tables: Vec<&Origin> = result
        .operations()
        .map(|operation| match operation {
            Operation::CreateTable(op) => &op.table.origin,
            other => panic!("{}", other.name()),
        })
        .collect();
    assert_eq!(place(text, tables[0]), "CREATE TABLE t (b int)");
    assert!(tables[1].0.is_none());
}

#[test]
fn a_session_goes_on_in_the_next_text() {
    let schema = Schema::new(Dialect::Postgresql);
    let first =
        read(Dialect::Postgresql, "SET search_path TO app; CREATE TEMP TABLE x (a int)", &context(&schema));
    let session: Session = first.session;
    let next = ReadContext { session, ..context(&schema) };
    let second = read(Dialect::Postgresql, "CREATE TABLE t (a int); DROP TABLE x", &next);
    let Operation::CreateTable(op) = &second.statements[0].operations[0] else { panic!("no table") };
    assert_eq!(op.table.name.to_string(), "app.t");
    assert!(second.statements[1].operations.is_empty());
}

#[test]
fn placeholders_are_left_to_their_driver() {
    let text = "INSERT INTO t VALUES (%(a)s, :b) ON CONFLICT DO NOTHING";
    let strict = read(Dialect::Postgresql, text, &ReadContext::default());
    assert_eq!(strict.errors.len(), 1);
    let lenient =
        read(Dialect::Postgresql, text, &ReadContext { check_data: false, ..ReadContext::default() });
    assert_eq!((lenient.errors.len(), &lenient.statements[0].effect), (0, &Effect::Data));
}
