"""The inspector: answers from the schema that the revisions before have built."""
from sqlalchemy.types import TypeEngine


class ObjectKind:
    TABLE = 1
    VIEW = 2
    MATERIALIZED_VIEW = 4
    ANY = 7


class ObjectScope:
    DEFAULT = 1
    TEMPORARY = 2
    ANY = 3


def cache(function):
    return function


class Inspector:
    def __init__(self, bind):
        self.bind = bind
        self.engine = bind
        self.dialect = bind.dialect
        self.info_cache = {}

    @classmethod
    def from_engine(cls, bind):
        return Inspector(bind)

    @property
    def default_schema_name(self):
        return self.dialect.default_schema_name

    def clear_cache(self):
        pass

    def get_schema_names(self, **kw):
        ...

    def has_schema(self, schema_name, **kw):
        return schema_name in self.get_schema_names()

    def get_table_names(self, schema=None, **kw):
        ...

    def get_sorted_table_and_fkc_names(self, schema=None, **kw):
        return [(name, []) for name in self.get_table_names(schema)]

    def get_view_names(self, schema=None, **kw):
        ...

    def get_materialized_view_names(self, schema=None, **kw):
        ...

    def get_sequence_names(self, schema=None, **kw):
        ...

    def has_sequence(self, sequence_name, schema=None, **kw):
        return sequence_name in self.get_sequence_names(schema)

    def get_temp_table_names(self, **kw):
        return []

    def get_temp_view_names(self, **kw):
        return []

    def has_table(self, table_name, schema=None, **kw):
        ...

    def get_columns(self, table_name, schema=None, **kw):
        ...

    def get_pk_constraint(self, table_name, schema=None, **kw):
        ...

    def get_primary_keys(self, table_name, schema=None, **kw):
        return self.get_pk_constraint(table_name, schema)["constrained_columns"]

    def get_foreign_keys(self, table_name, schema=None, **kw):
        ...

    def get_indexes(self, table_name, schema=None, **kw):
        ...

    def has_index(self, table_name, index_name, schema=None, **kw):
        return any([index["name"] == index_name for index in self.get_indexes(table_name, schema)])

    def get_unique_constraints(self, table_name, schema=None, **kw):
        ...

    def get_check_constraints(self, table_name, schema=None, **kw):
        ...

    def get_table_comment(self, table_name, schema=None, **kw):
        ...

    def get_table_options(self, table_name, schema=None, **kw):
        return {}

    def get_enums(self, schema=None):
        ...

    def get_domains(self, schema=None):
        ...

    def has_type(self, type_name, schema=None, **kw):
        return any([item["name"] == type_name for item in self.get_enums(schema)])

    def get_view_definition(self, view_name, schema=None, **kw):
        ...

    def get_foreign_table_names(self, schema=None):
        return []

    def get_table_oid(self, table_name, schema=None):
        ...

    def reflect_table(self, table, include_columns=None, **kw):
        table._autoload(self.bind, ())

    reflecttable = reflect_table

    def _multi(self, method, schema, filter_names):
        names = self.get_table_names(schema)
        if filter_names is not None:
            names = [name for name in names if name in filter_names]
        return {(schema, name): method(name, schema) for name in names}

    def get_multi_columns(self, schema=None, filter_names=None, kind=None, scope=None, **kw):
        return self._multi(self.get_columns, schema, filter_names)

    def get_multi_indexes(self, schema=None, filter_names=None, kind=None, scope=None, **kw):
        return self._multi(self.get_indexes, schema, filter_names)

    def get_multi_foreign_keys(self, schema=None, filter_names=None, kind=None, scope=None, **kw):
        return self._multi(self.get_foreign_keys, schema, filter_names)


class _ReflectedType(TypeEngine):
    """A type that SQLAlchemy has no class for, by its SQL text."""

    def __init__(self, sql):
        ...

    def _compile(self, dialect):
        return self.sql
