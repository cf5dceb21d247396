//! A project as a whole: what env.py tells, what it reaches, and the facts that rules ask for.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use trueup_alembic::{
    Argument, EnvInput, FilterObject, ProjectInput, ProjectModule, ProjectReading, SourceModule, Sources,
    read_project,
};
use trueup_schema::Dialect;
use trueup_schema::facts::{ImportResolution, ModuleRole};

struct Files(BTreeMap<String, SourceModule>);

impl Sources for Files {
    fn module(&self, name: &str) -> Option<SourceModule> {
        self.0.get(name).cloned()
    }

    fn is_namespace(&self, name: &str) -> bool {
        let prefix = format!("{name}.");
        self.0.keys().any(|key| key.starts_with(&prefix))
    }

    fn owns(&self, top_level: &str) -> bool {
        self.0.contains_key(top_level) || self.is_namespace(top_level)
    }
}

/// Reads a project given as (path, text); the file `migrations/env.py` is the environment.
fn read(files: &[(&str, &str)]) -> ProjectReading {
    let mut modules = BTreeMap::new();
    let mut env = None;
    for (path, text) in files {
        if *path == "migrations/env.py" {
            env = Some(EnvInput {
                path: Arc::from(*path),
                text: Rc::from(*text),
                options: vec![("sqlalchemy.url".to_owned(), "postgresql://localhost/app".to_owned())],
                config_file: Some("alembic.ini".to_owned()),
                is_brief: false,
                x_arguments: Vec::new(),
            });
            continue;
        }
        let name = path.trim_end_matches(".py").replace('/', ".");
        let is_package = name.ends_with("__init__");
        let name = name.trim_end_matches("__init__").trim_end_matches('.').to_owned();
        modules.insert(name, SourceModule { path: Rc::from(*path), text: Rc::from(*text), is_package });
    }
    let listing = modules.iter().map(|(name, module)| ProjectModule {
        name: name.clone(),
        path: Arc::from(&*module.path),
        text: module.text.clone(),
        is_package: module.is_package,
        role: if name.starts_with("tests") { ModuleRole::Test } else { ModuleRole::Application },
    });
    read_project(ProjectInput {
        modules: listing.collect(),
        sources: Rc::new(Files(modules)),
        env,
        dialect: Dialect::Postgresql,
        known_tables: Vec::new(),
    })
}

const BASE: (&str, &str) =
    ("app/base.py", "from sqlalchemy.orm import DeclarativeBase\n\nclass Base(DeclarativeBase):\n    pass\n");
const PACKAGE: (&str, &str) = ("app/__init__.py", "");
const ENV: &str = "
from logging.config import fileConfig
from alembic import context
from sqlalchemy import engine_from_config, pool
from app.base import Base
import app.user

config = context.config
fileConfig(config.config_file_name)
target_metadata = Base.metadata


def include_object(object, name, type_, reflected, compare_to):
    if type_ == 'table' and name.startswith('legacy_'):
        return False
    return True


