//! Random tables, random batches: the table afterwards is the one that its description creates directly.

use trueup_schema::Operation;

use super::operations::{
    add_column, alter_type, check, default, drop_column, drop_constraint, drop_index, foreign_key, nullable,
    rename, sql, unique,
};
use super::{RebuildMethod, Scratch, rebuild};

mod model;

use model::{Model, ModelColumn, ModelIndex, NAMES, Random, Rule, Style};

const PARENT: &str =
    "CREATE TABLE parent (id INTEGER PRIMARY KEY); INSERT INTO parent VALUES (1), (2), (3), (4), (5);";
const CHILD: &str =
    "CREATE TABLE child (id INTEGER PRIMARY KEY, t_id INTEGER REFERENCES t (id) ON DELETE CASCADE);
    CREATE TABLE log (id INTEGER);
    CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (NEW.id); END;
    CREATE VIEW v AS SELECT id FROM t;";

fn column(random: &mut Random, strict: bool, name: &str) -> ModelColumn {
    let types: &[&str] = if strict {
        &["INT", "TEXT", "REAL", "ANY"]
    } else {
        &["INT", "VARCHAR(20)", "TEXT", "REAL", "DATETIME", "NUMERIC(10,2)", "BLOB"]
    };
    let declared = (*random.pick(types)).to_owned();
    let is_text = declared.contains("TEXT") || declared.contains("CHAR");
    let default = match declared.as_str() {
        _ if !random.one_in(3) => None,
        "INT" | "REAL" => Some((*random.pick(&["5", "-1.0", "(1 + 2)"])).to_owned()),
        "BLOB" => Some("x'4142'".to_owned()),
        _ => Some((*random.pick(&["'it''s, )'", "(lower('X'))", "'2020-01-02'"])).to_owned()),
    };
    ModelColumn {
        name: name.to_owned(),
        key: name.to_owned(),
        not_null: random.one_in(4),
        default: default.filter(|text| !(declared == "INT" && text == "-1.0")),
        collation: is_text.then(|| *random.pick(&["NOCASE", "RTRIM"])).filter(|_| random.one_in(3)),
        computed: None,
        is_unique: false,
        checked: random.one_in(5),
        refers: declared == "INT" && random.one_in(3),
        declared,
        written: String::new(),
    }
}

fn table(random: &mut Random) -> Model {
    let strict = random.one_in(4);
    let without_rowid = random.one_in(5);
    let key_of_table = without_rowid || random.one_in(4);
    let id = ModelColumn {
        declared: "INTEGER".to_owned(),
        default: None,
        collation: None,
        checked: false,
        refers: false,
        ..column(random, true, "id")
    };
    let autoincrement = !key_of_table && random.one_in(3);
    let mut model = Model {
        columns: vec![id],
        rules: Vec::new(),
        indexes: Vec::new(),
        autoincrement,
        key_of_table,
        strict,
        without_rowid,
        gone: Vec::new(),
    };
    for name in NAMES.iter().take(2 + random.below(8)) {
        let mut new = column(random, strict, name);
        if random.one_in(5) {
            let from = random.pick(&model.columns).key.clone();
            let stored = random.one_in(2);
            new = ModelColumn {
                computed: Some((from, stored)),
                default: None,
                checked: false,
                refers: false,
                not_null: false,
                ..new
            };
            "TEXT".clone_into(&mut new.declared);
        }
        new.is_unique = new.computed.is_none() && random.one_in(6);
        model.columns.push(new);
    }
    for number in 0..random.below(4) {
        if let Some(rule) = rule(random, &model) {
            model.rules.push((format!("rule{number}"), rule));
        }
    }
    for number in 0..random.below(3) {
        let index = index(random, &model, &format!("ix{number}"));
        model.indexes.push(index);
    }
    model
}

fn rule(random: &mut Random, model: &Model) -> Option<Rule> {
    let plain: Vec<&ModelColumn> =
        model.columns.iter().filter(|column| column.computed.is_none() && column.key != "id").collect();
    if plain.is_empty() {
        return None;
    }
    let column = random.pick(&plain);
    match random.below(3) {
        0 => Some(Rule::Unique(vec!["id".to_owned(), column.key.clone()])),
        1 => Some(Rule::Check(column.key.clone())),
        _ => (column.declared == "INT").then(|| Rule::ForeignKey(column.key.clone())),
    }
}

fn index(random: &mut Random, model: &Model, name: &str) -> ModelIndex {
    let column = random.pick(&model.columns).key.clone();
    let second = random.pick(&model.columns).key.clone();
    let columns = vec![(column, random.one_in(3)), (second, random.one_in(3))];
    ModelIndex { name: name.to_owned(), columns, on_expression: random.one_in(3), partial: random.one_in(3) }
}

