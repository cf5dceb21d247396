"""What statements on rows were told: read from the calls that they remember, and from the expressions in them.

Source: SQLAlchemy 2.0 `sql/selectable.py` (`_get_display_froms`, `_join_determine_implicit_left_side`) and `sql/dml.py`.
"""
from sqlalchemy._elements import (
    BindParameter,
    Case,
    Cast,
    ClauseElement,
    ColumnClause,
    CompoundSelect,
    DataStatement,
    FromClause,
    Grouping,
    Insert,
    Join,
    Label,
    ScalarSelect,
    Select,
    TextClause,
    TypeCoerce,
    UnaryExpression,
    Update,
    _grouped,
    _Named,
    _unwrapped,
    literal_column,
)
from sqlalchemy._trueup import is_unknown
from sqlalchemy.schema import Column, DefaultGenerator, Sequence, Table


class CannotWrite(Exception):
    """A statement is not known to be written as SQLAlchemy writes it."""


def _known(value, what):
    if is_unknown(value):
        raise CannotWrite(f"{what} of a statement is not known")
    return value


class _Select:
    def __init__(self):
        self.columns = []
        self.conditions = []
        self.groups = []
        self.having = []
        self.order = []
        self.joins = []
        self.explicit = []
        self.limit = None
        self.offset = None
        self.is_distinct = False
        self.distinct_on = []
        self.locks = False
        self.correlated = None

    @property
    def is_ordered(self):
        return bool(self.order) or self.limit is not None or self.offset is not None

    def apply(self, name, args, kw):
        if name in ("where", "filter"):
            self.conditions.extend(args)
        elif name == "filter_by":
            table = self.all_froms()[-1]
            self.conditions.extend([_column_of(table, key) == value for key, value in kw.items()])
        elif name == "having":
            self.having.extend(args)
        elif name == "group_by":
            self.groups = _appended(self.groups, args)
        elif name == "order_by":
            self.order = _appended(self.order, args)
        elif name == "limit":
            self.limit = args[0]
        elif name == "offset":
            self.offset = args[0]
        elif name == "slice":
            self.offset, self.limit = args[0], args[1] - args[0]
        elif name == "distinct":
            self.is_distinct = True
            self.distinct_on.extend(args)
        elif name == "select_from":
            self.explicit.extend([_from_element(item) for item in args])
        elif name in ("join", "outerjoin"):
            self.join(None, *args, _is_outer=name == "outerjoin", **kw)
        elif name in ("join_from", "outerjoin_from"):
            self.join(*args, _is_outer=name == "outerjoin_from", **kw)
        elif name in ("add_columns", "add_column", "column"):
            self.columns.extend(_expanded(args))
        elif name == "with_only_columns":
            listed = args[0] if len(args) == 1 and isinstance(args[0], (list, tuple)) else args
            self.columns = _expanded(listed)
        elif name == "correlate" and args and args[0] is not None:
            self.correlated = (self.correlated or []) + list(args)
        elif name == "with_for_update" and not kw and not args:
            self.locks = True
        else:
            raise CannotWrite(f"`{name}` of a query is not modelled")

    def join(self, left, target, onclause=None, isouter=False, full=False, _is_outer=False):
        target = _from_element(target)
        if isinstance(target, (str, TextClause)) or not isinstance(target, (FromClause, _Named, Join)):
            raise CannotWrite("what a query joins is not known")
        if left is None:
            left = self.left_side(target, onclause)
        else:
            left = _from_element(left)
        joined = Join(left, target, onclause, isouter or _is_outer, full)
        self.explicit = [item for item in self.explicit if item is not left] + [joined]

    def left_side(self, target, onclause):
        candidates = self.explicit or [item for item in self.froms_of_columns() if item is not target]
        if len(candidates) == 1:
            return candidates[0]
        columns = [] if onclause is None else _columns_in(onclause)
        fitting = []
        for item in candidates:
            tables = _flattened([item]) + [target]
            if columns and all([_is_in(column.table, tables) for column in columns]):
                fitting.append(item)
        if len(fitting) != 1:
            raise CannotWrite("from which table a query joins is not clear")
        return fitting[0]

    def froms_of_columns(self):
        froms = []
        for part in self.columns:
            for item in _froms_of(part):
                if not _is_in(item, froms):
                    froms.append(item)
        return froms

    def all_froms(self):
        froms = list(self.explicit)
        for part in self.columns + self.conditions:
            for item in _froms_of(part):
                if not _is_in(item, froms):
                    froms.append(item)
        return froms


