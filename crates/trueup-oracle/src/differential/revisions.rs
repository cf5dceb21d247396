//! Revisions of generated projects: valid steps on what the revisions before have built, in the styles people write.

use super::state::{Family, Flavor, State, Table, list, quoted};
use super::tables::{self, column_text, condition, index_columns, plain_columns, python};
use crate::random::Random;

/// The body of one revision.
#[derive(Clone, Debug, Default)]
pub(super) struct Revision {
    /// Constants and helper functions in front of `upgrade`.
    pub(super) module: Vec<String>,
    /// Statements of `upgrade`; a step is never cut in two.
    pub(super) steps: Vec<Vec<String>>,
    /// Statements of `downgrade`, last step first; they need not undo everything, since both sides run the same.
    pub(super) down: Vec<Vec<String>>,
}

impl Revision {
    /// The text of the file.
    pub(super) fn text(&self, id: &str, down: Option<&str>) -> String {
        let down = down.map_or_else(|| "None".to_owned(), quoted);
        let mut out = format!(
            "\"\"\"step {id}\n\nRevision ID: {id}\nRevises: {}\n\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\
             from sqlalchemy.dialects import postgresql\nimport helpers\n\nrevision = \"{id}\"\ndown_revision = {down}\n\
             branch_labels = None\ndepends_on = None\n\n",
            down.trim_matches('"')
        );
        for line in &self.module {
            out.push_str(line);
            out.push('\n');
        }
        out.push_str("\n\ndef upgrade():\n");
        for line in self.steps.iter().flatten() {
            out.push_str(&format!("    {line}\n"));
        }
        if self.steps.is_empty() {
            out.push_str("    pass\n");
        }
        out.push_str("\n\ndef downgrade():\n");
        for line in self.down.iter().rev().flatten() {
            out.push_str(&format!("    {line}\n"));
        }
        if self.down.is_empty() {
            out.push_str("    pass\n");
        }
        out
    }
}

/// Writes one step, if the state has room for it.
type StepWriter = fn(&mut State, &mut Random, &mut Revision) -> Option<Vec<String>>;

/// Returns a revision of one to four steps.
pub(super) fn revision(state: &mut State, random: &mut Random) -> Revision {
    let mut revision = Revision::default();
    for _ in 0..=random.below(4) {
        let steps: &[StepWriter] = &[
            create_table,
            create_table,
            add_column,
            add_column,
            add_column,
            add_columns_in_a_loop,
            create_index,
            create_index,
            drop_index,
            alter_column,
            alter_column,
            drop_column,
            create_constraint,
            drop_constraint,
            rename_table,
            raw_sql,
            data,
            drop_table,
        ];
        let chosen = if state.tables.is_empty() { create_table } else { *random.pick(steps) };
        if let Some(lines) = chosen(state, random, &mut revision) {
            revision.steps.push(lines);
        }
    }
    revision
}

fn indented(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| format!("    {line}")).collect()
}

/// Writes a text as a constant, an f-string or a literal.
fn spelled(state: &mut State, random: &mut Random, revision: &mut Revision, text: &str) -> String {
    match random.below(6) {
        0 => {
            let constant = format!("NAME_{}", state.number());
            revision.module.push(format!("{constant} = {}", quoted(text)));
            constant
        }
        1 if text.len() > 2 && text.is_ascii() => {
            let (head, tail) = text.split_at(text.len() / 2);
            format!("f\"{head}{{{}}}\"", quoted(tail).replace('"', "'"))
        }
        2 => format!("op.f({})", quoted(text)),
        _ => quoted(text),
    }
}

/// `op.…` on PostgreSQL alone, a batch where SQLite must be able to follow.
fn on_table(
    state: &State,
    random: &mut Random,
    table: &str,
    batch_call: &str,
    direct_call: &str,
) -> Vec<String> {
    let batch = |recreate: &str| {
        vec![
            format!("with op.batch_alter_table({}{recreate}) as batch_op:", quoted(table)),
            format!("    batch_op.{batch_call}"),
        ]
    };
    let direct = vec![format!("op.{direct_call}")];
    match state.flavor {
        Flavor::Postgresql if random.one_in(2) => direct,
        Flavor::Sqlite => batch(if random.one_in(6) { ", recreate=\"always\"" } else { "" }),
        Flavor::Postgresql => batch(if random.one_in(8) { ", recreate=\"always\"" } else { "" }),
        Flavor::Both if random.one_in(3) => {
            let check = *random.pick(&[
                "if op.get_bind().dialect.name == \"sqlite\":",
                "if op.get_context().dialect.name == 'sqlite':",
                "if op.get_bind().engine.name in (\"sqlite\",):",
            ]);
            let mut lines = vec![check.to_owned()];
            lines.extend(indented(batch("")));
            lines.push("else:".to_owned());
            lines.extend(indented(direct));
            lines
        }
        Flavor::Both => batch(if random.one_in(8) { ", recreate=\"always\"" } else { "" }),
    }
}

