//! One table with everything that gets lost when a table is read back and written anew, changed in every way.

use trueup_schema::ops::ConstraintKind;
use trueup_schema::{Operation, ops::AlterColumn};

use super::operations::{
    add_column, alter, alter_type, check, default, drop_column, drop_constraint, drop_index, drop_unnamed,
    foreign_key, nullable, primary_key, rename, sql, unique,
};
use super::*;

const TABLE: &str = "CREATE TABLE t ( -- everything at once
  -- the number
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice
  [name] TEXT COLLATE NOCASE NOT NULL ON CONFLICT REPLACE DEFAULT 'x, y)', /* shown, and sorted */
  age INT CHECK (age > 0) CONSTRAINT adult CHECK (age <> 17),
  parent_id INTEGER CONSTRAINT fk_parent REFERENCES parent (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  boss INTEGER REFERENCES t (id) ON DELETE SET NULL,
  total INT GENERATED ALWAYS AS (age * 2) STORED,
  half REAL AS (age / 2.0),
  made TEXT DEFAULT (upper('now')), -- never NULL, so it is said
  extra, -- anything
  CONSTRAINT uq_name UNIQUE (name, age) ON CONFLICT IGNORE,
  CONSTRAINT ck_age CHECK (t.age < 200) CHECK (length(\"name\") > 0) -- not empty
)";

const AROUND: &str = "
  CREATE TABLE child (id INTEGER PRIMARY KEY, t_id INTEGER REFERENCES t (id) ON DELETE CASCADE ON UPDATE CASCADE);
  CREATE TABLE log (what TEXT);
  CREATE UNIQUE INDEX ix_partial ON t (name) WHERE age > 18;
  CREATE INDEX ix_desc ON t (age DESC, name COLLATE BINARY);
  CREATE INDEX ix_expression ON t (lower(name) /* folded */, id);
  CREATE TRIGGER t_insert AFTER INSERT ON t BEGIN INSERT INTO log VALUES ('new ' || NEW.name); END;
  CREATE TRIGGER t_update AFTER UPDATE OF age ON t WHEN NEW.age > OLD.age BEGIN
    INSERT INTO log VALUES ('older'); UPDATE t SET made = 'later' WHERE id = NEW.id; END;
  CREATE TRIGGER child_insert AFTER INSERT ON child BEGIN UPDATE t SET made = 'child' WHERE id = NEW.t_id; END;
  CREATE VIEW v AS SELECT id, name AS name FROM t WHERE age > 1;
  CREATE VIEW w AS SELECT upper(name) AS big FROM v;
  CREATE TRIGGER v_insert INSTEAD OF INSERT ON v BEGIN INSERT INTO t (name) VALUES (NEW.name); END;
  CREATE VIRTUAL TABLE words USING fts5 (name, content = 't', content_rowid = 'id');
  CREATE TRIGGER t_words AFTER INSERT ON t BEGIN INSERT INTO words (rowid, name) VALUES (NEW.id, NEW.name); END;
  CREATE TRIGGER t_no_words AFTER DELETE ON t BEGIN
    INSERT INTO words (words, rowid, name) VALUES ('delete', OLD.id, OLD.name); END;
  INSERT INTO parent VALUES (1, 'p'), (2, 'q');
  INSERT INTO t (name, age, parent_id, extra) VALUES ('Ann', 30, 1, x'00ff'), ('Bob', 41, 2, 1.5), ('Cy', 5, NULL, 'z');
  UPDATE t SET boss = 1 WHERE id > 1;
  INSERT INTO t (id, name, age) VALUES (90, 'gone', 9);
  DELETE FROM t WHERE id = 90;
  INSERT INTO child (t_id) VALUES (1), (2), (2);
  ANALYZE;";

fn everything() -> Scratch {
    let parent = "PRAGMA foreign_keys = ON; CREATE TABLE parent (id INTEGER PRIMARY KEY, code TEXT UNIQUE);";
    Scratch::new(&format!("{parent} {TABLE}; {AROUND}"))
}

const ROWS: &str =
    "SELECT rowid, id, name, age, parent_id, boss, total, printf('%.2f', half), made FROM t ORDER BY id";
const EXTRA: &str = "SELECT typeof(extra), extra FROM t ORDER BY id";

/// Changes the table and asserts that everything else is as it was, down to the statistics.
fn changed(operations: Vec<Operation>) -> Scratch {
    let (before, after) = (everything(), everything());
    let done = after.change("t", operations);
    assert_eq!(done.method, RebuildMethod::Copy);
    assert_eq!(after.others("t"), before.others("t"));
    let same = |sql: &str| assert_eq!(after.rows(sql), before.rows(sql), "{sql}");
    same("SELECT * FROM child");
    same("SELECT * FROM parent");
    same("SELECT * FROM log");
    same("SELECT name, seq FROM sqlite_sequence");
    same("SELECT * FROM sqlite_stat1 WHERE idx NOT LIKE 'sqlite_autoindex%' ORDER BY 1, 2");
    same("SELECT id, name FROM v");
    same("SELECT big FROM w");
    same("SELECT rowid FROM words WHERE words MATCH 'ann'");
    assert_eq!(after.texts("PRAGMA foreign_keys"), ["1"]);
    after.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)");
    works(&after);
    after
}

/// Asserts that triggers, keys and counters do what they did.
fn works(scratch: &Scratch) {
    scratch.execute("BEGIN; INSERT INTO t (name, age) VALUES ('Dee', 20)");
    assert_eq!(scratch.texts("SELECT max(id) FROM t"), ["91"]);
    assert_eq!(scratch.texts("SELECT what FROM log ORDER BY rowid DESC LIMIT 1"), ["'new Dee'"]);
    assert_eq!(scratch.texts("SELECT rowid FROM words WHERE words MATCH 'dee'"), ["91"]);
    scratch.execute("UPDATE t SET age = 21 WHERE id = 91; INSERT INTO v (name) VALUES ('Eve')");
    assert_eq!(scratch.texts("SELECT what FROM log WHERE what = 'older'"), ["'older'"]);
    scratch.execute("DELETE FROM t WHERE id = 2");
    assert_eq!(scratch.texts("SELECT count(*) FROM child"), ["1"]);
    scratch.execute("ROLLBACK");
}

fn keeps_rows(operations: Vec<Operation>) -> String {
    let before = everything();
    let after = changed(operations);
    assert_eq!(after.rows(ROWS), before.rows(ROWS));
    assert_eq!(after.rows(EXTRA), before.rows(EXTRA));
    after.text("t")
}

/// Returns the text that is expected: the table as it was, quoted, with parts replaced.
fn edited(edits: &[(&str, &str)]) -> String {
    let mut text = TABLE.replacen("TABLE t", "TABLE \"t\"", 1).replace("t.age < 200", "age < 200");
    for (old, new) in edits {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    text
}

#[test]
fn a_column_is_dropped() {
    let before = everything();
    let after = changed(vec![drop_column("extra")]);
    assert_eq!(after.text("t"), edited(&[("\n  extra, -- anything", "")]));
    assert_eq!(after.rows(ROWS), before.rows(ROWS));
}

#[test]
fn a_column_with_an_expression_as_its_default_is_added() {
    let text = keeps_rows(vec![add_column("at TEXT NOT NULL DEFAULT (lower('NOW'))")]);
    let added = "extra,\n  \"at\" TEXT DEFAULT (lower('NOW')) NOT NULL, -- anything";
    let beside = "extra, -- anything\n  \"at\" TEXT DEFAULT (lower('NOW')) NOT NULL,";
    assert_ne!(added, beside);
    assert_eq!(text, edited(&[("extra, -- anything", beside)]));
    let after = changed(vec![add_column("at TEXT NOT NULL DEFAULT (lower('NOW'))")]);
    assert_eq!(after.texts("SELECT DISTINCT at FROM t"), ["'now'"]);
}

#[test]
fn a_type_changes() {
    let text = keeps_rows(vec![alter_type("made", "VARCHAR(20)")]);
    assert_eq!(text, edited(&[("made TEXT", "made VARCHAR(20)")]));
}

#[test]
fn nullability_changes() {
    let text = keeps_rows(vec![nullable("made", false), nullable("name", true)]);
    let not_null = " NOT NULL ON CONFLICT REPLACE";
    assert_eq!(text, edited(&[("made TEXT", "made TEXT NOT NULL"), (not_null, "")]));
}

#[test]
fn a_default_changes() {
    let text = keeps_rows(vec![default("name", Some("'a''b'")), default("made", None)]);
    assert_eq!(text, edited(&[("'x, y)'", "'a''b'"), (" DEFAULT (upper('now'))", "")]));
    let text = keeps_rows(vec![default("age", Some("1 + 1")), drop_constraint("adult")]);
    assert_eq!(
        text,
        edited(&[("age INT", "age INT DEFAULT (1 + 1)"), (" CONSTRAINT adult CHECK (age <> 17)", "")])
    );
}

#[test]
fn a_collation_changes() {
    let text =
        keeps_rows(vec![AlterColumn { collation: Some(Some("RTRIM".to_owned())), ..alter("made") }.into()]);
    assert_eq!(text, edited(&[("made TEXT", "made TEXT COLLATE \"RTRIM\"")]));
    let text = keeps_rows(vec![AlterColumn { collation: Some(None), ..alter("name") }.into()]);
    assert_eq!(text, edited(&[(" COLLATE NOCASE", "")]));
}

#[test]
fn constraints_are_added() {
    let end = "CHECK (length(\"name\") > 0)";
    for (operation, written) in [
        (unique("uq_made", &["made", "id"]), "CONSTRAINT \"uq_made\" UNIQUE (\"made\", \"id\")"),
        (check("ck_boss", "boss <> id"), "CONSTRAINT \"ck_boss\" CHECK (boss <> id)"),
        (
            foreign_key("fk_code", &["made"], "parent", &["code"]),
            "CONSTRAINT \"fk_code\" FOREIGN KEY (\"made\") REFERENCES \"parent\" (\"code\")",
        ),
    ] {
        let mut operations = vec![operation];
        if written.contains("fk_code") {
            operations.insert(0, default("made", None));
            let scratch = everything();
            scratch.execute("UPDATE t SET made = NULL");
            scratch.change("t", operations);
            assert!(scratch.text("t").contains(written));
            continue;
        }
        let text = keeps_rows(operations);
        assert_eq!(
            text,
            edited(&[(&format!("{end} -- not empty"), &format!("{end}, -- not empty\n  {written}"))])
        );
    }
}

#[test]
fn constraints_are_dropped() {
    let dropped = keeps_rows(vec![drop_constraint("uq_name")]);
    assert_eq!(dropped, edited(&[("\n  CONSTRAINT uq_name UNIQUE (name, age) ON CONFLICT IGNORE,", "")]));
    let dropped = keeps_rows(vec![drop_constraint("ck_age")]);
    assert_eq!(dropped, edited(&[("CONSTRAINT ck_age CHECK (age < 200) CHECK", "CHECK")]));
    let condition = drop_unnamed(None, Some(ConstraintKind::Check), &["length(name) > 0"]);
    let dropped = keeps_rows(vec![condition]);
    assert_eq!(dropped, edited(&[(" CHECK (length(\"name\") > 0) -- not empty", "")]));
    let dropped = keeps_rows(vec![drop_unnamed(None, Some(ConstraintKind::ForeignKey), &["boss"])]);
    assert_eq!(dropped, edited(&[(" REFERENCES t (id) ON DELETE SET NULL", "")]));
    let dropped = keeps_rows(vec![drop_constraint("fk_parent")]);
    let key = " CONSTRAINT fk_parent REFERENCES parent (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED";
    assert_eq!(dropped, edited(&[(key, "")]));
}

#[test]
fn the_primary_key_is_renamed() {
    let text = keeps_rows(vec![primary_key("pk_t", &["id"])]);
    assert!(text.contains("id INTEGER, -- never given twice"), "{text}");
    assert!(text.contains("CONSTRAINT \"pk_t\" PRIMARY KEY (\"id\" AUTOINCREMENT)"), "{text}");
}

#[test]
fn columns_are_put_into_another_order() {
    let mut input = everything().input("t", Vec::new());
    let order = ["id", "extra", "made", "name", "age", "parent_id", "boss", "total", "half"];
    input.orders = vec![order.map(str::to_owned).to_vec()];
    let (before, after) = (everything(), everything());
    after.change_with(&input);
    works(&after);
    assert_eq!(after.others("t"), before.others("t"));
    assert_eq!(after.rows(ROWS), before.rows(ROWS));
    let names: Vec<String> = order.iter().map(|name| format!("'{name}'")).collect();
    assert_eq!(after.texts("SELECT name FROM pragma_table_xinfo('t')"), names);
    assert!(
        after.text("t").contains("\n  extra, -- anything\n  made TEXT DEFAULT (upper('now')), -- never NULL")
    );
}

#[test]
fn a_renamed_column_is_followed_everywhere() {
    let (before, after) = (everything(), everything());
    let done =
        after.change("t", vec![rename("name", "title"), rename("id", "number"), nullable("made", false)]);
    assert_eq!(done.method, RebuildMethod::Copy);
    let renamed = ROWS.replace("name", "title").replace(" id", " number");
    assert_eq!(after.rows(&renamed), before.rows(ROWS));
    assert_eq!(after.rows("SELECT * FROM child"), before.rows("SELECT * FROM child"));
    assert_eq!(after.rows("SELECT big FROM w"), before.rows("SELECT big FROM w"));
    for (name, part) in [
        ("ix_expression", "(lower(\"title\") /* folded */, \"number\")"),
        ("child", "REFERENCES t (\"number\")"),
        ("t_insert", "NEW.\"title\""),
        ("v_insert", "INSERT INTO t (\"title\") VALUES (NEW.name)"),
    ] {
        assert!(after.text(name).contains(part), "{}", after.text(name));
    }
}

#[test]
fn plain_changes_do_not_copy() {
    let before = everything();
    for operations in [
        vec![rename("name", "title")],
        vec![add_column("plain INTEGER NOT NULL DEFAULT 1")],
        sql("CREATE INDEX ix_new ON t (made)"),
        vec![drop_index("ix_desc")],
    ] {
        let scratch = everything();
        assert_eq!(scratch.change("t", operations).method, RebuildMethod::Alter);
        assert_eq!(
            scratch.rows("SELECT id, age FROM t ORDER BY id"),
            before.rows("SELECT id, age FROM t ORDER BY id")
        );
    }
    let scratch = everything();
    assert_eq!(scratch.change("t", Vec::new()).method, RebuildMethod::Nothing);
    // It says so already.
    assert_eq!(
        scratch.change("t", vec![alter_type("age", "int"), nullable("age", true)]).method,
        RebuildMethod::Nothing
    );
}

#[test]
fn a_failure_leaves_all_as_it_was() {
    let (before, after) = (everything(), everything());
    let done = rebuild(&after.input("t", vec![nullable("boss", false)]))
        .unwrap_or_else(|refusal| panic!("{refusal}"));
    let error = after.run(&done).unwrap_err();
    assert!(error.starts_with("NOT NULL constraint failed: _alembic_tmp_t.boss"), "{error}");
    assert_eq!(done.temporary.as_deref(), Some("_alembic_tmp_t"));
    assert_eq!(after.rows("SELECT * FROM sqlite_schema"), before.rows("SELECT * FROM sqlite_schema"));
    assert_eq!(after.rows(ROWS), before.rows(ROWS));
    after.is_sound();
    works(&after);
}