def _appended(known, args):
    """`order_by(None)` begins anew."""
    if len(args) == 1 and args[0] is None:
        return []
    return known + list(args)


def _read_select(statement):
    if not isinstance(statement, Select):
        raise CannotWrite(f"a query of the kind `{type(statement).__name__}` is not modelled")
    found = _Select()
    args = list(statement.args)
    if args and isinstance(args[0], (list, tuple)):
        # As it was spelled up to 1.4: `select([columns], condition, [tables])`.
        found.columns = _expanded(args[0])
        found.conditions.extend([part for part in args[1:2] if part is not None])
        if len(args) > 2:
            raise CannotWrite("the tables of an old `select([…])` are not modelled")
    else:
        found.columns = _expanded(args)
    for name, value in statement._given.items():
        if name == "from_obj":
            found.explicit.extend([_from_element(item) for item in (value if isinstance(value, (list, tuple)) else [value])])
        elif name == "whereclause":
            found.conditions.append(value)
        elif name == "distinct" and value is True:
            found.is_distinct = True
        elif name in ("order_by", "group_by"):
            found.apply(name, tuple(value) if isinstance(value, (list, tuple)) else (value,), {})
        elif name in ("limit", "offset"):
            found.apply(name, (value,), {})
        else:
            raise CannotWrite(f"`{name}` of a query is not modelled")
    for name, args, kw in statement._calls:
        found.apply(name, args, kw)
    return found


class _Change:
    """What an INSERT, UPDATE or DELETE was told."""

    def __init__(self, statement):
        if not statement.args:
            raise CannotWrite("the table of a statement is not known")
        self.table = _from_element(statement.args[0])
        if not isinstance(self.table, FromClause) or isinstance(self.table, _Named):
            raise CannotWrite("the table of a statement is not known")
        self.values = {}
        self.rows = None
        self.source = None
        self.names = []
        self.has_defaults = True
        self.conditions = []
        self.returned = []
        self.conflict = None
        self.prefixes = []
        self.is_ordered = False

    def take_values(self, args, kw):
        if len(args) == 1 and isinstance(args[0], (list, tuple)):
            rows = list(args[0])
            if rows and isinstance(rows[0], dict):
                self.rows = [self.keyed(row) for row in (self.rows or []) + rows]
                return
            args = (dict(zip([key for key, _ in _columns(self.table)], rows)),)
        for values in args:
            if is_unknown(values) or not isinstance(values, dict):
                raise CannotWrite("the values of a statement are not known")
            self.values.update(self.keyed(values))
        self.values.update(kw)

    def keyed(self, values):
        if is_unknown(values):
            raise CannotWrite("a row of a statement is not known")
        return {self.key_of(key): value for key, value in values.items()}

    def key_of(self, key):
        if isinstance(key, str):
            return key
        return _unwrapped(key).key


def _read_insert(statement):
    found = _Change(statement)
    found.take_values(statement.args[1:], {})
    for name, value in statement._given.items():
        if name == "values":
            found.take_values((value,), {})
        elif name not in ("inline", "bind"):
            raise CannotWrite(f"`{name}` of an INSERT is not modelled")
    for name, args, kw in statement._calls:
        if name == "values":
            found.take_values(args, kw)
        elif name == "from_select":
            _take_select(found, *args, **kw)
        elif name == "returning":
            found.returned.extend(args)
        elif name == "prefix_with" and all([isinstance(item, str) for item in args]):
            found.prefixes.extend([(kw.get("dialect", "*"), item) for item in args])
        elif name in ("on_conflict_do_nothing", "on_conflict_do_update"):
            found.conflict = (name, args, kw)
        elif name not in ("inline", "return_defaults"):
            raise CannotWrite(f"`{name}` of an INSERT is not modelled")
    return found


