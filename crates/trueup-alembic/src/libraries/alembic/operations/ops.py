"""Operation objects, as far as custom operations and hooks of env.py build on them. Source: Alembic 1.20."""


class MigrateOperation:
    info = {}

    def _invoke(self, operations):
        # An implementation is registered when the module that defines the operation runs.
        from alembic.operations.base import Operations

        _run_module_of(type(self))
        _run_environment()
        for cls in type(self).__mro__:
            function = Operations._implementations.get(cls)
            if function is not None:
                return function(operations, self)
        return _unknown_operation(self)

    def reverse(self):
        raise NotImplementedError

    def to_diff_tuple(self):
        raise NotImplementedError


def _unknown_operation(operation):
    ...


def _run_module_of(cls):
    ...


def _run_environment():
    ...


class AddConstraintOp(MigrateOperation):
    ...


class DropConstraintOp(MigrateOperation):
    def __init__(self, constraint_name, table_name, type_=None, *, schema=None, if_exists=None, **kw):
        ...

    def _invoke(self, operations):
        return operations.drop_constraint(self.constraint_name, self.table_name, self.type_, schema=self.schema, if_exists=self.if_exists)


class CreatePrimaryKeyOp(AddConstraintOp):
    def __init__(self, constraint_name, table_name, columns, *, schema=None, **kw):
        ...

    def _invoke(self, operations):
        return operations.create_primary_key(self.constraint_name, self.table_name, self.columns, schema=self.schema)


class CreateUniqueConstraintOp(AddConstraintOp):
    def __init__(self, constraint_name, table_name, columns, *, schema=None, **kw):
        ...

    def _invoke(self, operations):
        return operations.create_unique_constraint(self.constraint_name, self.table_name, self.columns, schema=self.schema, **self.kw)


class CreateForeignKeyOp(AddConstraintOp):
    def __init__(self, constraint_name, source_table, referent_table, local_cols, remote_cols, **kw):
        ...

    def _invoke(self, operations):
        return operations.create_foreign_key(self.constraint_name, self.source_table, self.referent_table, self.local_cols, self.remote_cols, **self.kw)


class CreateCheckConstraintOp(AddConstraintOp):
    def __init__(self, constraint_name, table_name, condition, *, schema=None, **kw):
        ...

    def _invoke(self, operations):
        return operations.create_check_constraint(self.constraint_name, self.table_name, self.condition, schema=self.schema, **self.kw)


class CreateIndexOp(MigrateOperation):
    def __init__(self, index_name, table_name, columns, *, schema=None, unique=False, if_not_exists=None, **kw):
        ...

    def _invoke(self, operations):
        return operations.create_index(
            self.index_name, self.table_name, self.columns, schema=self.schema, unique=self.unique, if_not_exists=self.if_not_exists, **self.kw
        )


class DropIndexOp(MigrateOperation):
    def __init__(self, index_name, table_name=None, *, schema=None, if_exists=None, **kw):
        ...

    def _invoke(self, operations):
        return operations.drop_index(self.index_name, self.table_name, schema=self.schema, if_exists=self.if_exists, **self.kw)


class CreateTableOp(MigrateOperation):
    def __init__(self, table_name, columns, *, schema=None, if_not_exists=None, **kw):
        ...

    def _invoke(self, operations):
        return operations.create_table(self.table_name, *self.columns, schema=self.schema, if_not_exists=self.if_not_exists, **self.kw)


class DropTableOp(MigrateOperation):
    def __init__(self, table_name, *, schema=None, if_exists=None, **kw):
        ...

    def _invoke(self, operations):
        return operations.drop_table(self.table_name, schema=self.schema, if_exists=self.if_exists)


class AlterTableOp(MigrateOperation):
    def __init__(self, table_name, *, schema=None):
        ...


class RenameTableOp(AlterTableOp):
    def __init__(self, old_table_name, new_table_name, *, schema=None):
        ...

    def _invoke(self, operations):
        return operations.rename_table(self.old_table_name, self.new_table_name, schema=self.schema)


class CreateTableCommentOp(AlterTableOp):
    ...


class DropTableCommentOp(AlterTableOp):
    ...


class AlterColumnOp(AlterTableOp):
    def __init__(self, table_name, column_name, *, schema=None, **kw):
        ...

    def _invoke(self, operations):
        return operations.alter_column(self.table_name, self.column_name, schema=self.schema, **self.kw)


class AddColumnOp(AlterTableOp):
    def __init__(self, table_name, column, *, schema=None, **kw):
        ...

    def _invoke(self, operations):
        return operations.add_column(self.table_name, self.column, schema=self.schema, **self.kw)


class DropColumnOp(AlterTableOp):
    def __init__(self, table_name, column_name, *, schema=None, **kw):
        ...

    def _invoke(self, operations):
        return operations.drop_column(self.table_name, self.column_name, schema=self.schema, **self.kw)


class BulkInsertOp(MigrateOperation):
    def __init__(self, table, rows, *, multiinsert=True):
        ...

    def _invoke(self, operations):
        return operations.bulk_insert(self.table, self.rows)


class ExecuteSQLOp(MigrateOperation):
    def __init__(self, sqltext, *, execution_options=None):
        ...

    def _invoke(self, operations):
        return operations.execute(self.sqltext)


class OpContainer(MigrateOperation):
    def __init__(self, ops=()):
        self.ops = list(ops)

    def is_empty(self):
        return not self.ops

    def _invoke(self, operations):
        for operation in self.ops:
            operations.invoke(operation)


class ModifyTableOps(OpContainer):
    def __init__(self, table_name, ops, *, schema=None):
        self.table_name = table_name
        self.ops = list(ops)
        self.schema = schema


class UpgradeOps(OpContainer):
    ...


class DowngradeOps(OpContainer):
    ...


class MigrationScript(MigrateOperation):
    ...