def run_migrations_offline():
    context.configure(url=config.get_main_option('sqlalchemy.url'), target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online():
    connectable = engine_from_config(config.get_section('alembic'), poolclass=pool.NullPool)
    with connectable.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            include_object=include_object,
            include_schemas=True,
            compare_server_default=True,
            version_table='schema_version',
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
";
const USER: (&str, &str) = (
    "app/user.py",
    "
from __future__ import annotations
from typing import TYPE_CHECKING
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship
from app.base import Base

if TYPE_CHECKING:
    from app.post import Post


class User(Base):
    __tablename__ = 'user'
    id: Mapped[int] = mapped_column(primary_key=True)
    posts: Mapped[list[Post]] = relationship(back_populates='author', cascade='all, delete-orphan')
    ghosts = relationship('Ghost')
    id = mapped_column(primary_key=True)
",
);
const POST: (&str, &str) = (
    "app/post.py",
    "
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import relationship
from app.base import Base
from app.user import User, Usr
from app.nowhere import thing
import numpy


class Post(Base):
    __tablename__ = 'post'
    id = Column(Integer, primary_key=True)
    user_id = Column(ForeignKey('user.id'))
    author = relationship(User, back_populates='posts')


def setup(engine):
    Base.metadata.create_all(engine)
    engine.execute('CREATE INDEX i ON post (id)')
    engine.execute('SELECT 1')
",
);

#[test]
fn env_tells_the_target_and_its_options() {
    let reading = read(&[PACKAGE, BASE, USER, POST, ("migrations/env.py", ENV)]);
    let env = reading.env.as_ref().expect("there is an env.py");
    assert_eq!((env.calls, env.unknown.as_deref(), env.targets.len()), (2, None, 1));
    assert_eq!(env.flag("include_schemas"), Some(true));
    assert_eq!(env.flag("compare_server_default"), Some(true));
    assert_eq!(env.version_table().as_deref(), Some("schema_version"));
    assert_eq!(env.url.as_deref(), Some("postgresql://localhost/app"));
    let span = env.target_location.as_ref().and_then(|location| location.span).expect("it is assigned");
    assert!(ENV[span.start as usize..].starts_with("target_metadata = Base.metadata"));
    let table = FilterObject {
        kind: "table",
        name: "legacy_log",
        namespace: None,
        table: None,
        reflected: true,
        has_counterpart: false,
    };
    assert_eq!(reading.includes(&table), Some(false));
    assert_eq!(reading.includes(&FilterObject { name: "user", ..table }), Some(true));
}

#[test]
fn tables_that_env_does_not_reach_are_told_apart() {
    let reading = read(&[PACKAGE, BASE, USER, POST, ("migrations/env.py", ENV)]);
    let reached: Vec<(&str, bool)> =
        reading.facts.tables.iter().map(|table| (table.name.name.as_str(), table.reached_from_env)).collect();
    assert_eq!(reached, [("user", true), ("post", false)]);
    assert_eq!(reading.facts.target_registries, [0]);
    assert_eq!(reading.facts.registries[0].label, "app.base.Base.metadata");
    let models = reading.models.expect("the target is known");
    assert_eq!(models.tables.len(), 2);
}

#[test]
fn imports_resolve_or_are_missing() {
    let reading = read(&[PACKAGE, BASE, USER, POST, ("migrations/env.py", ENV)]);
    let post = reading.facts.modules.iter().find(|module| module.name == "app.post").expect("it is there");
    let resolution = |module: &str, name: Option<&str>| {
        let found =
            post.imports.iter().find(|import| import.module == module && import.name.as_deref() == name);
        found.map(|import| import.resolution.clone()).expect("it is imported")
    };
    assert_eq!(resolution("app.user", Some("User")), ImportResolution::Project);
    assert_eq!(resolution("app.user", Some("Usr")), ImportResolution::MissingName(vec!["User".to_owned()]));
    assert_eq!(resolution("app.nowhere", Some("thing")), ImportResolution::MissingModule);
    assert_eq!(resolution("numpy", None), ImportResolution::External);
    assert_eq!(resolution("sqlalchemy", Some("Column")), ImportResolution::External);
}

#[test]
fn relationships_and_attributes_are_facts() {
    let reading = read(&[PACKAGE, BASE, USER, POST, ("migrations/env.py", ENV)]);
    let found = |name: &str| {
        reading.facts.relationships.iter().find(|found| found.name == name).expect("it is declared")
    };
    let posts = found("posts");
    assert_eq!(
        (posts.target.as_deref(), posts.target_found, posts.uselist),
        (Some("Post"), true, Some(true))
    );
    assert_eq!(posts.cascade.as_deref(), Some("all, delete-orphan"));
    let ghosts = found("ghosts");
    assert_eq!((ghosts.target.as_deref(), ghosts.target_found), (Some("Ghost"), false));
    assert_eq!(found("author").target.as_deref(), Some("User"));
    let user = reading.facts.classes.iter().find(|class| class.name == "User").expect("it is mapped");
    let attributes: Vec<(&str, &str)> =
        user.attributes.iter().map(|attribute| (attribute.name.as_str(), attribute.kind)).collect();
    let id = ("id", "column");
    assert_eq!(
        attributes,
        [("__tablename__", "other"), id, ("posts", "relationship"), ("ghosts", "relationship"), id]
    );
}

#[test]
fn schema_changes_in_application_code_are_facts() {
    let reading = read(&[PACKAGE, BASE, USER, POST, ("migrations/env.py", ENV)]);
    let texts: Vec<&str> = reading.facts.schema_changes.iter().map(|change| change.text.as_str()).collect();
    assert_eq!(texts, ["Base.metadata.create_all(engine)", "CREATE INDEX i ON post"]);
}

#[test]
fn a_target_that_only_the_application_knows_is_found_by_migrate() {
    let env = "
from flask import current_app
from alembic import context
target_metadata = current_app.extensions['migrate'].db.metadata
context.configure(target_metadata=target_metadata)
";
    let app = "
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()
other = SQLAlchemy()


class Account(db.Model):
    id = db.Column(db.Integer, primary_key=True)


class Stray(other.Model):
    id = other.Column(other.Integer, primary_key=True)


def create_app():
    app = Flask(__name__)
    return app


migrate = Migrate(create_app(), db)
";
    let reading = read(&[PACKAGE, ("app/models.py", app), ("migrations/env.py", env)]);
    assert!(reading.env.as_ref().is_some_and(|env| env.unknown.is_some()));
    let models = reading.models.expect("Migrate() tells the target");
    assert_eq!(models.tables.keys().map(|name| name.name.as_str()).collect::<Vec<_>>(), ["account"]);
}

const TWO_BASES: [(&str, &str); 2] = [
    (
        "a.py",
        "from sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import declarative_base\n\n\
         Base = declarative_base()\n\nclass A(Base):\n    __tablename__ = 'a'\n    id = Column(Integer, primary_key=True)\n",
    ),
    (
        "b.py",
        "from sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import declarative_base\n\n\
         Base = declarative_base()\n\nclass B(Base):\n    __tablename__ = 'b'\n    id = Column(Integer, primary_key=True)\n",
    ),
];

#[test]
fn several_registries_may_be_compared_as_one() {
    let list = "from alembic import context\nimport a, b\n\
                context.configure(target_metadata=[a.Base.metadata, b.Base.metadata])\n";
    let copied = "from alembic import context\nfrom sqlalchemy import MetaData\nimport a, b\n\
                  target_metadata = MetaData()\n\
                  for base in (a.Base, b.Base):\n    for table in base.metadata.tables.values():\n\
                  \x20       table.to_metadata(target_metadata)\n\
                  context.configure(target_metadata=target_metadata)\n";
    for env in [list, copied] {
        let [a, b] = TWO_BASES;
        let reading = read(&[a, b, ("migrations/env.py", env)]);
        let facts = &reading.facts;
        let compared: Vec<(&str, bool)> = facts
            .tables
            .iter()
            .map(|table| {
                let registry = table.registry.expect("it has one");
                (table.module.as_str(), facts.target_registries.contains(&registry))
            })
            .collect();
        assert_eq!(compared, [("a", true), ("b", true)], "{env}");
        assert_eq!(reading.models.map(|models| models.tables.len()), Some(2), "{env}");
    }
}

#[test]
fn modules_that_are_imported_from_a_listing_may_be_reached() {
    let reached = |loader: &str| {
        let env = ENV.replace("import app.user", loader);
        let reading = read(&[PACKAGE, BASE, USER, POST, ("migrations/env.py", &env)]);
        reading.facts.tables.iter().map(|table| table.reached_from_env).collect::<Vec<_>>()
    };
    let walk = "import importlib, pkgutil, app\nfor found in pkgutil.walk_packages(app.__path__, 'app.'):\n    importlib.import_module(found.name)";
    let listing = "import os\nfor name in os.listdir('app'):\n    __import__('app.' + name[:-3])";
    assert_eq!([reached(walk), reached(listing)], [[true, true], [true, true]]);
    let computed = "from app import *\nimport os\n__all__ = [name[:-3] for name in os.listdir('app')]";
    assert_eq!(reached(computed), [true, true]);
    assert_eq!(reached("import os, app.user\nos.listdir('app')\n__all__ = ['x']"), [true, false]);
    let helper = "import importlib, pkgutil\n\ndef load(package):\n\
                  \x20   for found in pkgutil.iter_modules(package.__path__, 'app.'):\n\
                  \x20       importlib.import_module(found.name)\n";
    let with_helper = |env: &str| {
        let env = ENV.replace("import app.user", env);
        let reading =
            read(&[PACKAGE, BASE, USER, POST, ("app/load.py", helper), ("migrations/env.py", &env)]);
        reading.facts.tables.iter().map(|table| table.reached_from_env).collect::<Vec<_>>()
    };
    assert_eq!(with_helper("import app.user\nfrom app.load import load"), [true, false]);
    assert_eq!(with_helper("import app\nfrom app.load import load\nload(app)"), [true, true]);
    let apart = "import app.user\nfrom importlib import import_module\n\
                 def files():\n    return os.listdir('.')\n\ndef plugin(name):\n    return import_module(name)\n";
    assert_eq!(reached(apart), [true, false]);
}

#[test]
fn a_project_may_refuse_to_run_offline() {
    let env = "import sys\nfrom alembic import context\nfrom app.base import Base\n\
               if context.is_offline_mode():\n    sys.exit(1)\ncontext.configure(target_metadata=Base.metadata)\n";
    let reading = read(&[PACKAGE, BASE, ("migrations/env.py", env)]);
    assert_eq!(reading.notes, []);
    let reading = read(&[PACKAGE, BASE, ("migrations/env.py", "import sys\nsys.exit(1)\n")]);
    assert_eq!(reading.notes.len(), 1);
}

#[test]
fn what_env_does_and_hands_over_is_there_when_revisions_begin() {
    let env = "from alembic import context\nfrom sqlalchemy import create_engine, text\n\
               from sqlalchemy.schema import CreateSchema\nfrom outside import setting\n\
               with create_engine('postgresql://').connect() as connection:\n\
               \x20   connection.execute(text('CREATE EXTENSION IF NOT EXISTS citext'))\n\
               \x20   connection.execute(CreateSchema('other', if_not_exists=True))\n\
               \x20   context.configure(connection=connection, target_metadata=None)\n\
               \x20   with context.begin_transaction():\n\
               \x20       context.execute('CREATE SCHEMA third')\n\
               \x20       context.run_migrations(engine_name='main', tenant=setting, number=1, schema=None)\n\
               \x20       context.run_migrations(engine_name='other', number=1)\n\
               \x20       context.execute('CREATE SCHEMA too_late')\n";
    let start = read(&[("migrations/env.py", env)]).start();
    let done: Vec<String> =
        start.operations.iter().flat_map(|done| done.operation.to_sql(Dialect::Postgresql)).collect();
    assert_eq!(
        done,
        [
            "CREATE EXTENSION IF NOT EXISTS \"citext\"",
            "CREATE SCHEMA IF NOT EXISTS \"other\"",
            "CREATE SCHEMA \"third\""
        ]
    );
    let handed: Vec<_> = start.arguments.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let unknown = |reason: &str| Argument::Unknown(reason.to_owned());
    assert_eq!(
        handed,
        [
            ("engine_name", unknown("env.py runs the revisions for several values of `engine_name`")),
            ("tenant", unknown("module `outside` is not part of the project")),
            ("number", Argument::Int(1)),
            ("schema", Argument::None),
        ]
    );
}

#[test]
fn asynchronous_environments_are_followed() {
    let env = "
import asyncio
from alembic import context
from sqlalchemy.ext.asyncio import async_engine_from_config
from app.base import Base
import app.user


def do_run_migrations(connection):
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


async def run_async_migrations():
    connectable = async_engine_from_config(context.config.get_section('alembic', {}), prefix='sqlalchemy.')
    async with connectable.connect() as connection:
        await connection.run_sync(do_run_migrations)
    await connectable.dispose()


asyncio.run(run_async_migrations())
";
    let reading = read(&[PACKAGE, BASE, USER, ("migrations/env.py", env)]);
    let env = reading.env.expect("there is an env.py");
    assert_eq!((env.unknown.as_deref(), env.flag("render_as_batch")), (None, Some(true)));
    assert_eq!(reading.models.map(|models| models.tables.len()), Some(1));
}

#[test]
fn a_model_with_an_unknown_base_is_mapped_and_incomplete() {
    let models = "from sqlalchemy import Column, ForeignKey, Integer\n\
                  from sqlalchemy.orm import DeclarativeBase\nfrom flask_login import UserMixin\n\
                  import lib.mixins\n\n\
                  class Base(DeclarativeBase):\n    pass\n\n\
                  class User(lib.mixins.WithId, Base):\n    __tablename__ = 'user'\n    age = Column(Integer)\n\n\
                  class Admin(User):\n    level = Column(Integer)\n\n\
                  class Login(UserMixin, Base):\n    __tablename__ = 'login'\n\
                  \x20   id = Column(Integer, primary_key=True)\n    user = Column(Integer, ForeignKey('user.id'))\n";
    let reading = read(&[("models.py", models)]);
    let incomplete: Vec<_> = reading
        .facts
        .incomplete
        .iter()
        .map(|found| (found.class.as_str(), found.base.as_deref(), found.reason.as_str()))
        .collect();
    assert_eq!(incomplete, [("User", Some("lib.mixins.WithId"), "module `lib` is not part of the project")]);
    assert_eq!(reading.problems, []);
    let tables = reading.models.expect("there are models").tables;
    assert_eq!(tables.keys().map(|name| name.name.as_str()).collect::<Vec<_>>(), ["user", "login"]);
}

#[test]
fn what_is_not_known_takes_only_itself_along() {
    let reading = read(&[(
        "app.py",
        "from elsewhere import read_setting, settings\n\
         from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint\n\
         from sqlalchemy.orm import declarative_base\n\
         Base = declarative_base()\n\
         class Row(Base):\n    __tablename__ = 'row'\n    limit = read_setting('limit')\n\
         \x20   id = Column(Integer, primary_key=True)\n\
         \x20   name = Column(String(20), default=settings.name)\n    flag = settings.flag\n\
         \x20   __table_args__ = (Index('ix_name', name), UniqueConstraint('name'), settings.extra)\n\
         class Other(Base):\n    __tablename__ = 'other'\n    __table_args__ = settings.all\n\
         \x20   id = Column(Integer, primary_key=True)\n\
         plain = Table('plain', Base.metadata, Column('id', Integer, primary_key=True), settings.more)\n",
    )]);
    let models = reading.models.expect("there are models");
    let columns = |name: &str| {
        let table = models.table(&trueup_schema::ObjectName::new(name)).expect("the table is known");
        table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(columns("row"), ["id", "name"]);
    assert_eq!((columns("other"), columns("plain")), (vec!["id".to_owned()], vec!["id".to_owned()]));
    let row = models.table(&trueup_schema::ObjectName::new("row")).expect("the table is known");
    assert_eq!((row.indexes.len(), row.uniques.len()), (1, 1));
}

#[test]
fn what_a_library_refuses_is_told_at_the_class() {
    let cases = [
        (
            "class Base(SQLModel):\n    at: int = Field(sa_column=Column(Integer))\n\
             class One(Base, table=True):\n    id: int = Field(primary_key=True)\n\
             class Two(Base, table=True):\n    id: int = Field(primary_key=True)\n",
            "ArgumentError: Column object 'at' already assigned to Table 'one'",
            7,
        ),
        (
            "class One(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n\
             \x20   one_id: int = Field(foreign_key='one.id', ondelete='SET NULL')\n",
            "RuntimeError: ondelete=\"SET NULL\" requires nullable=True",
            3,
        ),
        (
            "class One(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n\
             \x20   n: int = Field(index=True, sa_column=Column(Integer))\n",
            "RuntimeError: Passing index is not supported when also passing a sa_column",
            5,
        ),
        (
            "class One(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n    tags: list[str]\n",
            "ValueError: <class 'list'> has no matching SQLAlchemy type",
            3,
        ),
        (
            "class Base(DeclarativeBase):\n    type_annotation_map = {dict: JSON}\n\
             class One(Base):\n    __tablename__ = 'one'\n    id: Mapped[int] = mapped_column(primary_key=True)\n\
             \x20   data: Mapped[dict[str, str]]\n",
            "MappedAnnotationError: Could not locate SQLAlchemy Core type",
            5,
        ),
    ];
    let imports = "from sqlmodel import Column, Field, Integer, JSON, SQLModel\n\
                   from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n";
    for (text, expected, line) in cases {
        let text = format!("{imports}{text}");
        let reading = read(&[("app.py", &text)]);
        let note = reading.notes.first().unwrap_or_else(|| panic!("nothing is noted: {text}"));
        assert!(note.message.starts_with(expected), "{}", note.message);
        let location = note.location.as_ref().expect("it has a place");
        let before = &text[..location.span.expect("it has a span").start as usize];
        assert_eq!((&*location.path, before.matches('\n').count() + 1), ("app.py", line), "{expected}");
    }
}

#[test]
fn a_search_vector_has_the_index_that_its_library_adds() {
    let reading = read(&[(
        "app.py",
        "from sqlalchemy import Column, Integer, Text\n\
         from sqlalchemy.orm import declarative_base\n\
         from sqlalchemy_searchable import make_searchable\n\
         from sqlalchemy_utils.types import TSVectorType\n\
         Base = declarative_base()\n\
         make_searchable(Base.metadata)\n\
         class Article(Base):\n    __tablename__ = 'article'\n    id = Column(Integer, primary_key=True)\n\
         \x20   name = Column(Text)\n    vector = Column(TSVectorType('name'))\n\
         \x20   plain = Column(TSVectorType('name', auto_index=False))\n",
    )]);
    let models = reading.models.expect("there are models");
    let article = models.table(&trueup_schema::ObjectName::new("article")).expect("the table is known");
    let indexes: Vec<&str> = article.indexes.iter().map(|index| &*index.name).collect();
    assert_eq!(indexes, ["ix_article_vector"]);
}

#[test]
fn a_field_whose_class_has_an_unknown_base_loses_its_type_only() {
    let reading = read(&[(
        "app.py",
        "from elsewhere import StrEnum, Thing\n\
         from sqlmodel import Field, SQLModel\n\
         class Kind(StrEnum):\n    a = 'a'\n\
         class Row(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n    kind: Kind\n\
         \x20   other: Thing | None = None\n",
    )]);
    let models = reading.models.expect("there are models");
    let row = models.table(&trueup_schema::ObjectName::new("row")).expect("the table is known");
    let unknown: Vec<bool> = row.columns.iter().map(|column| column.column_type.is_unknown()).collect();
    assert_eq!(unknown, [false, true, true]);
}

#[test]
fn a_table_whose_name_is_not_known_is_told() {
    let user = "from elsewhere import name_of\n\
         from app.base import Base\n\
         from sqlalchemy import Column, Integer\n\
         class User(Base):\n    __tablename__ = name_of('user')\n    id = Column(Integer, primary_key=True)\n";
    let reading = read(&[PACKAGE, BASE, ("app/user.py", user), ("migrations/env.py", ENV)]);
    let problems: Vec<_> = reading.problems.iter().map(|problem| problem.message.as_str()).collect();
    let expected = "the table name of `User` is not known: module `elsewhere` is not part of the project";
    assert_eq!(problems, [expected]);
}
