//! The project that is run: twelve revisions with all that a fault could tear apart.
//!
//! Parents of rows that cascade are rebuilt, rows are changed and moved, an index is built outside of transactions, and
//! everything can be taken back. Keys are given, never drawn from a sequence: what a sequence has given out stays given
//! out after a rollback, and rows of two runs could not be compared.

use std::fs;
use std::path::Path;

use anyhow::Result;
use trueup_schema::Dialect;

/// The last revision.
pub(super) const HEAD: usize = REVISIONS.len();

/// Returns the id of the n-th revision; the first is 1.
pub(super) fn id(number: usize) -> String {
    format!("r{number:02}")
}

/// Returns the number of an id, or 0 for what is none.
pub(super) fn number(id: &str) -> usize {
    id.strip_prefix('r').and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// How env.py is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Transactions {
    /// As Alembic's template: one for the run.
    Whole,
    /// `transaction_per_migration=True`.
    PerRevision,
}

/// Writes the project.
pub(super) fn write(root: &Path, transactions: Transactions) -> Result<()> {
    let versions = root.join("alembic/versions");
    fs::create_dir_all(&versions)?;
    fs::write(root.join("alembic.ini"), INI)?;
    let option = match transactions {
        Transactions::Whole => "",
        Transactions::PerRevision => ", transaction_per_migration=True",
    };
    fs::write(root.join("alembic/env.py"), ENV.replace("OPTION", option))?;
    for (at, revision) in REVISIONS.iter().enumerate() {
        fs::write(versions.join(format!("{}.py", id(at + 1))), revision.text(at + 1))?;
    }
    Ok(())
}

/// Returns the rows that the harness adds at a revision, as an application would between two deployments.
pub(super) fn rows(at: usize) -> String {
    let mut sql = String::new();
    let mut many = |insert: &str, rows: std::ops::Range<usize>, row: &dyn Fn(usize) -> String| {
        let rows: Vec<String> = rows.map(|n| format!("({})", row(n))).collect();
        sql.push_str(&format!("INSERT INTO {insert} VALUES {};\n", rows.join(", ")));
    };
    if at >= 3 {
        let name = if at >= 11 { "full_name" } else { "name" };
        many(&format!("customers (id, {name}, email)"), 1000..1300, &|n| {
            format!("{n}, 'Customer {n}', 'customer{n}@example.org'")
        });
        many("orders (id, customer_id, number, amount)", 1000..1600, &|n| {
            format!("{n}, {}, 'N{n}', {}.50", 1000 + n % 300, n % 90)
        });
        many("order_lines (id, order_id, sku, quantity)", 1000..2200, &|n| {
            format!("{n}, {}, 'sku-{}', {}", 1000 + n % 600, n % 37, n % 7)
        });
    }
    if at >= 9 {
        many("tags (id, name)", 1000..1020, &|n| format!("{n}, 'tag {n}'"));
        many("customer_tags (customer_id, tag_id)", 1000..1300, &|n| format!("{n}, {}", 1000 + n % 20));
    }
    sql
}

/// A row that a revision above it refuses, and how to take it away again.
pub(super) struct Obstacle {
    /// What it violates, in words.
    pub(super) name: &'static str,
    /// Puts it there.
    pub(super) insert: &'static str,
    /// Takes it away.
    pub(super) delete: &'static str,
}

/// Rows that fit at revision 3 and not at a later one.
pub(super) const OBSTACLES: &[Obstacle] = &[
    Obstacle {
        name: "a unique constraint",
        insert: "INSERT INTO customers (id, name, email) VALUES (9001, 'Twice', 'customer1000@example.org')",
        delete: "DELETE FROM customers WHERE id = 9001",
    },
    Obstacle {
        name: "a unique index that is built outside of transactions",
        insert: "INSERT INTO orders (id, customer_id, number, amount) VALUES (9001, 1000, 'N1000', 1)",
        delete: "DELETE FROM orders WHERE id = 9001",
    },
    Obstacle {
        name: "a check constraint",
        insert: "INSERT INTO order_lines (id, order_id, sku, quantity) VALUES (9001, 1000, 'sku', -1)",
        delete: "DELETE FROM order_lines WHERE id = 9001",
    },
];

/// Returns the index that the n-th revision builds outside of transactions on a dialect.
pub(super) fn concurrent_index(number: usize, dialect: Dialect) -> Option<&'static str> {
    match (dialect, number) {
        (Dialect::Postgresql, 7) => Some("orders_number"),
        (Dialect::Postgresql, 10) => Some("tags_name"),
        _ => None,
    }
}

