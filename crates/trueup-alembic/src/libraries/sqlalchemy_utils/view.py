"""`sqlalchemy_utils.view`: views as tables beside the models'.

The table of a view belongs to a `MetaData` of its own, so that migrations do not see it.
"""
from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, Table
from sqlalchemy._trueup import unknown
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DDLElement


class CreateView(DDLElement):
    def __init__(self, name, selectable, materialized=False, replace=False):
        if materialized and replace:
            raise ValueError("Cannot use CREATE OR REPLACE with materialized views")
        self.name = name
        self.selectable = selectable
        self.materialized = materialized
        self.replace = replace


@compiles(CreateView)
def _create_view(element, compiler, **kw):
    replace = "OR REPLACE " if element.replace else ""
    materialized = "MATERIALIZED " if element.materialized else ""
    selectable = element.selectable
    text = getattr(selectable, "text", None) if not isinstance(selectable, str) else selectable
    if not isinstance(text, str):
        return unknown("the SELECT of a view that SQLAlchemy builds is not written as SQL")
    return f"CREATE {replace}{materialized}VIEW {compiler.dialect.identifier_preparer.quote(element.name)} AS {text}"


class DropView(DDLElement):
    def __init__(self, name, materialized=False, cascade=True):
        self.name = name
        self.materialized = materialized
        self.cascade = cascade


@compiles(DropView)
def _drop_view(element, compiler, **kw):
    materialized = "MATERIALIZED " if element.materialized else ""
    cascade = " CASCADE" if element.cascade else ""
    return f"DROP {materialized}VIEW IF EXISTS {compiler.dialect.identifier_preparer.quote(element.name)}{cascade}"


def create_table_from_selectable(name, selectable, indexes=None, metadata=None, aliases=None, **kw):
    return unknown("the columns of a view are those of its SELECT")


def create_materialized_view(name, selectable, metadata, indexes=None, aliases=None):
    return create_table_from_selectable(name, selectable, indexes, None, aliases)


def create_view(name, selectable, metadata, cascade_on_drop=True, replace=False):
    return create_table_from_selectable(name, selectable)


def refresh_materialized_view(session, name, concurrently=False):
    pass