/// Makes an operation that is allowed, and changes the description accordingly.
fn operation(random: &mut Random, model: &mut Model, number: usize) -> Option<Operation> {
    let at = random.below(model.columns.len());
    let target = model.columns[at].clone();
    let key = target.key.clone();
    let free = |random: &mut Random, model: &Model| {
        let taken = |name: &str| {
            model.gone.iter().any(|gone| gone == name)
                || model.columns.iter().any(|column| {
                    column.name.eq_ignore_ascii_case(name) || column.key.eq_ignore_ascii_case(name)
                })
        };
        Some((*random.pick(NAMES)).to_owned()).filter(|name| !taken(name))
    };
    match random.below(11) {
        0 if !model.is_needed(&key) && model.columns.len() > 2 => {
            model.columns.remove(at);
            model.gone.push(key.clone());
            model.rules.retain(|(_, rule)| match rule {
                Rule::Unique(columns) => !columns.contains(&key),
                Rule::Check(column) | Rule::ForeignKey(column) => *column != key,
            });
            Some(drop_column(&key))
        }
        1 => {
            let name = free(random, model)?;
            let mut new = column(random, model.strict, &name);
            (new.checked, new.refers) = (false, false);
            new.not_null &= new.default.is_some();
            let collation = new.collation.map(|name| format!(" COLLATE {name}")).unwrap_or_default();
            let default = new.default.as_ref().map(|text| format!(" DEFAULT {text}")).unwrap_or_default();
            let not_null = if new.not_null { " NOT NULL" } else { "" };
            let quoted = Style(None).name(&name);
            let definition = format!("{quoted} {}{collation}{default}{not_null}", new.declared);
            model.columns.push(new);
            Some(add_column(&definition))
        }
        2 if key != "id" => {
            let name = free(random, model)?;
            model.columns[at].name.clone_from(&name);
            Some(rename(&key, &name))
        }
        3 if key != "id" && target.computed.is_none() => {
            let new = match target.declared.as_str() {
                "VARCHAR(20)" | "TEXT" if !model.strict => "VARCHAR(99)",
                "INT" => "INTEGER",
                "DATETIME" => "TIMESTAMP",
                _ => return None,
            };
            new.clone_into(&mut model.columns[at].declared);
            Some(alter_type(&key, new))
        }
        4 if target.not_null && key != "id" => {
            model.columns[at].not_null = false;
            Some(nullable(&key, true))
        }
        5 if target.computed.is_none() && key != "id" && !target.not_null => {
            let text = (*random.pick(&["'x'", "7", "NULL", "(1 + 2)"])).to_owned();
            let text = Some(text).filter(|_| random.one_in(2));
            model.columns[at].default.clone_from(&text);
            Some(default(&key, text.as_deref()))
        }
        6 => {
            let name = format!("new{number}");
            let rule = rule(random, model)?;
            let quoted = |key: &str| Style(None).name(&model.column(key).name);
            let operation = match &rule {
                Rule::Unique(columns) => {
                    unique(&name, &columns.iter().map(String::as_str).collect::<Vec<_>>())
                }
                // Conditions are texts and use the names at the end, so no later rename may come.
                Rule::Check(column) if model.column(column).name == *column => {
                    check(&name, &format!("{} IS NOT '~'", quoted(column)))
                }
                Rule::Check(_) => return None,
                Rule::ForeignKey(column) => foreign_key(&name, &[column], "parent", &["id"]),
            };
            model.rules.push((name, rule));
            Some(operation)
        }
        7 if !model.rules.is_empty() => {
            let (name, _) = model.rules.remove(random.below(model.rules.len()));
            Some(drop_constraint(&name))
        }
        8 if !model.indexes.is_empty() => {
            let index = model.indexes.remove(random.below(model.indexes.len()));
            Some(drop_index(&index.name))
        }
        9 => {
            let mut new = index(random, model, &format!("nx{number}"));
            new.on_expression = false;
            new.partial = false;
            let names: Vec<String> = new
                .columns
                .iter()
                .map(|(key, descending)| {
                    format!("{}{}", Style(None).name(key), if *descending { " DESC" } else { "" })
                })
                .collect();
            let operation = sql(&format!("CREATE INDEX {} ON t ({})", new.name, names.join(", "))).pop();
            model.indexes.push(new);
            operation
        }
        _ => None,
    }
}

/// Returns a row's values as SQL, for columns that take values; unique ones differ from row to row.
fn values(random: &mut Random, model: &Model, id: usize) -> Vec<(String, String)> {
    let mut values = Vec::new();
    for column in model.columns.iter().filter(|column| column.computed.is_none()) {
        let value = match column.declared.as_str() {
            _ if column.key == "id" => (id * 3).to_string(),
            _ if !column.not_null && random.one_in(4) => "NULL".to_owned(),
            "INT" if column.is_unique => id.to_string(),
            "INT" => (1 + random.below(3)).to_string(),
            "REAL" => format!("{id}.5"),
            "BLOB" => format!("x'41{id:02}'"),
            "TEXT" | "VARCHAR(20)" => format!("'Text {id}'"),
            "DATETIME" => format!("'2020-01-{id:02}'"),
            _ if random.one_in(2) => id.to_string(),
            _ => format!("'v{id}'"),
        };
        values.push((column.key.clone(), value));
    }
    values
}