def _take_select(found, names, select, include_defaults=True):
    found.names = [found.key_of(name) for name in names]
    found.source = _unwrapped(select)
    found.has_defaults = include_defaults


def _read_update(statement):
    found = _Change(statement)
    for extra in statement.args[1:]:
        # As it was spelled up to 1.4: `update(table, condition, values)`.
        if isinstance(extra, dict):
            found.take_values((extra,), {})
        elif extra is not None:
            found.conditions.append(extra)
    for name, value in statement._given.items():
        if name == "whereclause":
            found.conditions.append(value)
        elif name == "values":
            found.take_values((value,), {})
        else:
            raise CannotWrite(f"`{name}` of a statement is not modelled")
    for name, args, kw in statement._calls:
        if name in ("where", "filter"):
            found.conditions.extend(args)
        elif name == "filter_by":
            found.conditions.extend([_column_of(found.table, key) == value for key, value in kw.items()])
        elif name == "values" and isinstance(statement, Update):
            found.take_values(args, kw)
        elif name == "ordered_values" and isinstance(statement, Update):
            found.take_values((dict(args),), {})
            found.is_ordered = True
        elif name == "returning":
            found.returned.extend(args)
        elif name not in ("inline", "return_defaults"):
            raise CannotWrite(f"`{name}` of a statement is not modelled")
    return found


def _returned(statement):
    found = _read_insert(statement) if isinstance(statement, Insert) else _read_update(statement)
    return [_unwrapped(item) for item in _expanded(found.returned)]


def _refuse_rest(values):
    for key in values:
        raise CannotWrite(f"a statement has a value for `{key}`, and its table has no such column")


def _default(column, name="default"):
    """A column's `default=` or `onupdate=`: a value, a function, an expression, or nothing."""
    default = getattr(column, name, None) if isinstance(column, Column) else None
    if isinstance(default, Sequence):
        return default.next_value()
    if isinstance(default, DefaultGenerator):
        default = default.arg
    if is_unknown(default):
        raise CannotWrite(f"the {name} of the column `{column.name}` is not known")
    if hasattr(default, "__clause_element__"):
        default = default.__clause_element__()
    return default


# Tables and columns.


def _columns(table):
    found = table._all_columns if isinstance(table, Table) else table._columns
    return list(found.items())


def _has_column(table, key):
    return any([known == key for known, _ in _columns(table)])


def _column_of(table, key):
    if isinstance(table, (_Named, FromClause)):
        return table.c[key]
    raise CannotWrite(f"the column `{key}` of a query is not known")


def _from_element(value):
    """The table behind a mapped class or a table."""
    if is_unknown(value):
        raise CannotWrite("a table of a statement is not known")
    if isinstance(value, type):
        table = getattr(value, "__table__", None)
        if table is None:
            raise CannotWrite(f"the table of the class `{value.__name__}` is not known")
        return table
    return value


def _is_in(item, items):
    return any([item is known for known in items])


def _expanded(entities):
    """The columns of a query: a table stands for all of its own."""
    found = []
    for entity in entities:
        if is_unknown(entity):
            raise CannotWrite("a column of a query is not known")
        if isinstance(entity, type) or isinstance(entity, FromClause):
            found.extend([column for _, column in _columns(_from_element(entity))])
        elif isinstance(entity, _Named):
            if isinstance(entity._source, FromClause):
                found.extend(entity.c.values())
            else:
                raise CannotWrite("all columns of a subquery are not modelled")
        elif isinstance(entity, (list, tuple)):
            found.extend(_expanded(entity))
        else:
            found.append(entity if isinstance(entity, Label) else _unwrapped(entity))
    return found


def _froms_of(part):
    """The tables that an expression reads from, in the order in which SQLAlchemy finds them."""
    part = _unwrapped(part)
    if isinstance(part, (DataStatement, TextClause, BindParameter)):
        return []
    if isinstance(part, ColumnClause):
        return [] if part.table is None else [_from_element(part.table)]
    found = []
    for inner in _parts(part):
        for item in _froms_of(inner):
            if not _is_in(item, found):
                found.append(item)
    return found


def _is_of_query(column):
    """Tells whether a column is one of a subquery, which decides about its name."""
    return isinstance(column.table, _Named) and not isinstance(column.table._source, FromClause)


