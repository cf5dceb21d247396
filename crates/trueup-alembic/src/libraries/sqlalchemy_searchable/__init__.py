"""SQLAlchemy-Searchable: columns for full text search, kept up to date by triggers.

Source: sqlalchemy-searchable 3.0. The triggers that `create_all` makes beside the models' tables are no part of what
models declare; the index of a search vector is.
"""
import sqlalchemy as sa
from sqlalchemy._trueup import is_unknown, unknown
from sqlalchemy.orm import _mapping
from sqlalchemy_utils import TSVectorType


class SearchOptions:
    def __init__(self, search_trigger_name="{table}_{column}_trigger", search_trigger_function_name="{table}_{column}_update", regconfig="pg_catalog.english", weights=None, auto_index=True):
        self.search_trigger_name = search_trigger_name
        self.search_trigger_function_name = search_trigger_function_name
        self.regconfig = regconfig
        self.weights = weights or {}
        self.auto_index = auto_index


class Vectorizer:
    """Functions that say how a column or type becomes text; what they write is not followed."""

    def __init__(self):
        self._used = False

    def __call__(self, type_or_column):
        self._used = True
        return lambda fn: fn

    def clear(self):
        self._used = False


vectorizer = Vectorizer()


class SearchManager:
    def __init__(self, options=None):
        self.options = options or SearchOptions()
        self.processed_columns = []

    def process_mapper(self, mapper, cls):
        for column in mapper.local_table.columns:
            if not isinstance(column.type, TSVectorType) or any([column is known for known in self.processed_columns]):
                continue
            if column.type.options.get("auto_index", self.options.auto_index):
                sa.Index(f"ix_{column.table.name}_{column.name}", column, postgresql_using="gin")
            self.processed_columns.append(column)


search_manager = SearchManager()


def make_searchable(metadata, mapper=None, manager=search_manager, options=None):
    if options:
        manager.options = options
    _mapping.ON_MAPPED.append(manager.process_mapper)


def remove_listeners(metadata, manager=search_manager, mapper=None):
    if manager.process_mapper in _mapping.ON_MAPPED:
        _mapping.ON_MAPPED.remove(manager.process_mapper)


def sync_trigger(conn, table_name, tsvector_column, indexed_columns, metadata=None, options=None, schema=None, update_rows=True):
    options = _options(options)
    table = f'{schema}."{table_name}"' if schema else f'"{table_name}"'
    _drop(conn, table, table_name, tsvector_column, options)
    function = options.search_trigger_function_name.format(table=table_name, column=tsvector_column)
    trigger = options.search_trigger_name.format(table=table_name, column=tsvector_column)
    if vectorizer._used:
        body = unknown("the SQL that a vectorizer writes is not followed")
    else:
        body = " || ".join([_vector(name, options) for name in indexed_columns])
    _run(
        conn,
        f"""CREATE FUNCTION
            {function}() RETURNS TRIGGER AS $$
        BEGIN
            NEW.{tsvector_column} = {body};
            RETURN NEW;
        END
        $$ LANGUAGE 'plpgsql';
        """,
    )
    if options.weights or vectorizer._used:
        called = f"{function}()"
    else:
        arguments = [tsvector_column, f"'{options.regconfig}'"] + list(indexed_columns)
        called = f"tsvector_update_trigger({', '.join(arguments)})"
    _run(conn, f"CREATE TRIGGER {trigger} BEFORE UPDATE OR INSERT ON {table} FOR EACH ROW EXECUTE PROCEDURE {called}")
    if update_rows:
        _run(conn, f"UPDATE {table} SET {indexed_columns[0]}={indexed_columns[0]}")


def drop_trigger(conn, table_name, tsvector_column, metadata=None, options=None, schema=None):
    table = f'{schema}."{table_name}"' if schema else f'"{table_name}"'
    _drop(conn, table, table_name, tsvector_column, _options(options))


def _options(options):
    if isinstance(options, dict):
        # Before version 2 options were a dictionary.
        return SearchOptions(**options)
    return options or SearchOptions()


def _drop(conn, table, table_name, column, options):
    trigger = options.search_trigger_name.format(table=table_name, column=column)
    function = options.search_trigger_function_name.format(table=table_name, column=column)
    _run(conn, f"DROP TRIGGER IF EXISTS {trigger} ON {table}")
    _run(conn, f"DROP FUNCTION IF EXISTS {function}()")


def _vector(name, options):
    vector = f"to_tsvector('{options.regconfig}', coalesce(NEW.{name}, ''))"
    weight = options.weights.get(name)
    return f"setweight({vector}, '{weight}')" if weight else vector


def _run(conn, text):
    conn.execute(text if is_unknown(text) else sa.text(text.replace(":", "\\:")))


sql_expressions = unknown("the functions of `sqlalchemy_searchable.sql_expressions` are not modelled")


def search(query, search_query, vector=None, regconfig=None, sort=False):
    return query