fn insert(model: &Model, values: &[(String, String)]) -> String {
    let known: Vec<&(String, String)> =
        values.iter().filter(|(key, _)| model.columns.iter().any(|column| column.key == *key)).collect();
    let names: Vec<String> = known.iter().map(|(key, _)| Style(None).name(&model.column(key).name)).collect();
    let values: Vec<&str> = known.iter().map(|(_, value)| value.as_str()).collect();
    format!("INSERT INTO t ({}) VALUES ({});", names.join(", "), values.join(", "))
}

/// Everything that SQLite says of the table, without the order in which it happens to know things.
fn facts(scratch: &Scratch) -> Vec<Vec<String>> {
    let mut facts = Vec::new();
    for sql in [
        "SELECT 'column', * FROM pragma_table_xinfo('t')",
        "SELECT 'key', \"table\", \"from\", \"to\", on_update, on_delete FROM pragma_foreign_key_list('t') ORDER BY 2, 3, 6",
        "SELECT 'index', iif(l.origin = 'c', l.name, ''), l.\"unique\", l.origin, l.partial, (SELECT group_concat(\
         format('%d %s %d %s', x.seqno, x.name, x.desc, x.coll)) FROM pragma_index_xinfo(l.name) AS x WHERE x.key) AS k \
         FROM pragma_index_list('t') AS l ORDER BY 2, 6",
        "SELECT 'kind', strict, wr FROM pragma_table_list('t') WHERE schema = 'main'",
        "SELECT 'rows', typeof(x.id), x.* FROM t AS x ORDER BY x.id",
    ] {
        facts.extend(scratch.rows(sql));
    }
    facts
}

fn case(seed: u64) -> RebuildMethod {
    let random = &mut Random::new(seed);
    let mut before = table(random);
    let created = before.create(&mut Style(Some(random)));
    let scratch = Scratch::new(PARENT);
    scratch.execute(&created);
    for index in before.indexes.clone() {
        scratch.execute(&before.create_index(&index, &mut Style(Some(random))));
    }
    scratch.execute(CHILD);
    let rows: Vec<_> = (1..=random.below(5)).map(|id| values(random, &before, id)).collect();
    for row in &rows {
        scratch.execute(&insert(&before, row));
    }
    scratch.execute("INSERT INTO child (t_id) SELECT id FROM t");
    let children = scratch.rows("SELECT * FROM child, log, v ORDER BY 1, 2, 3, 4");

    let mut after = before.clone();
    let operations: Vec<Operation> =
        (0..=random.below(4)).filter_map(|number| operation(random, &mut after, number)).collect();
    let has_renames = operations.iter().any(|operation| matches!(operation, Operation::RenameColumn(_)));
    let mut input = scratch.input("t", operations);
    if random.one_in(4) {
        let mut order = after.columns.clone();
        for at in (1..order.len()).rev() {
            order.swap(at, random.below(at + 1));
        }
        input.orders = vec![order.iter().map(|column| column.key.clone()).collect()];
        after.columns = order;
    }
    let done =
        rebuild(&input).unwrap_or_else(|refusal| panic!("seed {seed}: {refusal}\n{created}\n{input:#?}"));
    let outcome = scratch.run(&done);
    outcome.unwrap_or_else(|error| {
        panic!("seed {seed}: {error}\n{created}\n{:#?}\n{done:#?}", input.operations)
    });
    scratch.is_tidy();
    assert_eq!(scratch.rows("SELECT * FROM child, log, v ORDER BY 1, 2, 3, 4"), children, "seed {seed}");

    let expected = Scratch::new(PARENT);
    expected.execute(&after.clone().create(&mut Style(None)));
    after.indexes.iter().for_each(|index| expected.execute(&after.create_index(index, &mut Style(None))));
    for row in &rows {
        expected.execute(&insert(&after, row));
    }
    let text = scratch.text("t");
    // SQLite 3.50.2 itself takes numbers for texts in some tables with generated columns.
    let damage = |scratch: &Scratch| scratch.texts("PRAGMA integrity_check");
    assert_eq!(damage(&scratch), damage(&expected), "seed {seed}\n{created}\n{text}");
    let (expected, actual) = (facts(&expected), facts(&scratch));
    assert_eq!(actual, expected, "seed {seed}\n{created}\n{text}\n{:#?}", input.operations);
    // A column that nothing happened to is written as it was.
    let same = |column: &&ModelColumn| before.columns.contains(*column) && !has_renames;
    for column in after.columns.iter().filter(same) {
        assert!(text.contains(&column.written), "seed {seed}: {}\n{text}", column.written);
    }
    done.method
}

#[test]
fn any_batch_makes_the_table_that_it_describes() {
    let methods: Vec<RebuildMethod> = (0..3_000).map(case).collect();
    let count = |method| methods.iter().filter(|found| **found == method).count();
    assert!(count(RebuildMethod::Alter) > 300 && count(RebuildMethod::Copy) > 1_000, "{methods:?}");
}