struct Revision {
    title: &'static str,
    upgrade: &'static str,
    downgrade: &'static str,
}

impl Revision {
    fn text(&self, number: usize) -> String {
        let down = if number == 1 { "None".to_owned() } else { format!("\"{}\"", id(number - 1)) };
        let body = |text: &str| -> String {
            let lines: Vec<String> =
                text.trim_matches('\n').lines().map(|line| format!("    {line}")).collect();
            lines.join("\n") + "\n"
        };
        format!(
            "\"\"\"{}\"\"\"\n\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = \"{}\"\ndown_revision = {down}\n\
             branch_labels = None\ndepends_on = None\n\n\ndef upgrade():\n{}\n\ndef downgrade():\n{}",
            self.title,
            id(number),
            body(self.upgrade),
            body(self.downgrade)
        )
    }
}

const INI: &str =
    "[alembic]\nscript_location = %(here)s/alembic\npath_separator = os\nsqlalchemy.url = sqlite:///app.db\n";

const ENV: &str = "from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(context.config.get_main_option(\"sqlalchemy.url\"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=NoneOPTION)
    with context.begin_transaction():
        context.run_migrations()
";

const REVISIONS: [Revision; 12] = [
    Revision {
        title: "customers",
        upgrade: r#"
customers = op.create_table(
    "customers",
    sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("email", sa.String(120)),
)
op.bulk_insert(customers, [{"id": n, "name": f"First {n}", "email": f"first{n}@example.org"} for n in range(1, 41)])
"#,
        downgrade: r#"op.drop_table("customers")"#,
    },
    Revision {
        title: "orders of customers",
        upgrade: r#"
orders = op.create_table(
    "orders",
    sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customers.id", name="orders_customer", ondelete="CASCADE"), nullable=False),
    sa.Column("number", sa.String(20), nullable=False),
    sa.Column("amount", sa.Numeric(10, 2), nullable=False),
)
op.bulk_insert(orders, [{"id": n, "customer_id": 1 + n % 40, "number": f"A{n}", "amount": n} for n in range(1, 81)])
"#,
        downgrade: r#"op.drop_table("orders")"#,
    },
    Revision {
        title: "lines of orders",
        upgrade: r#"
lines = op.create_table(
    "order_lines",
    sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("order_id", sa.Integer(), sa.ForeignKey("orders.id", name="order_lines_order", ondelete="CASCADE"), nullable=False),
    sa.Column("sku", sa.String(30), nullable=False),
    sa.Column("quantity", sa.Integer(), nullable=False),
)
op.create_index("order_lines_order_id", "order_lines", ["order_id"])
op.bulk_insert(lines, [{"id": n, "order_id": 1 + n % 80, "sku": f"sku-{n}", "quantity": n % 5} for n in range(1, 121)])
"#,
        downgrade: r#"
op.drop_index("order_lines_order_id", table_name="order_lines")
op.drop_table("order_lines")
"#,
    },
    Revision {
        title: "longer names; the table that everything hangs on is rebuilt",
        upgrade: r#"
with op.batch_alter_table("customers") as batch:
    batch.alter_column("name", existing_type=sa.String(50), type_=sa.String(200), existing_nullable=False)
    batch.alter_column("email", existing_type=sa.String(120), server_default="")
"#,
        downgrade: r#"
with op.batch_alter_table("customers") as batch:
    batch.alter_column("email", existing_type=sa.String(120), server_default=None)
    batch.alter_column("name", existing_type=sa.String(200), type_=sa.String(50), existing_nullable=False)
"#,
    },
    Revision {
        title: "notes on orders, filled from their numbers",
        upgrade: r#"
op.add_column("orders", sa.Column("note", sa.Text(), server_default="", nullable=False))
op.execute("UPDATE orders SET note = 'order ' || number")
"#,
        downgrade: r#"
with op.batch_alter_table("orders") as batch:
    batch.drop_column("note")
"#,
    },
    Revision {
        title: "the state of orders, an enum",
        upgrade: r#"
state = sa.Enum("new", "paid", "sent", name="order_state")
if op.get_bind().dialect.name == "postgresql":
    state.create(op.get_bind())
with op.batch_alter_table("orders") as batch:
    batch.add_column(sa.Column("state", state, server_default="new", nullable=False))
op.execute("UPDATE orders SET state = 'paid' WHERE id % 2 = 0")
"#,
        downgrade: r#"
with op.batch_alter_table("orders") as batch:
    batch.drop_column("state")
if op.get_bind().dialect.name == "postgresql":
    sa.Enum(name="order_state").drop(op.get_bind())
"#,
    },
    Revision {
        title: "numbers of orders are unique; built while the table is in use",
        upgrade: r#"
if op.get_bind().dialect.name == "postgresql":
    with op.get_context().autocommit_block():
        op.create_index("orders_number", "orders", ["number"], unique=True, postgresql_concurrently=True)
else:
    op.create_index("orders_number", "orders", ["number"], unique=True)
"#,
        downgrade: r#"
if op.get_bind().dialect.name == "postgresql":
    with op.get_context().autocommit_block():
        op.drop_index("orders_number", table_name="orders", postgresql_concurrently=True)
else:
    op.drop_index("orders_number", table_name="orders")
"#,
    },
    Revision {
        title: "addresses are unique, amounts are not negative",
        upgrade: r#"
with op.batch_alter_table("customers") as batch:
    batch.create_unique_constraint("customers_email", ["email"])
with op.batch_alter_table("orders") as batch:
    batch.create_check_constraint("orders_amount", sa.text("amount >= 0"))
    batch.alter_column("note", existing_type=sa.Text(), existing_server_default="", nullable=True)
"#,
        downgrade: r#"
with op.batch_alter_table("orders") as batch:
    batch.alter_column("note", existing_type=sa.Text(), existing_server_default="", nullable=False)
    batch.drop_constraint("orders_amount", type_="check")
with op.batch_alter_table("customers") as batch:
    batch.drop_constraint("customers_email", type_="unique")
"#,
    },
    Revision {
        title: "tags of customers, made from what is there",
        upgrade: r#"
op.create_table(
    "tags",
    sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(60), nullable=False),
)
op.create_table(
    "customer_tags",
    sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customers.id", name="customer_tags_customer", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag_id", sa.Integer(), sa.ForeignKey("tags.id", name="customer_tags_tag", ondelete="CASCADE"), primary_key=True),
)
op.execute("INSERT INTO tags (id, name) VALUES (1, 'first'), (2, 'second')")
op.execute("INSERT INTO customer_tags (customer_id, tag_id) SELECT id, 1 + id % 2 FROM customers")
"#,
        downgrade: r#"
