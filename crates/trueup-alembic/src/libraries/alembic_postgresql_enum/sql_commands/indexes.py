"""`alembic_postgresql_enum.sql_commands.indexes`."""


class TableIndex:
    def __init__(self, name, definition):
        ...
