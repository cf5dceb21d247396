"""`from alembic import op`: the operations of the revision that is running.

Every body is bound to trueup's own code, which turns the call into operations on the simulated schema.
"""
from alembic.operations import base as _base


def add_column(table_name, column, *, schema=None, if_not_exists=None, inline_references=None, inline_primary_key=None, **kw):
    ...


def alter_column(
    table_name,
    column_name,
    *,
    nullable=None,
    comment=False,
    server_default=False,
    new_column_name=None,
    type_=None,
    existing_type=None,
    existing_server_default=False,
    existing_nullable=None,
    existing_comment=None,
    schema=None,
    **kw,
):
    ...


def drop_column(table_name, column_name, *, schema=None, if_exists=None, **kw):
    ...


def create_table(table_name, *columns, if_not_exists=None, **kw):
    ...


def drop_table(table_name, *, schema=None, if_exists=None, **kw):
    ...


def rename_table(old_table_name, new_table_name, *, schema=None):
    ...


def create_index(index_name, table_name, columns, *, schema=None, unique=False, if_not_exists=None, **kw):
    ...


def drop_index(index_name, table_name=None, *, schema=None, if_exists=None, **kw):
    ...


def create_primary_key(constraint_name, table_name, columns, *, schema=None):
    ...


def create_foreign_key(
    constraint_name,
    source_table,
    referent_table,
    local_cols,
    remote_cols,
    *,
    onupdate=None,
    ondelete=None,
    deferrable=None,
    initially=None,
    match=None,
    source_schema=None,
    referent_schema=None,
    **dialect_kw,
):
    ...


def create_unique_constraint(constraint_name, table_name, columns, *, schema=None, **kw):
    ...


def create_check_constraint(constraint_name, table_name, condition, *, schema=None, **kw):
    ...


def create_exclude_constraint(constraint_name, table_name, *elements, **kw):
    ...


def drop_constraint(constraint_name, table_name, type_=None, *, schema=None, if_exists=None):
    ...


def create_table_comment(table_name, comment, *, existing_comment=None, schema=None):
    ...


def drop_table_comment(table_name, *, existing_comment=None, schema=None):
    ...


def bulk_insert(table, rows, *, multiinsert=True):
    ...


def execute(sqltext, *, execution_options=None):
    ...


def batch_alter_table(
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
    return _base.BatchOperations(
        table_name, schema, recreate, partial_reordering, copy_from, table_args, table_kwargs, reflect_args, reflect_kwargs, naming_convention
    )


def get_bind():
    return _base._bind()


def get_context():
    return _base._context()


def run_async(async_function, *args, **kw_args):
    return async_function(_base._bind(), *args, **kw_args)


def inline_literal(value, type_=None):
    return _base._literal(value, type_)


def f(name):
    return _base._final_name(name)


def implementation_for(op_cls, replace=False):
    return _base.Operations.implementation_for(op_cls, replace)


def invoke(operation):
    return _base._current().invoke(operation)


def register_operation(name, sourcename=None):
    return _base.Operations.register_operation(name, sourcename)


def sync_enum_values(enum_schema, enum_name, new_values, affected_columns, enum_values_to_rename=(), indexes_to_recreate=(), **kw):
    ...


def create_geospatial_table(table_name, *columns, **kw):
    return _base._current().create_geospatial_table(table_name, *columns, **kw)


def drop_geospatial_table(table_name, schema=None, **kw):
    _base._current().drop_geospatial_table(table_name, schema, **kw)


def add_geospatial_column(table_name, column, schema=None):
    _base._current().add_geospatial_column(table_name, column, schema)


def drop_geospatial_column(table_name, column_name, schema=None, **kw):
    _base._current().drop_geospatial_column(table_name, column_name, schema, **kw)


def create_geospatial_index(index_name, table_name, columns, schema=None, unique=False, **kw):
    _base._current().create_geospatial_index(index_name, table_name, columns, schema, unique, **kw)


def drop_geospatial_index(index_name, table_name, column_name=None, schema=None, unique=False, **kw):
    _base._current().drop_geospatial_index(index_name, table_name, column_name, schema, unique, **kw)


def create_geospatial_constraints(table_name, column, schema=None):
    pass


def drop_geospatial_constraints(table_name, column_name, schema=None):
    pass


def create_entity(entity):
    entity._create()


def drop_entity(entity):
    entity._drop()


def replace_entity(entity):
    entity._replace()


def revert_entity(entity):
    entity._replace()


def __getattr__(name):
    return _base._unknown_operation(name)