op.drop_table("customer_tags")
op.drop_table("tags")
"#,
    },
    Revision {
        title: "names of tags, an index that may be there",
        upgrade: r#"
if op.get_bind().dialect.name == "postgresql":
    with op.get_context().autocommit_block():
        op.create_index("tags_name", "tags", ["name"], postgresql_concurrently=True, if_not_exists=True)
else:
    op.create_index("tags_name", "tags", ["name"])
"#,
        downgrade: r#"
if op.get_bind().dialect.name == "postgresql":
    with op.get_context().autocommit_block():
        op.drop_index("tags_name", table_name="tags", postgresql_concurrently=True, if_exists=True)
else:
    op.drop_index("tags_name", table_name="tags")
"#,
    },
    Revision {
        title: "full names, and no line of less than nothing",
        upgrade: r#"
with op.batch_alter_table("customers") as batch:
    batch.alter_column("name", existing_type=sa.String(200), existing_nullable=False, new_column_name="full_name")
with op.batch_alter_table("order_lines") as batch:
    batch.create_check_constraint("order_lines_quantity", sa.text("quantity >= 0"))
bind = op.get_bind()
for row in bind.execute(sa.text("SELECT id, full_name FROM customers WHERE id % 30 = 0 ORDER BY id")).fetchall():
    bind.execute(sa.text("UPDATE customers SET full_name = :name WHERE id = :id"), {"name": row[1].upper(), "id": row[0]})
"#,
        downgrade: r#"
with op.batch_alter_table("order_lines") as batch:
    batch.drop_constraint("order_lines_quantity", type_="check")
with op.batch_alter_table("customers") as batch:
    batch.alter_column("full_name", existing_type=sa.String(200), existing_nullable=False, new_column_name="name")
"#,
    },
    Revision {
        title: "what customers have spent",
        upgrade: r#"
op.create_table(
    "spending",
    sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customers.id", name="spending_customer", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("orders", sa.Integer(), nullable=False),
)
op.execute("INSERT INTO spending (customer_id, orders) SELECT customer_id, count(*) FROM orders GROUP BY customer_id")
op.create_index("spending_orders", "spending", ["orders"])
"#,
        downgrade: r#"op.drop_table("spending")"#,
    },
];
