//! `revision --autogenerate`: what is written leads to the models, and what it does not know it asks.

use std::fs;

use serde_json::Value;
use trueup_testkit::project::Project;

use crate::program::{Run, trueup_in};

const TEMPLATE: &str = "\"\"\"${message}\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n${imports if imports else \"\"}\n\nrevision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\nbranch_labels = ${repr(branch_labels)}\ndepends_on = ${repr(depends_on)}\n\n\ndef upgrade():\n    ${upgrades if upgrades else \"pass\"}\n\n\ndef downgrade():\n    ${downgrades if downgrades else \"pass\"}\n";

const HEAD: &str = "import enum\nimport sqlalchemy as sa\nfrom sqlalchemy.dialects import postgresql\n\nmetadata = sa.MetaData()\n";

const BOTH: [&str; 2] = ["postgresql", "sqlite"];

fn project(models: &str) -> Project {
    project_with(models, "", TEMPLATE)
}

/// A project whose env.py passes more to `configure()`.
fn project_with(models: &str, options: &str, template: &str) -> Project {
    let env = format!(
        "from alembic import context\nfrom models import metadata\n\n\ndef include_object(object, name, type_, reflected, compare_to):\n    return name != \"foreign\"\n\n\ncontext.configure(url=\"\", target_metadata=metadata{options})\nwith context.begin_transaction():\n    context.run_migrations()\n"
    );
    Project::new()
        .file(
            "alembic.ini",
            "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = .\npath_separator = os\n",
        )
        .file("alembic/env.py", &env)
        .file("alembic/script.py.mako", template)
        .file("alembic/versions/.keep", "")
        .file("models.py", &format!("{HEAD}{models}"))
}

fn set_models(project: &Project, models: &str) {
    fs::write(project.path().join("models.py"), format!("{HEAD}{models}")).expect("it can be written");
}

fn run(project: &Project, dialect: &str, arguments: &[&str]) -> Run {
    trueup_in(project.path(), &[arguments, &["--dialect", dialect, "--color", "never"]].concat())
}

