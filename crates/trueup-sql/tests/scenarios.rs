//! Runs the pages of `tests/scenarios`: SQL goes in, one line per operation comes out.
//!
//! `sql postgresql` or `sql sqlite` is the text that is read, `sql before` what stood in the database; each line of
//! `text operations` is one operation, `text effects` the sort of each statement, `text notices` and `text errors`
//! what was said about it, with the text at the place.

mod dump;

use std::path::Path;

use trueup_schema::{Dialect, Schema};
use trueup_sql::{ReadContext, ReadResult, read};
use trueup_testkit::scenario::{Outputs, Section, run_folder};

#[test]
fn scenarios() {
    run_folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios"), section);
}

fn section(section: &Section) -> Result<Outputs, String> {
    let find = |label: &str| section.blocks.iter().any(|block| block.label == label);
    let (dialect, label) =
        if find("sqlite") { (Dialect::Sqlite, "sqlite") } else { (Dialect::Postgresql, "postgresql") };
    let text = section.text(label).to_owned();
    let mut schema = Schema::new(dialect);
    if find("before") {
        let before = read(dialect, section.text("before"), &ReadContext::default());
        for operation in before.operations() {
            operation.apply(&mut schema).map_err(|error| format!("before: {error}"))?;
        }
    }
    let context = ReadContext { schema: Some(&schema), ..ReadContext::default() };
    let result = read(dialect, &text, &context);
    Ok(Outputs::from([
        ("operations".to_owned(), lines(result.operations().map(dump::dump))),
        ("effects".to_owned(), lines(effects(&result))),
        (
            "notices".to_owned(),
            lines(result.statements.iter().flat_map(|statement| statement.notices.clone())),
        ),
        ("errors".to_owned(), lines(errors(&text, &result))),
    ]))
}

fn effects(result: &ReadResult) -> Vec<String> {
    result.statements.iter().map(|statement| format!("{:?}", statement.effect)).collect()
}

fn errors(text: &str, result: &ReadResult) -> Vec<String> {
    let shown = |error: &trueup_sql::ReadError| {
        let line = text[..error.span.start as usize].lines().count().max(1);
        let at = &text[error.span.start as usize..];
        format!("{line}: {} at `{}`", error.message, at.lines().next().unwrap_or_default())
    };
    result.errors.iter().map(shown).collect()
}

fn lines(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().map(|item| item.replace('\n', "⏎") + "\n").collect()
}