fn create_table(state: &mut State, random: &mut Random, revision: &mut Revision) -> Option<Vec<String>> {
    let new = tables::new_table(state, random);
    let name = new.table.name.clone();
    let mut arguments = new.arguments;
    let mut table = new.table;
    match random.below(8) {
        0 => {
            arguments.push("*helpers.timestamps()".to_owned());
            for column in ["made_at", "changed_at"] {
                table.indexes.push((String::new(), vec![column.to_owned()]));
            }
        }
        1 => {
            let function = format!("_columns_{}", state.number());
            revision.module.push(format!("\n\ndef {function}(prefix):"));
            revision.module.push("    return [sa.Column(f\"{prefix}_{part}\", sa.Integer(), nullable=True) for part in (\"x\", \"y\")]\n".to_owned());
            arguments.push(format!("*{function}(\"extra\")"));
            table.indexes.push((String::new(), vec!["extra_x".to_owned(), "extra_y".to_owned()]));
        }
        _ => {}
    }
    let spelled = spelled(state, random, revision, &name);
    let mut lines = vec![format!("op.create_table(")];
    lines.push(format!("    {spelled},"));
    lines.extend(arguments.iter().map(|argument| format!("    {argument},")));
    lines.push(")".to_owned());
    if random.one_in(5) {
        let guard = *random.pick(&[
            "if not sa.inspect(op.get_bind()).has_table({}):",
            "if {} not in sa.inspect(op.get_bind()).get_table_names():",
            "if not helpers.has_table({}):",
        ]);
        let mut guarded = vec![guard.replace("{}", &quoted(&name))];
        guarded.extend(indented(lines));
        lines = guarded;
    }
    state.tables.push(table);
    revision.down.push(vec![format!("op.drop_table({})", quoted(&name))]);
    Some(lines)
}

fn add_column(state: &mut State, random: &mut Random, revision: &mut Revision) -> Option<Vec<String>> {
    let at = state.table(random)?;
    let mut column = state.column(random, true);
    // Neither adds the type on PostgreSQL; SQLite takes constants only.
    if column.type_text.contains("Enum(")
        || column.type_text.contains("ENUM(")
        || column.type_text.contains("create_constraint")
    {
        "sa.String(12)".clone_into(&mut column.type_text);
        column.family = Family::Text;
        column.default = None;
        column.nullable = true;
    }
    if state.flavor.has_sqlite() && column.family == Family::Time {
        column.default = None;
        column.nullable = true;
    }
    let table = state.tables[at].name.clone();
    let text = column_text(&column, &[]);
    let name = column.name.clone();
    state.tables[at].columns.push(column);
    let dropped = quoted(&name);
    let lines = on_table(
        state,
        random,
        &table,
        &format!("drop_column({dropped})"),
        &format!("drop_column({}, {dropped})", quoted(&table)),
    );
    revision.down.push(lines);
    Some(match random.below(8) {
        0 => {
            let helper = format!("_add_{}", state.number());
            revision
                .module
                .push(format!("\n\ndef {helper}(table, column):\n    op.add_column(table, column)\n"));
            vec![format!("{helper}({}, {text})", quoted(&table))]
        }
        1 => vec![
            format!("with op.batch_alter_table({}, schema=None) as batch_op:", quoted(&table)),
            format!("    batch_op.add_column({text})"),
        ],
        2 => vec![
            "bind = op.get_bind()".to_owned(),
            format!(
                "known = {{column[\"name\"] for column in sa.inspect(bind).get_columns({})}}",
                quoted(&table)
            ),
            format!("if {} not in known:", quoted(&name)),
            format!("    op.add_column({}, {text})", quoted(&table)),
        ],
        3 => vec![
            format!("if not helpers.has_column({}, {}):", quoted(&table), quoted(&name)),
            format!("    op.add_column({}, {text})", quoted(&table)),
        ],
        _ => {
            let table = spelled(state, random, revision, &table).replace("op.f(", "str(");
            vec![format!("op.add_column({table}, {text})")]
        }
    })
}