/// Writes a revision and returns its text; afterwards there is nothing to do, and nothing to report.
fn generated(project: &Project, dialect: &str, id: &str, more: &[&str]) -> String {
    let words = [&["revision", "--autogenerate", "-m", "step", "--rev-id", id], more].concat();
    let written = run(project, dialect, &words);
    assert_eq!(written.code, 0, "{dialect}: {}", written.stderr);
    let path = project.path().join(format!("alembic/versions/{id}_step.py"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let again = run(project, dialect, &["revision", "--autogenerate", "-m", "again"]);
    assert_eq!(
        (again.code, again.stdout.as_str()),
        (0, "No new upgrade operations detected. There is nothing to do.\n"),
        "{dialect}: {}\n{text}",
        again.stderr
    );
    let check = run(project, dialect, &["check", "--only", "drift", "--fail-on", "warning"]);
    assert_eq!(check.code, 0, "{dialect}: {}{text}", check.stdout);
    text
}

fn refusal(project: &Project, dialect: &str, more: &[&str]) -> String {
    let words = [&["revision", "--autogenerate", "-m", "step", "--rev-id", "no"], more].concat();
    let refused = run(project, dialect, &words);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{}", refused.stderr);
    assert!(!project.path().join("alembic/versions/no_step.py").exists(), "{}", refused.stderr);
    refused.stderr
}

const USERS: &str = "users = sa.Table(\"users\", metadata, sa.Column(\"id\", sa.Integer, primary_key=True), sa.Column(\"name\", sa.String(50), nullable=False), sa.Column(\"age\", sa.SmallInteger))\n";

#[test]
fn new_tables_lead_to_the_models() {
    let orders = "orders = sa.Table(\"orders\", metadata, sa.Column(\"id\", sa.Integer, primary_key=True), sa.Column(\"user_id\", sa.ForeignKey(\"users.id\", ondelete=\"CASCADE\"), index=True), sa.Column(\"code\", sa.String(8), server_default=\"it's\", nullable=False), sa.CheckConstraint(\"code <> ':x'\", name=\"plain\"))\n";
    for dialect in BOTH {
        let project = project(&format!("{orders}{USERS}"));
        let text = generated(&project, dialect, "a1", &[]);
        assert!(text.contains("    # - create table users\n    # - create table orders\n"), "{text}");
        assert!(text.contains("sa.Column('name', sa.String(length=50), nullable=False),\n"), "{text}");
        assert!(text.contains("server_default=sa.text(\"'it''s'\")"), "{text}");
        assert!(text.contains("sa.CheckConstraint(\"code <> '\\\\:x'\", name='plain')"), "{text}");
        assert!(
            text.contains("op.create_index(op.f('ix_orders_user_id'), 'orders', ['user_id'], unique=False)")
        );
        assert!(
            text.ends_with("def downgrade():\n    op.drop_table('orders')\n    op.drop_table('users')\n")
        );
        assert!(!text.contains("postgresql"), "nothing of it is needed: {text}");
    }
}

#[test]
fn a_column_that_rows_need_a_value_for_comes_in_three_steps() {
    for dialect in BOTH {
        let project = project(USERS);
        generated(&project, dialect, "a1", &[]);
        set_models(
            &project,
            &USERS.replace(
                "sa.SmallInteger)",
                "sa.SmallInteger), sa.Column(\"mail\", sa.Text, nullable=False)",
            ),
        );
        let text = generated(&project, dialect, "b2", &[]);
        let steps = [
            "op.add_column('users', sa.Column('mail', sa.Text(), nullable=True))\n",
            "    # `users.mail` is NOT NULL and has no default: rows that are there need a value first.\n",
            "    # op.execute('UPDATE users SET mail = ... WHERE mail IS NULL')\n",
            "alter_column('",
            "nullable=False)",
        ];
        let mut rest = text.split_once("def upgrade").expect("it is there").1;
        for step in steps {
            rest = rest.split_once(step).unwrap_or_else(|| panic!("{dialect}: no `{step}` in {text}")).1;
        }
        assert_eq!(
            text.contains("with op.batch_alter_table('users') as batch_op:"),
            dialect == "sqlite",
            "{text}"
        );
    }
}

#[test]
fn what_looks_like_a_rename_is_asked() {
    for dialect in BOTH {
        let project = project(USERS);
        generated(&project, dialect, "a1", &[]);
        set_models(&project, &USERS.replace("\"name\"", "\"full_name\""));
        let asked = refusal(&project, dialect, &[]);
        assert!(
            asked.contains("`users.name` goes and `users.full_name` comes, which looks like a rename"),
            "{asked}"
        );
        assert!(
            asked.contains("`--rename users.name=full_name` keeps its data, `--drop users.name` does not")
        );
        let wrong = refusal(&project, dialect, &["--rename", "users.name=fullname"]);
        assert!(wrong.contains("the model of `users` has no column `fullname`"), "{wrong}");
        let nothing = refusal(&project, dialect, &["--drop", "users.names"]);
        assert!(nothing.contains("there is no table or column of that name"), "{nothing}");
        let text = generated(&project, dialect, "b2", &["--rename", "users.name=full_name"]);
        assert!(text.contains("# - rename column users.name to full_name"), "{text}");
        assert!(!text.contains("drop_column"), "{text}");
    }
}

#[test]
fn what_goes_says_that_its_data_goes() {
    for dialect in BOTH {
        let project = project(&format!(
            "{USERS}sa.Table(\"logs\", metadata, sa.Column(\"at\", sa.Date), sa.Column(\"text\", sa.Text))\n"
        ));
        generated(&project, dialect, "a1", &[]);
        set_models(
            &project,
            &USERS.replace("\"name\"", "\"full_name\"").replace(", sa.Column(\"age\", sa.SmallInteger)", ""),
        );
        let text = generated(&project, dialect, "b2", &["--drop", "users.name"]);
        for comment in [
            "# The rows of `logs` are lost.",
            "# The values of `users.name` are lost.",
            "# The values of `users.age` are lost.",
        ] {
            assert!(text.contains(comment), "{text}");
        }
        let batches =
            text.split_once("def downgrade").expect("it is there").0.matches("with op.batch").count();
        assert_eq!(
            batches,
            if dialect == "sqlite" { 2 } else { 0 },
            "one to drop, one to make it NOT NULL: {text}"
        );
    }
}

#[test]
fn a_renamed_table_keeps_its_rows() {
    let project = project(USERS);
    generated(&project, "postgresql", "a1", &[]);
    set_models(&project, &USERS.replace("\"users\"", "\"people\""));
    assert!(refusal(&project, "postgresql", &[]).contains("`--rename users=people`"));
    let text = generated(&project, "postgresql", "b2", &["--rename", "users=people"]);
    assert!(text.contains("    op.rename_table('users', 'people')\n"), "{text}");
    assert!(text.contains("    op.rename_table('people', 'users')\n"), "{text}");
}

#[test]
fn enum_types_come_before_their_columns_and_go_after_them() {
    let models = "class Mood(enum.Enum):\n    sad = 1\n    ok = 2\nsa.Table(\"people\", metadata, sa.Column(\"id\", sa.Integer, primary_key=True), sa.Column(\"mood\", sa.Enum(Mood)))\n";
    let project = project(models);
    let text = generated(&project, "postgresql", "a1", &[]);
    assert!(
        text.contains("    op.execute(\"CREATE TYPE mood AS ENUM ('sad', 'ok')\")\n    op.create_table("),
        "{text}"
    );
    assert!(text.contains("postgresql.ENUM('sad', 'ok', name='mood', create_type=False)"), "{text}");
    assert!(text.ends_with("    op.drop_table('people')\n    op.execute('DROP TYPE mood')\n"), "{text}");
    set_models(&project, &models.replace("    ok = 2", "    ok = 2\n    fine = 3"));
    let text = generated(&project, "postgresql", "b2", &[]);
    let block = "    with op.get_context().autocommit_block():\n        op.execute(\"ALTER TYPE mood ADD VALUE 'fine'\")\n";
    assert!(text.contains(block), "{text}");
    assert!(
        text.contains("def downgrade():\n    op.execute('ALTER TYPE mood RENAME TO mood_old')\n"),
        "{text}"
    );
}

#[test]
fn a_type_and_its_default_change_one_after_the_other() {
    let project = project(USERS);
    generated(&project, "postgresql", "a1", &[]);
    let changed = USERS.replace("sa.SmallInteger", "postgresql.ARRAY(sa.Integer), server_default=\"{}\"");
    set_models(&project, &changed.replace("sa.String(50)", "sa.String(80), comment=\"in full\""));
    let text = generated(&project, "postgresql", "b2", &[]);
    assert!(text.contains("from sqlalchemy.dialects import postgresql\n"), "{text}");
    assert!(text.contains("type_=sa.String(length=80)"), "{text}");
    assert!(text.contains("comment='in full'"), "{text}");
}

#[test]
fn filters_of_env_py_are_asked() {
    let foreign = "sa.Table(\"foreign\", metadata, sa.Column(\"id\", sa.Integer, primary_key=True))\n";
    let project = project_with(
        &format!("{USERS}{foreign}"),
        ", include_object=include_object, process_revision_directives=print",
        TEMPLATE,
    );
    let text = generated(&project, "postgresql", "a1", &[]);
    assert!(!text.contains("foreign"), "{text}");
    set_models(&project, &USERS.replace("50", "60"));
    let written = run(&project, "postgresql", &["revision", "--autogenerate", "-m", "b"]);
    assert!(written.stderr.contains("`process_revision_directives`, which is not run"), "{}", written.stderr);
}

#[test]
fn a_template_that_drops_what_is_done_is_refused() {
    let project = project_with(USERS, "", &TEMPLATE.replace("${upgrades if upgrades else \"pass\"}", "pass"));
    let refused = refusal(&project, "sqlite", &[]);
    assert!(refused.contains("what `script.py.mako` makes does something else than was meant"), "{refused}");
}

#[test]
fn operations_are_told_as_json() {
    let project = project(USERS);
    let written = run(
        &project,
        "postgresql",
        &["revision", "--autogenerate", "-m", "a", "--rev-id", "a1", "--format", "json"],
    );
    let told: Value = serde_json::from_str(&written.stdout).expect("one object");
    assert_eq!(told["revision"]["id"], "a1");
    assert_eq!(told["operations"][0]["operation"], "create_table");
    assert_eq!(told["operations"][0]["description"], "create table users");
    assert!(
        told["operations"][0]["sql"][0].as_str().is_some_and(|sql| sql.starts_with("CREATE TABLE users ("))
    );
    let nothing = run(&project, "postgresql", &["revision", "--autogenerate", "-m", "b", "--format", "json"]);
    let told: Value = serde_json::from_str(&nothing.stdout).expect("one object");
    assert_eq!((told["operations"].as_array().map(Vec::len), told.get("revision")), (Some(0), None));
}

#[test]
fn models_are_compared_with_a_database_where_that_is_asked_for() {
    let project = project(USERS);
    generated(&project, "sqlite", "a1", &[]);
    let url = format!("sqlite:///{}", project.path().join("app.db").display());
    let database = ["--against", "database", "--database", url.as_str()];
    fs::write(project.path().join("app.db"), "").expect("an empty database");
    let behind = refusal(&project, "sqlite", &database);
    assert!(behind.contains("Target database is not up to date."), "{behind}");
    let upgraded = run(&project, "sqlite", &["upgrade", "head", "--database", &url]);
    assert_eq!(upgraded.code, 0, "{}", upgraded.stderr);
    let words = [&["revision", "--autogenerate", "-m", "b", "--rev-id", "b2"], &database[..]].concat();
    let same = run(&project, "sqlite", &words);
    assert_eq!(
        (same.code, same.stdout.contains("nothing to do")),
        (0, true),
        "{}{}",
        same.stdout,
        same.stderr
    );
    set_models(&project, &USERS.replace("sa.SmallInteger", "sa.SmallInteger, index=True"));
    let more = run(&project, "sqlite", &words);
    assert_eq!(more.code, 0, "{}", more.stderr);
    let text = fs::read_to_string(project.path().join("alembic/versions/b2_b.py")).expect("it was written");
    assert!(text.contains("op.create_index(op.f('ix_users_age'), 'users', ['age'], unique=False)"), "{text}");
}

#[test]
fn without_models_there_is_nothing_to_lead_to() {
    let project = Project::new()
        .file("alembic.ini", "[alembic]\nscript_location = %(here)s/alembic\npath_separator = os\n")
        .file("alembic/env.py", "target_metadata = None\n")
        .file("alembic/script.py.mako", TEMPLATE)
        .file("alembic/versions/.keep", "");
    let refused = refusal(&project, "sqlite", &[]);
    assert!(refused.contains("hint: env.py must set `target_metadata`"), "{refused}");
}
