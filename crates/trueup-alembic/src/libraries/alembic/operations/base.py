"""`Operations` and `BatchOperations`. Source: Alembic 1.20, `operations/base.py`."""
from alembic.runtime import migration as _migration


def _bind():
    ...


def _context():
    return _migration._current()


def _current():
    ...


def _literal(value, type_):
    from sqlalchemy import literal

    return literal(value, type_)


def _final_name(name):
    from sqlalchemy.schema import conv

    return conv(name)


def _register(name):
    ...


_REGISTERED = {}


def _unknown_operation(name, operations=None):
    if name.startswith("__"):
        raise AttributeError(name)
    # env.py, or a module that it imports, may register it.
    _run_environment()
    function = _REGISTERED.get(("Operations" if operations is None else type(operations).__name__, name))
    if function is not None:
        return lambda *args, **kw: function(_current() if operations is None else operations, *args, **kw)

    def operation(*args, **kw):
        _not_known(name)

    return operation


def _not_known(name):
    ...


def _run_environment():
    ...


def _not_on_batch(name):
    ...


class AbstractOperations:
    def __getattr__(self, name):
        return _unknown_operation(name, self)


class Operations(AbstractOperations):
    """`op` as an object, which code outside of revisions is handed."""

    _implementations = {}

    def __init__(self, migration_context=None, impl=None):
        self.migration_context = migration_context
        self.impl = impl

    @classmethod
    def register_operation(cls, name, sourcename=None):
        def register(op_cls):
            function = getattr(op_cls, sourcename if sourcename is not None else name)

            def proxy(self, *args, **kw):
                return function(self, *args, **kw)

            def on_module(*args, **kw):
                return function(_current(), *args, **kw)

            _REGISTERED[cls.__name__, name] = function
            setattr(cls, name, proxy)
            if cls is Operations:
                _set_on_module(name, on_module)
            return op_cls

        return register

    @classmethod
    def implementation_for(cls, op_cls, replace=False):
        def decorate(function):
            Operations._implementations[op_cls] = function
            return function

        return decorate

    @classmethod
    def context(cls, migration_context):
        return _OperationsContext(Operations(migration_context))

    def invoke(self, operation):
        for cls in type(operation).__mro__:
            function = Operations._implementations.get(cls)
            if function is not None:
                return function(self, operation)
        return operation._invoke(self)

    def get_bind(self):
        return _bind()

    def get_context(self):
        return _context()

    def f(self, name):
        return _final_name(name)

    def inline_literal(self, value, type_=None):
        return _literal(value, type_)

    def run_async(self, async_function, *args, **kw_args):
        return async_function(_bind(), *args, **kw_args)

    def batch_alter_table(
        self,
        table_name,
        schema=None,
        recreate="auto",
        partial_reordering=None,
        copy_from=None,
        table_args=(),
        table_kwargs=None,
        reflect_args=(),
        reflect_kwargs=None,
        naming_convention=None,
    ):
        return BatchOperations(
            table_name, schema, recreate, partial_reordering, copy_from, table_args, table_kwargs, reflect_args, reflect_kwargs, naming_convention
        )

    def create_entity(self, entity):
        entity._create()

    def drop_entity(self, entity):
        entity._drop()

    def replace_entity(self, entity):
        entity._replace()

    revert_entity = replace_entity

    def create_geospatial_table(self, table_name, *columns, **kw):
        return self.create_table(table_name, *columns, **kw)

    def drop_geospatial_table(self, table_name, schema=None, **kw):
        self.drop_table(table_name, schema=schema, **kw)

    def add_geospatial_column(self, table_name, column, schema=None):
        if _is_spatialite(self, "AddGeometryColumn"):
            return
        self.add_column(table_name, _without_spatial_index(column), schema=schema)

    def drop_geospatial_column(self, table_name, column_name, schema=None, **kw):
        self.drop_column(table_name, column_name, schema=schema, **kw)

    def create_geospatial_index(self, index_name, table_name, columns, schema=None, unique=False, **kw):
        if _is_spatialite(self, "CreateSpatialIndex"):
            return
        self.create_index(index_name, table_name, columns, schema=schema, unique=unique, **kw)

    def drop_geospatial_index(self, index_name, table_name, column_name=None, schema=None, unique=False, **kw):
        if _is_spatialite(self, "DisableSpatialIndex"):
            return
        self.drop_index(index_name, table_name=table_name, schema=schema, **kw)

    def create_geospatial_constraints(self, table_name, column, schema=None):
        # Only SQL Server has these.
        pass

    def drop_geospatial_constraints(self, table_name, column_name, schema=None):
        pass

    def add_column(self, table_name, column, *, schema=None, if_not_exists=None, inline_references=None, inline_primary_key=None, **kw):
        ...

    def alter_column(self, table_name, column_name, *, nullable=None, comment=False, server_default=False, new_column_name=None, type_=None, existing_type=None, existing_server_default=False, existing_nullable=None, existing_comment=None, schema=None, **kw):
        ...

    def drop_column(self, table_name, column_name, *, schema=None, if_exists=None, **kw):
        ...

    def create_table(self, table_name, *columns, if_not_exists=None, **kw):
        ...

    def drop_table(self, table_name, *, schema=None, if_exists=None, **kw):
        ...

    def rename_table(self, old_table_name, new_table_name, *, schema=None):
        ...

    def create_index(self, index_name, table_name, columns, *, schema=None, unique=False, if_not_exists=None, **kw):
        ...

    def drop_index(self, index_name, table_name=None, *, schema=None, if_exists=None, **kw):
        ...

    def create_primary_key(self, constraint_name, table_name, columns, *, schema=None):
        ...

    def create_foreign_key(self, constraint_name, source_table, referent_table, local_cols, remote_cols, *, onupdate=None, ondelete=None, deferrable=None, initially=None, match=None, source_schema=None, referent_schema=None, **dialect_kw):
        ...

    def create_unique_constraint(self, constraint_name, table_name, columns, *, schema=None, **kw):
        ...

    def create_check_constraint(self, constraint_name, table_name, condition, *, schema=None, **kw):
        ...

    def create_exclude_constraint(self, constraint_name, table_name, *elements, **kw):
        ...

    def drop_constraint(self, constraint_name, table_name, type_=None, *, schema=None, if_exists=None):
        ...

    def create_table_comment(self, table_name, comment, *, existing_comment=None, schema=None):
        ...

    def drop_table_comment(self, table_name, *, existing_comment=None, schema=None):
        ...

    def bulk_insert(self, table, rows, *, multiinsert=True):
        ...

    def execute(self, sqltext, *, execution_options=None):
        ...