fn add_columns_in_a_loop(
    state: &mut State,
    random: &mut Random,
    revision: &mut Revision,
) -> Option<Vec<String>> {
    let names = [state.name(random, "a"), state.name(random, "b")];
    let type_text = *random.pick(&["sa.Integer()", "sa.String(8)", "sa.Text()", "sa.Float()"]);
    let mut tables: Vec<String> = Vec::new();
    for _ in 0..=random.below(2) {
        let at = state.table(random)?;
        let name = state.tables[at].name.clone();
        if !tables.contains(&name) {
            for column in &names {
                state.tables[at].indexes.push((String::new(), vec![column.clone()]));
            }
            tables.push(name);
        }
    }
    let source = if random.one_in(2) {
        let constant = format!("COLUMNS_{}", state.number());
        revision.module.push(format!("{constant} = ({}, {})", quoted(&names[0]), quoted(&names[1])));
        constant
    } else {
        list(&names)
    };
    Some(vec![
        format!("for table in {}:", list(&tables)),
        format!("    for name in {source}:"),
        format!("        op.add_column(table, sa.Column(name, {type_text}, nullable=True))"),
    ])
}

fn create_index(state: &mut State, random: &mut Random, revision: &mut Revision) -> Option<Vec<String>> {
    let at = state.table(random)?;
    let columns = plain_columns(random, &state.tables[at], 2)?;
    let name = state.name(random, "ix");
    let table = state.tables[at].name.clone();
    let unique = *random.pick(&["", "", ", unique=True", ", unique=False"]);
    let condition = format!("\\\"{}\\\" IS NOT NULL", columns[0]);
    let mut options = unique.to_owned();
    match (state.flavor, random.below(6)) {
        (Flavor::Both, 0) => {
            options += &format!(
                ", postgresql_where=sa.text(\"{condition}\"), sqlite_where=sa.text(\"{condition}\")"
            );
        }
        (Flavor::Postgresql, 0) => options += &format!(", postgresql_where=sa.text(\"{condition}\")"),
        (Flavor::Postgresql, 1) => options += ", postgresql_using=\"btree\"",
        (Flavor::Postgresql, 2) => options += ", if_not_exists=True",
        _ => {}
    }
    let written = index_columns(random, &columns);
    let is_plain = written == list(&columns);
    let spelled = spelled(state, random, revision, &name);
    let lines = if random.one_in(4) && is_plain {
        vec![
            format!("with op.batch_alter_table({}) as batch_op:", quoted(&table)),
            format!("    batch_op.create_index({spelled}, {written}{unique})"),
        ]
    } else {
        vec![format!("op.create_index({spelled}, {}, {written}{options})", quoted(&table))]
    };
    revision.down.push(vec![format!("op.drop_index({}, table_name={})", quoted(&name), quoted(&table))]);
    state.tables[at].indexes.push((name, columns));
    Some(lines)
}

fn drop_index(state: &mut State, random: &mut Random, revision: &mut Revision) -> Option<Vec<String>> {
    let at = state.table(random)?;
    let named = |(name, _): &(String, Vec<String>)| !name.is_empty();
    let position = state.tables[at].indexes.iter().position(named)?;
    let (name, columns) = state.tables[at].indexes.remove(position);
    let table = quoted(&state.tables[at].name);
    revision.down.push(vec![format!(
        "op.create_index({}, {table}, {}, unique=False)",
        quoted(&name),
        list(&columns)
    )]);
    let spelled = spelled(state, random, revision, &name);
    Some(match random.below(3) {
        0 => vec![
            format!(
                "if {} in {{index[\"name\"] for index in sa.inspect(op.get_bind()).get_indexes({table})}}:",
                quoted(&name)
            ),
            format!("    op.drop_index({spelled}, table_name={table})"),
        ],
        _ => vec![format!("op.drop_index({spelled}, table_name={table})")],
    })
}

