//! The laws of the model, on arbitrary schemas of both dialects.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use trueup_schema::diff::Compare;
use trueup_schema::schema::dump;
use trueup_schema::snapshot::{Snapshot, fingerprint};
use trueup_schema::{Dialect, Operation, Schema, diff};

use crate::arbitrary::arb_schema;

const DIALECTS: [Dialect; 2] = [Dialect::Postgresql, Dialect::Sqlite];

/// Checks a law on pairs of schemas. Failures are shrunk and printed; they are kept as plain tests, not as seed files.
fn law(cases: u32, check: impl Fn(&Schema, &Schema) -> Result<(), TestCaseError>) {
    for dialect in DIALECTS {
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let pairs = (arb_schema(dialect), arb_schema(dialect));
        let result = TestRunner::new(config).run(&pairs, |(from, to)| check(&from, &to));
        if let Err(failure) = result {
            let proptest::test_runner::TestError::Fail(reason, (from, to)) = failure else {
                panic!("aborted")
            };
            panic!("{dialect}: {reason}\n--- from\n{}--- to\n{}", dump(&from), dump(&to));
        }
    }
}

fn applied(schema: &Schema, operations: &[Operation]) -> Result<Schema, TestCaseError> {
    let mut result = schema.clone();
    for operation in operations {
        let outcome = operation.apply(&mut result);
        let list: Vec<_> = operations.iter().map(Operation::name).collect();
        prop_assert!(outcome.is_ok(), "{operation:?}\n{}\nof {list:?}", outcome.unwrap_err());
    }
    Ok(result)
}

fn same(left: &Schema, right: &Schema, operations: &[Operation]) -> Result<(), TestCaseError> {
    let names: Vec<_> = operations.iter().map(Operation::name).collect();
    prop_assert!(left.equivalent(right), "got\n{}wanted\n{}by {names:?}", dump(left), dump(right));
    Ok(())
}

#[test]
fn a_difference_leads_from_one_schema_to_the_other() {
    law(300, |from, to| {
        let operations = diff(from, to);
        same(&applied(from, &operations)?, to, &operations)
    });
}

#[test]
fn a_schema_does_not_differ_from_itself() {
    law(100, |from, _| {
        let operations = diff(from, from);
        prop_assert!(operations.is_empty(), "{operations:?}");
        // Without shared tables, which the difference skips.
        let mut copy = from.clone();
        for name in from.tables.keys() {
            copy.table_mut(name);
        }
        let operations = diff(from, &copy);
        prop_assert!(operations.is_empty(), "{operations:?}");
        Ok(())
    });
}

#[test]
fn equivalent_schemas_have_no_difference() {
    law(100, |from, to| {
        let result = applied(from, &diff(from, to))?;
        let operations = diff(&result, to);
        prop_assert!(operations.is_empty(), "{operations:?}");
        prop_assert!(trueup_schema::diff::compare(&result, to, &Compare::default()).is_empty());
        Ok(())
    });
}

#[test]
fn a_schema_is_built_from_nothing() {
    law(100, |from, _| {
        let operations = from.to_operations();
        same(&applied(&Schema::new(from.dialect), &operations)?, from, &operations)
    });
}

#[test]
fn comparing_finds_something_exactly_when_there_is_a_difference() {
    law(100, |from, to| {
        let found = trueup_schema::diff::compare(from, to, &Compare::default());
        prop_assert_eq!(found.is_empty(), from.equivalent(to), "{:?}", found);
        Ok(())
    });
}

#[test]
fn what_is_reversed_is_as_before() {
    law(100, |from, to| {
        let mut schema = from.clone();
        for operation in diff(from, to) {
            let before = schema.clone();
            if operation.apply(&mut schema).is_err() {
                return Ok(());
            }
            if let Some(reverse) = operation.reverse(&before) {
                let mut with_reverse = vec![operation.clone()];
                with_reverse.extend(reverse.iter().cloned());
                same(&applied(&schema, &reverse)?, &before, &with_reverse)?;
            }
        }
        Ok(())
    });
}

#[test]
fn a_snapshot_brings_the_schema_back() {
    law(300, |from, to| {
        for schema in [from, to] {
            let text = Snapshot::write(schema);
            let read = Snapshot::read(&text);
            let read =
                read.map_err(|error| TestCaseError::fail(format!("{}: {error}\n{text}", error.line)))?;
            prop_assert!(read.schema.equivalent(schema), "{text}");
            prop_assert!(read.is_as_written(), "{text}");
            prop_assert_eq!(Snapshot::write(&read.schema), text);
        }
        Ok(())
    });
}

#[test]
fn equivalent_schemas_have_one_fingerprint() {
    law(200, |from, to| {
        let result = applied(from, &diff(from, to))?;
        prop_assert_eq!(fingerprint(&result), fingerprint(to), "{}", dump(&result));
        prop_assert_eq!(fingerprint(from) == fingerprint(to), from.equivalent(to));
        Ok(())
    });
}
