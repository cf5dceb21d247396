"""alembic-postgresql-enum. Source: version 1.11."""


class ColumnType:
    COMMON = "COMMON"
    ARRAY = "ARRAY"


class TableReference:
    def __init__(self, table_name, column_name, table_schema=None, column_type="COMMON", existing_server_default=None):
        ...


class Config:
    def __init__(self, add_type_ignore=False, include_name=None, drop_unused_enums=True, detect_enum_values_changes=True, force_dialect_support=False, ignore_enum_values_order=False):
        ...


def set_configuration(config):
    pass
