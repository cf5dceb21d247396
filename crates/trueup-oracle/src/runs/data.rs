//! Steps of generated revisions that leave rows: tables with known columns, and what revisions do to what is in them.

use crate::differential::histories::Body;
use crate::random::Random;

/// A table that data steps work on.
#[derive(Clone)]
pub(super) struct Rows {
    table: String,
    /// Whether `amount` is still there.
    has_amount: bool,
}

/// Texts that somebody has to quote.
const TEXTS: &[&str] =
    &["'plain'", "\"it's\"", "'100% sure'", "'a:b'", "'Größe €'", "'back\\\\slash'", "''", "'two\\nlines'"];

/// Adds steps on rows to a revision, now and then; the first one creates the table.
pub(super) fn extend(rows: &mut Option<Rows>, number: usize, random: &mut Random, body: &mut Body) {
    let Some(rows) = rows else {
        if random.one_in(2) {
            *rows = Some(created(number, random, body));
        }
        return;
    };
    for _ in 0..random.below(3) {
        let step = rows.step(random, body);
        body.up.push(step);
    }
}

fn created(number: usize, random: &mut Random, body: &mut Body) -> Rows {
    let table = format!("items_{number}");
    body.module.push(format!(
        "items = sa.table(\"{table}\", sa.column(\"id\", sa.Integer()), sa.column(\"label\", sa.String()), \
         sa.column(\"amount\", sa.Numeric(10, 2)), sa.column(\"flag\", sa.Boolean()), sa.column(\"day\", sa.Date()), \
         sa.column(\"at\", sa.DateTime()), sa.column(\"data\", sa.JSON()))"
    ));
    let unique = if random.one_in(3) { ", unique=True" } else { "" };
    body.up.push(vec![
        "op.create_table(".to_owned(),
        format!("    \"{table}\","),
        "    sa.Column(\"id\", sa.Integer(), primary_key=True),".to_owned(),
        format!("    sa.Column(\"label\", sa.String(40), nullable=False{unique}),"),
        "    sa.Column(\"amount\", sa.Numeric(10, 2), server_default=\"1.5\"),".to_owned(),
        "    sa.Column(\"flag\", sa.Boolean(), nullable=False, server_default=sa.false()),".to_owned(),
        "    sa.Column(\"day\", sa.Date()),".to_owned(),
        "    sa.Column(\"at\", sa.DateTime()),".to_owned(),
        "    sa.Column(\"data\", sa.JSON()),".to_owned(),
        ")".to_owned(),
    ]);
    if random.one_in(4) {
        // SQLite takes such a column as long as the table has no rows.
        let call = "sa.Column(\"made\", sa.DateTime(), nullable=False, server_default=sa.func.now())";
        body.up.push(vec![format!("op.add_column(\"{table}\", {call})")]);
    }
    body.down.push(vec![format!("op.drop_table(\"{table}\")")]);
    Rows { table, has_amount: true }
}

