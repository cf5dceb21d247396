//! Ten changes on a PostgreSQL database.

use std::collections::BTreeSet;

use trueup_testkit::postgres::ScratchDatabase;

/// Makes the changes and returns the objects they are about.
pub(super) fn change(database: &ScratchDatabase) -> BTreeSet<String> {
    let mut done = BTreeSet::new();
    for alternatives in CHANGES {
        for (kind, find, statements) in *alternatives {
            let rows = database.query(find).into_iter();
            let mut rows = rows.map(|row| row.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>());
            // The first cell is the name as findings tell it, the second the table.
            let told = |cells: &[String]| super::told(kind, cells.get(1).map(String::as_str), &cells[0]);
            let Some(cells) = rows.find(|cells| !done.contains(&told(cells))) else { continue };
            let filled = |text: &str| {
                let mut out = text.to_owned();
                for (at, cell) in cells.iter().enumerate() {
                    out = out.replace(&format!("${at}"), cell);
                }
                out
            };
            for statement in *statements {
                database.execute(&filled(statement));
            }
            done.insert(told(&cells));
            break;
        }
    }
    done
}

/// Kind of the object, a query for one that fits (name first), and the statements that change it.
type Change = (&'static str, &'static str, &'static [&'static str]);

/// Ten groups; of each the first change that the schema has room for is made.
///
/// What is chosen must not be touched by another change: columns are taken from the end of the alphabet for one change
/// and from its beginning for the next, and no column of an index or constraint is taken.
const CHANGES: &[&[Change]] = &[
    &[(
        "column",
        "SELECT column_name, table_name, character_maximum_length + 7 FROM information_schema.columns c
         WHERE table_schema = 'public' AND data_type = 'character varying' AND character_maximum_length > 0
           AND column_default IS NULL AND table_name NOT LIKE 'alembic%'
           AND NOT EXISTS (SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
             WHERE i.indrelid = format('%I.%I', c.table_schema, c.table_name)::regclass AND a.attname = c.column_name)
           AND NOT EXISTS (SELECT 1 FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
             WHERE k.conrelid = format('%I.%I', c.table_schema, c.table_name)::regclass AND a.attname = c.column_name)
         ORDER BY table_name, column_name LIMIT 20",
        &["ALTER TABLE \"$1\" ALTER \"$0\" TYPE varchar($2)"],
    ), (
        "column",
        "SELECT 'another_by_hand', tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%' ORDER BY 2 LIMIT 20",
        &["ALTER TABLE \"$1\" ADD \"$0\" integer"],
    )],
    &[(
        "column",
        "SELECT column_name, table_name FROM information_schema.columns c
         WHERE table_schema = 'public' AND is_nullable = 'NO' AND table_name NOT LIKE 'alembic%'
           AND NOT EXISTS (SELECT 1 FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
             WHERE k.contype = 'p' AND k.conrelid = format('%I.%I', c.table_schema, c.table_name)::regclass AND a.attname = c.column_name)
         ORDER BY table_name DESC, column_name DESC LIMIT 20",
        &["ALTER TABLE \"$1\" ALTER \"$0\" DROP NOT NULL"],
    )],
    &[(
        "column",
        "SELECT column_name, table_name FROM information_schema.columns
         WHERE table_schema = 'public' AND column_default IS NULL AND is_nullable = 'YES'
           AND data_type IN ('character varying', 'text') AND table_name NOT LIKE 'alembic%'
         ORDER BY table_name DESC, column_name LIMIT 20",
        &["ALTER TABLE \"$1\" ALTER \"$0\" SET DEFAULT 'x'"],
    ), (
        "column",
        "SELECT 'column_by_hand', tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%' ORDER BY 2 LIMIT 20",
        &["ALTER TABLE \"$1\" ADD \"$0\" integer"],
    )],
    &[(
        "index",
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         WHERE c.relnamespace = 'public'::regnamespace
           AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
         ORDER BY 1 LIMIT 20",
        &["DROP INDEX \"$0\""],
    )],
    &[(
        "index",
        "SELECT c.relname, t.relname, a.attname FROM pg_index i
         JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE c.relnamespace = 'public'::regnamespace AND indpred IS NULL AND NOT indisunique AND indnatts = 1
         ORDER BY 1 DESC LIMIT 20",
        &["DROP INDEX \"$0\"", "CREATE INDEX \"$0\" ON \"$1\" (\"$2\") WHERE (\"$2\" IS NOT NULL)"],
    ), (
        "index",
        "SELECT 'index_by_hand', table_name, column_name FROM information_schema.columns
         WHERE table_schema = 'public' AND is_nullable = 'NO' AND table_name NOT LIKE 'alembic%' ORDER BY 2, 3 LIMIT 20",
        &["CREATE INDEX \"$0\" ON \"$1\" (\"$2\") WHERE (\"$2\" IS NOT NULL)"],
    )],
    &[(
        "enum",
        "SELECT typname FROM pg_type WHERE typtype = 'e' AND typnamespace = 'public'::regnamespace ORDER BY typname LIMIT 20",
        &["ALTER TYPE \"$0\" ADD VALUE 'drifted'"],
    ), ("enum", "SELECT 'enum_by_hand'", &["CREATE TYPE \"$0\" AS ENUM ('drifted')"])],
    &[(
        "check",
        "SELECT conname, conrelid::regclass FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0 AND connamespace = 'public'::regnamespace ORDER BY conname LIMIT 20",
        &["ALTER TABLE $1 DROP CONSTRAINT \"$0\"", "ALTER TABLE $1 ADD CONSTRAINT \"$0\" CHECK (1 < 2)"],
    ), (
        "check",
        "SELECT 'check_by_hand', tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%' ORDER BY 2 LIMIT 20",
        &["ALTER TABLE \"$1\" ADD CONSTRAINT \"$0\" CHECK (1 < 2)"],
    )],
    &[(
        "foreign_key",
        "SELECT conname, conrelid::regclass FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY conname DESC LIMIT 20",
        &["ALTER TABLE $1 RENAME CONSTRAINT \"$0\" TO renamed_by_hand"],
    )],
    &[("table", "SELECT 'made_by_hand'", &["CREATE TABLE made_by_hand (id integer)"])],
    &[(
        "trigger",
        "SELECT 'quiet_by_hand', tablename FROM pg_tables
         WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%' AND tablename <> 'made_by_hand' ORDER BY 2 LIMIT 20",
        &["CREATE TRIGGER quiet_by_hand BEFORE UPDATE ON \"$1\" FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"],
    )],
];