def _columns_in(part):
    part = _unwrapped(part)
    if isinstance(part, ColumnClause):
        return [] if part.table is None else [part]
    found = []
    for inner in _parts(part):
        found.extend(_columns_in(inner))
    return found


def _parts(part):
    """The expressions inside of an expression."""
    if isinstance(part, Case):
        inner = [] if part.value is None else [part.value]
        for condition, result in part.whens:
            inner.extend([condition, result])
        return inner + ([] if part.else_ is None else [part.else_])
    found = []
    if isinstance(part, ClauseElement):
        for name in ("element", "clause", "expr", "left", "right", "lower", "upper", "criterion", "partition_by", "order_by"):
            inner = getattr(part, name, None)
            if inner is not None and not callable(inner):
                found.extend(inner if isinstance(inner, (list, tuple)) else [inner])
        for name in ("clause_args", "clauses", "items", "order"):
            inner = getattr(part, name, None)
            if isinstance(inner, (list, tuple)):
                found.extend(inner)
    return [item for item in found if not is_unknown(item)]


def _mentions(found, key):
    """Tells whether a statement has a parameter of this name."""
    return any([_has_parameter(part, key) for part in found.conditions + list(found.values.values())])


def _has_parameter(part, key):
    part = _unwrapped(part)
    if isinstance(part, BindParameter):
        return part.key == key
    return any([_has_parameter(inner, key) for inner in _parts(part)])


def _flattened(froms):
    """Tables, with those that are inside of joins."""
    found = []
    for item in froms:
        found.append(item)
        if isinstance(item, Join):
            found.extend(_flattened([_from_element(item.left_side), _from_element(item.right_side)]))
    return found


def _without_hidden(froms):
    """Leaves out what is part of a join."""
    hidden = []
    for item in froms:
        if isinstance(item, Join):
            hidden.extend(_flattened([item])[1:])
    return [item for item in froms if not _is_in(item, hidden)]


def _join_condition(left, right):
    """The condition that the one foreign key between two tables gives."""
    found = []
    for one in _flattened([left]):
        for other in _flattened([right]):
            if isinstance(one, Table) and isinstance(other, Table):
                found.extend(_conditions_between(one, other))
    if len(found) != 1:
        raise CannotWrite("on what a query joins is not clear")
    return found[0]


def _conditions_between(one, other):
    found = []
    for child, parent in ((other, one), (one, other)):
        for key in child._foreign_keys:
            name, _, column = key.target_fullname.rpartition(".")
            if name == parent.fullname and column in parent.c:
                found.append(parent.c[column] == key.parent)
    return found


def _result_names(statement):
    """The names of the columns of a UNION and its like, as far as they have one."""
    while isinstance(statement, CompoundSelect):
        statement = statement.args[0]
    columns = [item if isinstance(item, Label) else _unwrapped(item) for item in _read_select(statement).columns]
    return [item.name for item in columns if isinstance(item, (Label, ColumnClause))]


def _ordered_label(item):
    while isinstance(item, UnaryExpression) and not item.prefix:
        item = item.element
    return item


def _inside_exists(statement):
    """The query inside of `exists(…)`, with what was said about it afterwards."""
    args = statement.args
    if len(args) == 1 and isinstance(args[0], (Select, CompoundSelect)):
        inner = args[0]
    elif len(args) == 1 and isinstance(args[0], ScalarSelect):
        inner = args[0].args[0]
    else:
        inner = Select(*(args or (literal_column("*"),)))
    for name, given, kw in statement._calls:
        inner = getattr(inner, name)(*given, **kw)
    return inner


def _named_within(element):
    """The column whose name a cast of it has."""
    for _ in range(8):
        if isinstance(element, (Cast, TypeCoerce)):
            element = _unwrapped(element.clause)
        elif isinstance(element, Grouping):
            element = _unwrapped(element.element)
        elif isinstance(element, ColumnClause):
            return None if element.is_literal else element
        else:
            return None
    return None


def _grouped_in_list(item, writer):
    if getattr(_unwrapped(item), "_is_table", False):
        raise CannotWrite("a function as a table is not modelled")
    return _grouped(item, ",", writer)