impl Rows {
    fn step(&mut self, random: &mut Random, body: &mut Body) -> Vec<String> {
        let table = &self.table;
        // Each revision is a module of its own.
        let constant = format!("{table}_{}", body.module.len());
        let mut columns =
            "sa.column(\"id\", sa.Integer()), sa.column(\"label\", sa.String()), sa.column(\"flag\", sa.Boolean()), \
             sa.column(\"day\", sa.Date()), sa.column(\"at\", sa.DateTime()), sa.column(\"data\", sa.JSON())"
                .to_owned();
        if self.has_amount {
            columns += ", sa.column(\"amount\", sa.Numeric(10, 2))";
        }
        body.module.push(format!("{constant} = sa.table(\"{table}\", {columns})"));
        let (one, other) = (*random.pick(TEXTS), *random.pick(TEXTS));
        match random.below(15) {
            0 | 1 => vec![
                format!("op.bulk_insert({constant}, ["),
                format!("    {{\"label\": {one}, \"flag\": True, \"day\": datetime.date(2001, 2, 3), \"at\": datetime.datetime(2001, 2, 3, 4, 5, 6), \"data\": {{\"a\": [1, None]}}}},"),
                format!("    {{\"label\": {other}, \"flag\": False, \"day\": None, \"at\": None, \"data\": None}},"),
                "])".to_owned(),
            ],
            2 => vec![format!("op.execute(\"INSERT INTO {table} (label, day) VALUES ('first', '2001-02-03'), ('it''s', NULL)\")")],
            3 => vec![format!("op.execute({constant}.update().where({constant}.c.label == {one}).values(label={other}))")],
            4 => vec![format!("op.execute(sa.text(\"UPDATE {table} SET label = label || '!' WHERE flag IS NOT NULL\"))")],
            5 => vec![format!(
                "op.get_bind().execute(sa.text(\"UPDATE {table} SET label = :new WHERE label = :old\"), {{\"new\": {one}, \"old\": {other}}})"
            )],
            6 => vec![format!("op.execute({constant}.insert().values(label={one}, flag=sa.true()))")],
            7 => vec![format!("op.execute(\"INSERT INTO {table} (label) SELECT label || 'x' FROM {table}\")")],
            8 => vec![
                "bind = op.get_bind()".to_owned(),
                format!("for row in bind.execute(sa.select({constant}.c.id, {constant}.c.label)).fetchall():"),
                format!("    bind.execute({constant}.update().where({constant}.c.id == row.id).values(label=row.label.upper()))"),
            ],
            9 => vec![
                format!("count = op.get_bind().execute(sa.text(\"SELECT count(*) FROM {table}\")).scalar()"),
                "if count > 1:".to_owned(),
                format!("    op.execute({constant}.delete().where({constant}.c.label.in_([{one}, {other}])))"),
            ],
            10 => vec![format!(
                "op.get_bind().execute({constant}.insert(), [{{\"label\": {one}}}, {{\"label\": {other}}}])"
            )],
            11 => vec![
                format!("with op.batch_alter_table(\"{table}\") as batch_op:"),
                "    batch_op.alter_column(\"day\", existing_type=sa.Date(), type_=sa.String(20), existing_nullable=True)".to_owned(),
                format!("op.execute(\"UPDATE {table} SET day = '2002-03-04' WHERE day IS NULL\")"),
            ],
            12 if self.has_amount => {
                self.has_amount = false;
                body.down.push(vec![format!("op.add_column(\"{table}\", sa.Column(\"amount\", sa.Numeric(10, 2)))")]);
                vec![format!("with op.batch_alter_table(\"{table}\") as batch_op:"), "    batch_op.drop_column(\"amount\")".to_owned()]
            }
            13 => {
                let name = format!("n_{}", random.below(100_000));
                body.down.push(vec![
                    format!("with op.batch_alter_table(\"{table}\") as batch_op:"),
                    format!("    batch_op.drop_column(\"{name}\")"),
                ]);
                vec![
                    format!("op.add_column(\"{table}\", sa.Column(\"{name}\", sa.Integer(), nullable=True))"),
                    format!("op.execute(\"UPDATE {table} SET {name} = id * 2\")"),
                    format!("with op.batch_alter_table(\"{table}\") as batch_op:"),
                    format!("    batch_op.alter_column(\"{name}\", existing_type=sa.Integer(), nullable=False, server_default=\"4\")"),
                ]
            }
            _ => vec![format!("op.execute({constant}.delete().where(sa.or_({constant}.c.label == {one}, {constant}.c.flag.is_(None))))")],
        }
    }
}

/// Returns a step that fails.
pub(super) fn failing(random: &mut Random) -> Vec<String> {
    vec![match random.below(5) {
        0 => "op.execute(\"INSERT INTO nowhere_at_all (a) VALUES (1)\")".to_owned(),
        1 => "op.execute(\"SELEC 1\")".to_owned(),
        2 => "op.add_column(\"nowhere_at_all\", sa.Column(\"a\", sa.Integer()))".to_owned(),
        3 => "raise RuntimeError(\"no further\")".to_owned(),
        _ => "op.drop_table(\"nowhere_at_all\")".to_owned(),
    }]
}
