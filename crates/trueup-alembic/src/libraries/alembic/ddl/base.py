"""`alembic.ddl.base`."""
from sqlalchemy.schema import DDLElement


class AlterTable(DDLElement):
    def __init__(self, table_name, schema=None):
        ...


class AddColumn(AlterTable):
    ...


class DropColumn(AlterTable):
    ...


class ColumnType(AlterTable):
    ...


class RenameTable(AlterTable):
    ...


def alter_table(compiler, name, schema=None):
    return f"ALTER TABLE {format_table_name(compiler, name, schema)}"


def format_table_name(compiler, name, schema=None):
    return f"{schema}.{name}" if schema else name