def _set_on_module(name, function):
    from alembic import op

    setattr(op, name, function)


class _OperationsContext:
    def __init__(self, operations):
        self.operations = operations

    def __enter__(self):
        return self.operations

    def __exit__(self, *error):
        return False


def _is_spatialite(operations, function):
    """Elsewhere than on PostgreSQL a function of the database does it, and what that makes is not known."""
    from sqlalchemy._trueup import unknown

    if _bind().dialect.name == "postgresql":
        return False
    operations.execute(unknown(f"SpatiaLite's `{function}` is not modelled"))
    return True


def _without_spatial_index(column):
    """The column alone: `add_geospatial_column` leaves the index to an operation of its own."""
    from sqlalchemy._trueup import copy_object

    copied = column.copy()
    copied.type = copy_object(column.type)
    copied.type.spatial_index = False
    return copied


class BatchOperations(AbstractOperations):
    """What `with op.batch_alter_table(…) as batch_op` gives: the calls are collected and run at the end."""

    def __init__(
        self, table_name, schema, recreate, partial_reordering, copy_from, table_args, table_kwargs, reflect_args, reflect_kwargs, naming_convention
    ):
        ...

    def __enter__(self):
        return self

    def __exit__(self, error, *rest):
        if error is None:
            self._flush()
        return False

    def _flush(self):
        ...

    def __getattr__(self, name):
        # What concerns other tables is not offered on one.
        if name in ("create_table", "drop_table", "rename_table", "bulk_insert"):
            return lambda *args, **kw: _not_on_batch(name)
        return _unknown_operation(name, self)

    def get_bind(self):
        return _bind()

    def get_context(self):
        return _context()

    @property
    def migration_context(self):
        return _context()

    def f(self, name):
        return _final_name(name)

    def inline_literal(self, value, type_=None):
        return _literal(value, type_)

    def execute(self, sqltext, *, execution_options=None):
        ...

    def add_geospatial_column(self, column, insert_before=None, insert_after=None):
        if not _is_spatialite(self, "AddGeometryColumn"):
            self.add_column(_without_spatial_index(column), insert_before=insert_before, insert_after=insert_after)

    def drop_geospatial_column(self, column_name, **kw):
        self.drop_column(column_name, **kw)

    def create_geospatial_index(self, index_name, columns, **kw):
        if not _is_spatialite(self, "CreateSpatialIndex"):
            self.create_index(index_name, columns, **kw)

    def drop_geospatial_index(self, index_name, column_name=None, **kw):
        if not _is_spatialite(self, "DisableSpatialIndex"):
            self.drop_index(index_name, **kw)

    def add_column(self, column, *, insert_before=None, insert_after=None, if_not_exists=None, inline_references=None, inline_primary_key=None, **kw):
        ...

    def alter_column(self, column_name, *, nullable=None, comment=False, server_default=False, new_column_name=None, type_=None, existing_type=None, existing_server_default=False, existing_nullable=None, existing_comment=None, insert_before=None, insert_after=None, **kw):
        ...

    def drop_column(self, column_name, *, if_exists=None, **kw):
        ...

    def create_index(self, index_name, columns, *, unique=False, if_not_exists=None, **kw):
        ...

    def drop_index(self, index_name, *, if_exists=None, **kw):
        ...

    def create_primary_key(self, constraint_name, columns):
        ...

    def create_foreign_key(self, constraint_name, referent_table, local_cols, remote_cols, *, referent_schema=None, onupdate=None, ondelete=None, deferrable=None, initially=None, match=None, **dialect_kw):
        ...

    def create_unique_constraint(self, constraint_name, columns, **kw):
        ...

    def create_check_constraint(self, constraint_name, condition, **kw):
        ...

    def create_exclude_constraint(self, constraint_name, *elements, **kw):
        ...

    def drop_constraint(self, constraint_name, type_=None, *, if_exists=None):
        ...

    def create_table_comment(self, comment, *, existing_comment=None):
        ...

    def drop_table_comment(self, *, existing_comment=None):
        ...


def _table(name, items, keywords, naming_convention):
    """Returns the `Table` that Alembic builds for a call: parts that belong to another table are copied."""
    from sqlalchemy.schema import Column, MetaData, Table

    keywords = dict(keywords)
    included = keywords.pop("_constraints_included", False)
    own = []
    for item in items:
        if isinstance(item, Column):
            if item.table is not None:
                item = item.copy()
            if included:
                item.unique = False
                item.index = False
        elif getattr(item, "parent", None) is not None:
            item = item.copy()
        own.append(item)
    return Table(name, MetaData(naming_convention=naming_convention), *own, **keywords)