fn alter_column(state: &mut State, random: &mut Random, _: &mut Revision) -> Option<Vec<String>> {
    let at = state.table(random)?;
    let free = state.tables[at].free_columns();
    let column = (!free.is_empty()).then(|| (*random.pick(&free)).clone())?;
    let table = state.tables[at].name.clone();
    let change = |table: &mut Table, change: &mut dyn FnMut(&mut super::state::Column)| {
        table.columns.iter_mut().filter(|other| other.name == column.name).for_each(change);
    };
    let name = quoted(&column.name);
    let arguments = match random.below(4) {
        0 if column.family == Family::Text && !column.type_text.contains("Enum") => {
            let new = *random.pick(&["sa.String(200)", "sa.Text()", "sa.VARCHAR(300)"]);
            change(&mut state.tables[at], &mut |column| new.clone_into(&mut column.type_text));
            format!("{name}, existing_type={}, type_={new}", column.type_text)
        }
        1 => {
            let new_name = state.name(random, "r");
            change(&mut state.tables[at], &mut |column| column.name.clone_from(&new_name));
            format!("{name}, new_column_name={}", quoted(&new_name))
        }
        2 if column.family != Family::Other => {
            let default = State::default_text(random, column.family)?;
            let default =
                if column.default.is_some() && random.one_in(2) { "None".to_owned() } else { default };
            change(&mut state.tables[at], &mut |column| column.default = Some(default.clone()));
            format!("{name}, existing_type={}, server_default={default}", column.type_text)
        }
        _ => {
            let nullable = !column.nullable;
            change(&mut state.tables[at], &mut |column| column.nullable = nullable);
            format!("{name}, existing_type={}, nullable={}", column.type_text, python(nullable))
        }
    };
    if column.type_text.contains("Enum(")
        || column.type_text.contains("ENUM(")
        || column.type_text.contains("create_constraint")
    {
        return None;
    }
    Some(on_table(
        state,
        random,
        &table,
        &format!("alter_column({arguments})"),
        &format!("alter_column({}, {arguments})", quoted(&table)),
    ))
}

fn drop_column(state: &mut State, random: &mut Random, _: &mut Revision) -> Option<Vec<String>> {
    let at = state.table(random)?;
    let free = state.tables[at].free_columns();
    let column = (!free.is_empty()).then(|| (*random.pick(&free)).clone())?;
    let table = state.tables[at].name.clone();
    state.tables[at].columns.retain(|other| other.name != column.name);
    let name = quoted(&column.name);
    Some(on_table(
        state,
        random,
        &table,
        &format!("drop_column({name})"),
        &format!("drop_column({}, {name})", quoted(&table)),
    ))
}

fn create_constraint(state: &mut State, random: &mut Random, revision: &mut Revision) -> Option<Vec<String>> {
    let at = state.table(random)?;
    let table = state.tables[at].name.clone();
    let (name, kind, batch, direct) = if random.one_in(2) {
        let columns = plain_columns(random, &state.tables[at], 2)?;
        let is_unique =
            state.tables[at].constraints.iter().any(|(kind, _, own)| *kind == "unique" && *own == columns);
        if is_unique && state.flavor.has_postgresql() {
            // When the table is copied, Alembic keeps now the one and now the other: it goes through a Python set.
            return None;
        }
        let name = state.name(random, "uq");
        state.tables[at].constraints.push(("unique", name.clone(), columns.clone()));
        let (name, columns) = (quoted(&name), list(&columns));
        (
            name.clone(),
            "unique",
            format!("create_unique_constraint({name}, {columns})"),
            format!("create_unique_constraint({name}, {}, {columns})", quoted(&table)),
        )
    } else {
        let integers = state.tables[at].columns.iter().filter(|column| column.family == Family::Integer);
        let names: Vec<String> = integers.map(|column| column.name.clone()).collect();
        let column = (!names.is_empty()).then(|| random.pick(&names).clone())?;
        let name = state.name(random, "ck");
        let condition = condition(random, &column);
        state.tables[at].constraints.push(("check", name.clone(), vec![column]));
        let name = quoted(&name);
        (
            name.clone(),
            "check",
            format!("create_check_constraint({name}, {condition})"),
            format!("create_check_constraint({name}, {}, {condition})", quoted(&table)),
        )
    };
    let undone = on_table(
        state,
        random,
        &table,
        &format!("drop_constraint({name}, type_=\"{kind}\")"),
        &format!("drop_constraint({name}, {}, type_=\"{kind}\")", quoted(&table)),
    );
    revision.down.push(undone);
    Some(on_table(state, random, &table, &batch, &direct))
}

