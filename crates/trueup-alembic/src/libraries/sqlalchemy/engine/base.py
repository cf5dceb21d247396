"""Connection and engine of the simulated database. Source: SQLAlchemy 2.0 `engine/base.py`."""


class Transaction:
    is_active = True

    def __init__(self, connection, nested=False, is_outer=False):
        self.connection = connection
        self.nested = nested
        # The one that Alembic has begun.
        self.is_outer = is_outer
        if nested:
            _savepoint()
        elif not is_outer:
            _began_again()

    def __enter__(self):
        return self

    def __exit__(self, error, *rest):
        if self.is_active:
            if error is None:
                self.commit()
            else:
                self.rollback()
        return False

    def commit(self):
        self.is_active = False
        if self.nested:
            _release()
        elif self.is_outer:
            _commit()

    def rollback(self):
        self.is_active = False
        _rollback(self.nested)

    def close(self):
        self.is_active = False


NestedTransaction = Transaction
RootTransaction = Transaction


def _savepoint():
    ...


def _began_again():
    """A transaction is begun although there is one."""
    ...


def _commit():
    ...


def _release():
    ...


def _rollback(nested):
    ...


class Connection:
    """What `op.get_bind()` returns."""

    closed = False
    invalidated = False
    should_close_with_result = False

    def __init__(self, engine):
        self.engine = engine
        self.dialect = engine.dialect
        self.info = {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    @property
    def connection(self):
        return _RawConnection(self)

    @property
    def driver_connection(self):
        return _RawConnection(self)

    def connect(self, **kw):
        return self

    def execute(self, statement, parameters=None, *more, execution_options=None, **kw):
        _refuse_text(statement)
        return _execute(self, statement, parameters, more, kw)

    def exec_driver_sql(self, statement, parameters=None, execution_options=None):
        return _execute(self, statement, parameters, (), {}, "driver")

    def scalar(self, statement, parameters=None, *more, execution_options=None, **kw):
        return _execute(self, statement, parameters, more, kw).scalar()

    def scalars(self, statement, parameters=None, *, execution_options=None):
        return _execute(self, statement, parameters, (), {}).scalars()

    def begin(self):
        return Transaction(self)

    def begin_nested(self):
        return Transaction(self, True)

    def begin_twophase(self, xid=None):
        return Transaction(self)

    def in_transaction(self):
        return True

    def in_nested_transaction(self):
        return False

    def get_transaction(self):
        return Transaction(self, False, True)

    def get_nested_transaction(self):
        return None

    def commit(self):
        _commit()

    def rollback(self):
        _rollback(False)

    def close(self):
        pass

    def detach(self):
        pass

    def invalidate(self, exception=None):
        pass

    def execution_options(self, **kw):
        if "isolation_level" in kw:
            _changes_transactions("the isolation level of the connection is changed")
        return self

    def get_execution_options(self):
        return {}

    def get_isolation_level(self):
        ...

    @property
    def default_isolation_level(self):
        return "READ COMMITTED" if self.dialect.name == "postgresql" else "SERIALIZABLE"

    def run_callable(self, function, *args, **kw):
        return function(self, *args, **kw)

    def run_sync(self, function, *args, **kw):
        return function(self, *args, **kw)

    def transaction(self, function, *args, **kw):
        return function(self, *args, **kw)

    def schema_for_object(self, table):
        return table.schema

    def _has_table(self, table_name, schema=None):
        from sqlalchemy.engine.reflection import Inspector

        return Inspector(self).has_table(table_name, schema)

    def _run_ddl_visitor(self, visitor, element, **kw):
        return _unknown_statement()


def _refuse_text(statement):
    """Raises where a connection of SQLAlchemy 2.0 is given a plain text."""
    ...


def _execute(connection, statement, parameters, more, keywords, style="element"):
    """Runs a statement; `style` is how its parameters are given.

    `element`: to something of SQLAlchemy's; `driver`: to a text for the driver; `cursor`, `many`: to the driver's own
    functions, for one run and for many; `other`: in a way that is not simulated.
    """
    ...


def _unknown_statement():
    ...


def _changes_transactions(reason):
    """Something is done to a connection or to its transactions that is not simulated."""
    ...


def _rollback_below():
    """The driver is told to roll back, behind SQLAlchemy's back."""
    ...


class _RawConnection:
    """The driver's connection below SQLAlchemy's."""

    def __init__(self, connection):
        self._connection = connection

    @property
    def driver_connection(self):
        return self

    @property
    def dbapi_connection(self):
        return self

    @property
    def connection(self):
        return self

    def cursor(self, *args, **kw):
        return _Cursor(self._connection)

    def execute(self, statement, parameters=None):
        return _Cursor(self._connection).execute(statement, parameters)

    def executescript(self, script):
        return _Cursor(self._connection).executescript(script)

    def commit(self):
        _commit()

    def rollback(self):
        _rollback_below()

    def close(self):
        pass

    def set_isolation_level(self, level):
        _changes_transactions("the isolation level of the driver's connection is changed")

    def set_session(self, **kw):
        _changes_transactions("the driver's session is changed")

    @property
    def autocommit(self):
        return False

    @autocommit.setter
    def autocommit(self, value):
        _changes_transactions("the driver's connection is told when to commit")

    def create_function(self, *args, **kw):
        pass


class _Cursor:
    """A driver's cursor over a result."""

    def __init__(self, connection):
        self._connection = connection
        self._result = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    def execute(self, statement, parameters=None):
        return self._run(statement, parameters, "cursor")

    def executemany(self, statement, parameters):
        return self._run(statement, parameters, "many")

    def executescript(self, script):
        return self._run(script, None, "other")

    def copy_expert(self, statement, file, *args):
        return self._run(statement, None, "other")

    def _run(self, statement, parameters, style):
        self._result = _execute(self._connection, statement, parameters, (), {}, style)
        return self

    def fetchall(self):
        return self._result.fetchall()

    def fetchone(self):
        return self._result.fetchone()

    def fetchmany(self, size=None):
        return self._result.fetchmany(size)

    def __iter__(self):
        return iter(self._result.fetchall())

    @property
    def rowcount(self):
        return self._result.rowcount

    def close(self):
        pass


class Engine:
    echo = False

    def __init__(self, dialect, url=None):
        self.dialect = dialect
        self.name = dialect.name
        self.driver = dialect.driver
        self.url = url

    @property
    def pool(self):
        ...

    @property
    def raw_connection(self):
        ...

    @property
    def sync_engine(self):
        return self

    def connect(self, **kw):
        _changes_transactions("the revision opens a connection of its own")
        return Connection(self)

    def begin(self, **kw):
        _changes_transactions("the revision opens a connection of its own")
        return Connection(self)

    def execute(self, statement, parameters=None, *more, **kw):
        _changes_transactions("the revision opens a connection of its own")
        return _execute(Connection(self), statement, parameters, more, kw)

    def has_table(self, table_name, schema=None):
        return Connection(self)._has_table(table_name, schema)

    def table_names(self, schema=None, connection=None):
        from sqlalchemy.engine.reflection import Inspector

        return Inspector(self).get_table_names(schema)

    def run_callable(self, function, *args, **kw):
        return function(Connection(self), *args, **kw)

    def execution_options(self, **kw):
        return self

    def dispose(self, close=True):
        pass
