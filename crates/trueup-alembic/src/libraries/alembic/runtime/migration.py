"""`MigrationContext`. Source: Alembic 1.20, `runtime/migration.py`."""


class _Block:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


class _AutocommitBlock:
    def __enter__(self):
        _enter_autocommit()

    def __exit__(self, *error):
        _leave_autocommit()
        return False


def _enter_autocommit():
    ...


def _leave_autocommit():
    ...


class _Impl:
    """`context.impl`: what a few revisions call instead of `op`."""

    transactional_ddl = True

    def __init__(self, dialect):
        self.dialect = dialect
        self.__dialect__ = dialect.name
        self.transactional_ddl = dialect.name == "postgresql"

    @property
    def connection(self):
        return _bind()

    @property
    def bind(self):
        return _bind()

    def execute(self, sql, execution_options=None):
        return _execute(sql)

    _exec = execute

    def static_output(self, text):
        pass

    def emit_begin(self):
        pass

    def emit_commit(self):
        pass


def _execute(sql):
    from alembic import op

    return op.execute(sql)


class MigrationContext:
    as_sql = False
    script = None

    def __init__(self, dialect=None, connection=None, opts=None, environment_context=None):
        self.opts = opts if opts is not None else {}
        self.environment_context = environment_context
        self.dialect = dialect if dialect is not None else _dialect()

    @classmethod
    def configure(cls, connection=None, url=None, dialect_name=None, dialect=None, environment_context=None, dialect_opts=None, opts=None):
        return MigrationContext(None, connection, opts, environment_context)

    @property
    def bind(self):
        return _bind()

    @property
    def connection(self):
        return _bind()

    @property
    def impl(self):
        return _Impl(self.dialect)

    @property
    def config(self):
        from alembic import context

        return context.config

    def autocommit_block(self):
        return _AutocommitBlock()

    def begin_transaction(self, _per_migration=False):
        return _Block()

    def execute(self, sql, execution_options=None):
        return _execute(sql)

    def get_current_revision(self):
        ...

    def get_current_heads(self):
        ...

    def stamp(self, script_directory, revision):
        pass

    def run_migrations(self, **kw):
        pass


def _bind():
    ...


def _dialect():
    return _bind().dialect


_contexts = []


def _current():
    if not _contexts:
        _contexts.append(MigrationContext())
    return _contexts[0]


class HeadMaintainer:
    ...


class MigrationInfo:
    ...


class MigrationStep:
    ...


class RevisionStep(MigrationStep):
    ...