fn drop_constraint(state: &mut State, random: &mut Random, _: &mut Revision) -> Option<Vec<String>> {
    let at = state.table(random)?;
    if state.tables[at].constraints.is_empty() {
        return None;
    }
    let position = random.below(state.tables[at].constraints.len());
    let (kind, name, _) = state.tables[at].constraints.remove(position);
    let table = state.tables[at].name.clone();
    let name = quoted(&name);
    Some(on_table(
        state,
        random,
        &table,
        &format!("drop_constraint({name}, type_=\"{kind}\")"),
        &format!("drop_constraint({name}, {}, type_=\"{kind}\")", quoted(&table)),
    ))
}

fn rename_table(state: &mut State, random: &mut Random, revision: &mut Revision) -> Option<Vec<String>> {
    if !random.one_in(2) {
        return None;
    }
    let at = state.table(random)?;
    let new = state.name(random, "t");
    let old = std::mem::replace(&mut state.tables[at].name, new.clone());
    revision.down.push(vec![format!("op.rename_table({}, {})", quoted(&new), quoted(&old))]);
    Some(vec![format!("op.rename_table({}, {})", quoted(&old), quoted(&new))])
}

fn drop_table(state: &mut State, random: &mut Random, _: &mut Revision) -> Option<Vec<String>> {
    // The newest: nothing refers to it.
    if !random.one_in(3) || state.tables.len() < 2 {
        return None;
    }
    let table = state.tables.pop()?;
    Some(vec![format!("op.drop_table({})", quoted(&table.name))])
}

fn raw_sql(state: &mut State, random: &mut Random, _: &mut Revision) -> Option<Vec<String>> {
    let at = state.table(random)?;
    let table = format!("\\\"{}\\\"", state.tables[at].name);
    Some(match random.below(5) {
        0 => {
            let name = state.name(random, "view").replace(' ', "_");
            vec![format!("op.execute(\"CREATE VIEW \\\"{name}\\\" AS SELECT 1 AS one\")")]
        }
        1 => {
            let columns = plain_columns(random, &state.tables[at], 1)?;
            let name = state.name(random, "ix");
            let lines = vec![format!(
                "op.execute(sa.text(\"CREATE INDEX \\\"{name}\\\" ON {table} (\\\"{}\\\")\"))",
                columns[0]
            )];
            state.tables[at].indexes.push((name, columns));
            lines
        }
        2 => {
            let name = state.name(random, "s");
            state.tables[at].indexes.push((String::new(), vec![name.clone()]));
            vec![
                format!("column = {}", quoted(&name)),
                format!(
                    "op.execute(f'ALTER TABLE {} ADD COLUMN \"{{column}}\" INTEGER DEFAULT 3')",
                    table.replace('\\', "")
                ),
            ]
        }
        3 if state.flavor == Flavor::Postgresql => {
            let name = state.name(random, "kind").replace(' ', "_");
            vec![
                format!("mood = postgresql.ENUM(\"sad\", \"glad\", name={})", quoted(&name)),
                "mood.create(op.get_bind(), checkfirst=True)".to_owned(),
                format!("op.execute('ALTER TYPE \"{name}\" ADD VALUE IF NOT EXISTS \\'ok\\'')"),
            ]
        }
        _ => {
            let name = state.name(random, "plain").replace(' ', "_");
            vec![
                "op.execute(\"\"\"".to_owned(),
                format!("    CREATE TABLE \"{name}\" ("),
                "        id INTEGER PRIMARY KEY,".to_owned(),
                "        label VARCHAR(20) NOT NULL DEFAULT 'none', -- a comment".to_owned(),
                "        amount NUMERIC(8,2) CHECK (amount >= 0)".to_owned(),
                "    )".to_owned(),
                "\"\"\")".to_owned(),
            ]
        }
    })
}

/// Steps on rows change no schema.
fn data(state: &mut State, random: &mut Random, _: &mut Revision) -> Option<Vec<String>> {
    let at = state.table(random)?;
    let table = &state.tables[at].name;
    Some(match random.below(3) {
        0 => vec![format!("op.execute('DELETE FROM \"{table}\" WHERE 1 = 0')")],
        1 => vec![
            format!("rows = sa.table({}, sa.column(\"id\", sa.Integer))", quoted(table)),
            "for row in op.get_bind().execute(sa.select(rows.c.id)).fetchall():".to_owned(),
            "    op.execute(rows.delete().where(rows.c.id == row.id))".to_owned(),
        ],
        _ => vec![
            format!("rows = sa.table({}, sa.column(\"id\", sa.Integer))", quoted(table)),
            "op.bulk_insert(rows, [])".to_owned(),
        ],
    })
}
