"""Statements on rows as SQL text, with their values as literals: what executing them sends.

Loaded only where a script is wanted. What is not known to be written as SQLAlchemy writes it raises `CannotWrite`;
nothing is guessed. Source: SQLAlchemy 2.0 `sql/compiler.py` and `sql/crud.py`; held against SQLAlchemy 2.1 and 2.0 by
comparing texts, and what the texts do, on both databases.
"""
from sqlalchemy import types as _types
from sqlalchemy._elements import (
    Alias,
    BindParameter,
    ClauseElement,
    ColumnClause,
    CompoundSelect,
    CTE,
    DataStatement,
    Delete,
    Exists,
    FromClause,
    FunctionElement,
    Insert,
    Join,
    Label,
    ScalarSelect,
    Select,
    SelectBase,
    Subquery,
    TextClause,
    UnaryExpression,
    Update,
    UpdateBase,
    _aliased_tables,
    _declared_type_of,
    _grouped,
    _Named,
    _sql_of,
    _unwrapped,
    and_,
    literal_column,
    select as _select,
)
from sqlalchemy._operators import quote as _quote
from sqlalchemy._told import (
    CannotWrite,
    _column_of,
    _columns,
    _default,
    _expanded,
    _flattened,
    _from_element,
    _froms_of,
    _grouped_in_list,
    _has_column,
    _inside_exists,
    _is_in,
    _is_of_query,
    _join_condition,
    _known,
    _mentions,
    _named_within,
    _ordered_label,
    _read_insert,
    _read_select,
    _read_update,
    _refuse_rest,
    _result_names,
    _returned,
    _Select,
    _without_hidden,
)
from sqlalchemy._trueup import is_unknown
from sqlalchemy.dialects import Dialect


def _literal(value, type_, stands, writer):
    ...


def _filled(text, binds, writer):
    ...


def _value_rows(columns, rows, writer):
    ...


def compiled(statement, dialect_name, parameters):
    """The texts that executing a statement sends: one, or one for each set of parameters."""
    statement = _unwrapped(statement)
    if isinstance(statement, Insert) and len(parameters) > 1:
        return _Statement(dialect_name, parameters[0]).insert_many(statement, parameters)
    if not parameters:
        return [_Statement(dialect_name, {}).whole(statement)]
    return [_Statement(dialect_name, given).whole(statement) for given in parameters]


class _Statement(Dialect):
    """One statement being written; a dialect, so that expressions write themselves for it."""

    _writes_rows = True

    def __init__(self, name, parameters):
        Dialect.__init__(self, name)
        self.parameters = dict(parameters)
        self.used = set()
        self.is_sqlite = name == "sqlite"
        # What the statements around the one that is being written read from.
        self.around = []
        # Whether columns are written with their table.
        self.qualifies = True
        self.common = []
        self.begun = []
        self.names = []
        self.counts = {}

    # Values, columns and texts, as expressions ask for them.

    def value(self, value, type_):
        if is_unknown(value):
            return _literal(value, None, "alone", self)
        if isinstance(value, tuple) and not isinstance(type_, (_types.ARRAY, _types.JSON)):
            return f"({', '.join([self.value(item, None) for item in value])})"
        return _literal(value, type_, "alone" if type_ is None else "compared", self)

    def of_type(self, value, type_):
        """A value or expression whose type was said."""
        if not isinstance(_unwrapped(value), ClauseElement):
            return _literal(value, type_, "assigned", self)
        return _sql_of(value, self)

    def type_name(self, type_):
        if isinstance(type_, _types.Enum) and type_._is_native(self) and type_.schema is not None:
            return f"{self.quoted(type_.schema)}.{self.quoted(type_.name)}"
        if isinstance(type_, _types.Enum) and type_._is_native(self):
            return self.quoted(type_.name)
        if isinstance(type_, _types.ARRAY):
            return self.type_name(type_.item_type) + "[]" * (type_.dimensions or 1)
        variant = (type_._variants or {}).get(self.name)
        if variant is not None:
            return self.type_name(variant)
        if isinstance(type_, _types.TypeDecorator):
            return self.type_name(type_.load_dialect_impl(self))
        return type_._compile(self)

    def parameter(self, bind):
        value = bind.value
        if bind.key is not None and bind.key in self.parameters:
            value = self.parameters[bind.key]
            self.used.add(bind.key)
        elif bind.required or bind.callable is not None:
            raise CannotWrite(f"the parameter `{bind.key}` of a statement has no value")
        neighbour = _unwrapped(getattr(bind, "_neighbour", None))
        if isinstance(neighbour, BindParameter) or not isinstance(neighbour, ClauseElement):
            # Two values beside each other do not tell the type of one another.
            neighbour = None
        if isinstance(value, (list, tuple)) and (bind.expanding or neighbour is None) and isinstance(bind.type, _types.NullType):
            type_ = None if neighbour is None else _declared_type_of(neighbour)
            return f"({', '.join([self.value(item, type_) for item in value])})"
        if not isinstance(bind.type, _types.NullType):
            return _literal(value, bind.type, "assigned", self)
        return self.value(value, None if neighbour is None else _declared_type_of(neighbour))

    def text(self, clause):
        return _filled(clause.text, clause._binds, self)

    def check_operator(self, expression):
        if self.is_sqlite and expression.operator in ("@>", "<@", "&&", "?", "@@"):
            raise CannotWrite(f"SQLite has no operator `{expression.operator}`")
        for side in (expression.left, expression.right):
            if is_unknown(side):
                self.value(side, None)

    def quoted(self, name):
        if getattr(name, "quote", None) is False:
            return str(name)
        if getattr(name, "quote", None):
            return '"' + name.replace('"', '""') + '"'
        return _quote(name, self)

    def column(self, column):
        if getattr(column, "_is_excluded", False):
            return "excluded." + self.quoted(column.name)
        if getattr(column, "_is_anyones", False):
            raise CannotWrite("the columns of a query that is no subquery are not modelled")
        if column.is_literal:
            return column.name
        name = self.column_name(column)
        if column.table is None or not self.qualifies:
            return name
        return f"{self.from_name(column.table)}.{name}"

    def column_name(self, column):
        if _is_of_query(column):
            return self.quoted(self.exported_name(column.table, column.key))
        if getattr(column, "quote", None):
            return '"' + column.name.replace('"', '""') + '"'
        return self.quoted(column.name)

    # Names.

    def anonymous(self, thing, base):
        """A name that SQLAlchemy makes up: `anon_1`, `count_1`; the same for the same thing."""
        for known, name in self.names:
            if known is thing:
                return name
        self.counts[base] = self.counts.get(base, 0) + 1
        name = f"{base}_{self.counts[base]}"
        self.names.append((thing, name))
        return name

    def alias_name(self, named):
        while getattr(named, "_restates", None) is not None:
            named = named._restates
        if named._alias is not None:
            return _known(named._alias, "a name")
        base = named._source.name if isinstance(named, Alias) and isinstance(named._source, FromClause) else "anon"
        return self.anonymous(named, base)

    def from_name(self, table):
        table = _from_element(table)
        if isinstance(table, _Named):
            return self.quoted(self.alias_name(table))
        return self.table_name(table)

    def table_name(self, table):
        if any([known is table for known in _aliased_tables]):
            raise CannotWrite(f"an alias of the mapped class of `{table.name}` is not modelled")
        if getattr(table, "_has_heirs", False):
            raise CannotWrite(f"`{table.name}` belongs to mapped classes that inherit, which is not modelled")
        schema = f"{self.quoted(table.schema)}." if table.schema is not None else ""
        return schema + self.quoted(table.name)

    def exported_name(self, named, key):
        """What a column of a subquery is called there."""
        for known, name in self.exported(named):
            if known == key:
                return name
        raise CannotWrite(f"a subquery has no column `{key}`")

    def exported(self, named):
        source = named._source
        if isinstance(source, _Named):
            return self.exported(source)
        while isinstance(source, CompoundSelect):
            source = source.args[0]
        if isinstance(source, UpdateBase):
            return [(column.key, column.name) for column in _returned(source)]
        if not isinstance(source, Select):
            raise CannotWrite("the columns of a subquery are not known")
        found = []
        for item in _read_select(source).columns:
            key, name = self.label_of(item)
            if any([key == known for known, _ in found]):
                raise CannotWrite(f"a subquery has two columns `{key}`")
            found.append((key, name))
        return found

    def label_of(self, item):
        """Key and name of a column of a query."""
        if isinstance(item, Label):
            return item.name, item.name
        item = _unwrapped(item)
        if isinstance(item, ColumnClause):
            return item.key, self.exported_name(item.table, item.key) if _is_of_query(item) else item.name
        inner = _named_within(item)
        if inner is not None:
            return inner.key, inner.name
        if isinstance(item, FunctionElement):
            return item.name, self.anonymous(item, item.name)
        raise CannotWrite("a column of a subquery has no name")

    # Statements.

    def whole(self, statement):
        text = self.body(statement)
        left = [key for key in self.parameters if key not in self.used]
        if left:
            raise CannotWrite(f"a statement is given `{left[0]}`, for which it has no parameter")
        return self.with_common(text)

    def with_common(self, text):
        if not self.common:
            return text
        recursive = "RECURSIVE " if any([cte._is_recursive for cte, _ in self.common]) else ""
        return f"WITH {recursive}{', '.join([written for _, written in self.common])} {text}"

    def body(self, statement):
        if isinstance(statement, TextClause):
            return self.text(statement)
        if isinstance(statement, Insert):
            return self.insert(statement)
        if isinstance(statement, Update):
            return self.update(statement)
        if isinstance(statement, Delete):
            return self.delete(statement)
        if isinstance(statement, (Select, CompoundSelect)):
            return self.query(statement, False)
        if isinstance(statement, ClauseElement) and not isinstance(statement, DataStatement):
            # `execute(func.something())` selects it.
            return self.query(_select(statement), False)
        raise CannotWrite(f"a statement of the kind `{type(statement).__name__}` is not modelled")

    def nested(self, statement):
        """A statement inside of an expression."""
        if isinstance(statement, Exists):
            return f"EXISTS ({self.query(_inside_exists(statement), True)})"
        if isinstance(statement, ScalarSelect):
            inner = statement.args[0]
            for name, args, kw in statement._calls:
                inner = getattr(inner, name)(*args, **kw)
            return f"({self.query(inner, True)})"
        if isinstance(statement, (Select, CompoundSelect)):
            return f"({self.query(statement, True)})"
        if isinstance(statement, _Named) and not statement._calls:
            return f"({self.query(_select(statement), True)})"
        raise CannotWrite(f"a statement of the kind `{type(statement).__name__}` inside of another one is not modelled")

    def query(self, statement, correlates, names_all=False):
        if isinstance(statement, CompoundSelect):
            return self.compound(statement, correlates, names_all)
        if isinstance(statement, Select):
            return self.select(statement, correlates, names_all)
        raise CannotWrite(f"a query of the kind `{type(statement).__name__}` is not modelled")

    def compound(self, statement, correlates, names_all):
        parts = []
        for inner in statement.args:
            text = self.query(inner, correlates, names_all)
            is_bare = isinstance(inner, Select) and not _read_select(inner).is_ordered
            if not is_bare and self.is_sqlite:
                raise CannotWrite("a query inside of UNION and its like is more than SQLite takes there")
            parts.append(text if is_bare else f"({text})")
        text = f" {statement.keyword} ".join(parts)
        found = _Select()
        for name, args, kw in statement._calls:
            if name not in ("order_by", "limit", "offset"):
                raise CannotWrite(f"`{name}` of a {statement.keyword} is not modelled")
            found.apply(name, args, kw)
        found.columns = [literal_column(self.quoted(name)) for name in _result_names(statement)]
        for item in found.order:
            if not isinstance(item, (str, TextClause)) and not isinstance(_ordered_label(item), Label):
                raise CannotWrite(f"what orders a {statement.keyword} is not modelled")
        return text + self.tail(found)

    def select(self, statement, correlates, names_all):
        """A SELECT; what stands in a FROM names every column."""
        found = _read_select(statement)
        if not found.columns:
            raise CannotWrite("a query selects nothing that is known")
        froms = self.froms(found, correlates)
        self.around.append(_flattened(froms))
        outer, self.qualifies = self.qualifies, True
        text = "SELECT " + self.distinct(found) + ", ".join(self.labelled(found.columns, names_all))
        if froms:
            text += " FROM " + ", ".join([self.from_clause(item) for item in froms])
        if found.conditions:
            text += " WHERE " + self.condition(found.conditions)
        if found.groups:
            text += " GROUP BY " + ", ".join([self.grouping(item, found) for item in found.groups])
        if found.having:
            text += " HAVING " + self.condition(found.having)
        text += self.tail(found)
        if found.locks and not self.is_sqlite:
            text += " FOR UPDATE"
        self.qualifies = outer
        self.around.pop()
        return text

    def distinct(self, found):
        if not found.is_distinct:
            return ""
        if not found.distinct_on:
            return "DISTINCT "
        if self.is_sqlite:
            raise CannotWrite("SQLite has no DISTINCT ON")
        return f"DISTINCT ON ({', '.join([_sql_of(item, self) for item in found.distinct_on])}) "

    def labelled(self, columns, names_all=False):
        """The columns of a query, with the names that SQLAlchemy gives them."""
        texts = []
        names = []
        for item in columns:
            element = _unwrapped(item)
            if isinstance(item, Label):
                texts.append(f"{_grouped_in_list(item.element, self)} AS {self.quoted(item.name)}")
                continue
            text = _grouped_in_list(item, self)
            name = self.made_up_name(element)
            if isinstance(element, ColumnClause) and element.table is not None:
                if element.name in names:
                    # A second column of the name gets a number, which no one can name.
                    is_same = any([_unwrapped(known) is element for known in columns[: len(texts)]])
                    repeated = self.anonymous([], element.name + "_" if is_same else element.name)
                    texts.append(f"{text} AS {self.quoted(repeated)}")
                    continue
                names.append(element.name)
                name = self.label_of(element)[1] if names_all else None
            texts.append(text if name is None else f"{text} AS {self.quoted(name)}")
        return texts

    def made_up_name(self, element):
        if isinstance(element, (ColumnClause, TextClause, UnaryExpression)):
            return None
        inner = _named_within(element)
        if inner is not None:
            return inner.name
        if isinstance(element, FunctionElement):
            return self.anonymous(element, element.name.rpartition(".")[2])
        return self.anonymous(element, "anon")

    def grouping(self, item, found):
        if isinstance(item, str):
            return self.by_name(item, found)
        return _grouped_in_list(item, self)

    def ordering(self, item, found):
        if isinstance(item, str):
            return self.by_name(item, found)
        suffix = ""
        label = item
        while isinstance(label, UnaryExpression) and not label.prefix:
            suffix = f" {label.operator}" + suffix
            label = label.element
        if isinstance(label, str):
            return self.by_name(label, found) + suffix
        if isinstance(label, Label) and any([isinstance(known, Label) and label.name == known.name for known in found.columns]):
            return self.quoted(label.name) + suffix
        return _grouped_in_list(item, self)

    def by_name(self, name, found):
        for item in found.columns:
            if isinstance(item, Label) and item.name == name:
                return self.quoted(name)
            element = _unwrapped(item)
            if isinstance(element, ColumnClause) and element.key == name:
                return _sql_of(element, self)
        raise CannotWrite(f"a query is ordered by `{name}`, which it does not select")

    def tail(self, found):
        text = ""
        if found.order:
            text += " ORDER BY " + ", ".join([self.ordering(item, found) for item in found.order])
        if found.limit is not None:
            text += " LIMIT " + self.number(found.limit)
        elif found.offset is not None:
            text += " LIMIT -1" if self.is_sqlite else " LIMIT ALL"
        if found.offset is not None:
            text += " OFFSET " + self.number(found.offset)
        elif found.limit is not None and self.is_sqlite:
            text += " OFFSET 0"
        return text

    def number(self, value):
        if isinstance(_unwrapped(value), ClauseElement):
            return _sql_of(value, self)
        return str(int(_known(value, "the limit")))

    def condition(self, parts):
        found = and_(*parts)
        return _sql_of(found, self) if found._binding is None else _grouped(found, "as boolean", self)

    # What is read from.

    def froms(self, found, correlates):
        froms = _without_hidden(found.all_froms())
        if not correlates:
            if found.correlated is not None:
                raise CannotWrite("`correlate` outside of a subquery is not modelled")
            return froms
        around = [item for level in self.around for item in level]
        inner = froms
        if found.correlated is not None:
            wanted = [_from_element(item) for item in found.correlated]
            froms = [item for item in froms if not (_is_in(item, wanted) and _is_in(item, around))]
        elif len(froms) > 1:
            froms = [item for item in froms if not _is_in(item, self.around[-1] if self.around else [])]
        if inner and not froms:
            raise CannotWrite("a subquery reads from nothing but what the statement around it reads")
        return froms

    def from_clause(self, item):
        if isinstance(item, Join):
            return self.join(item)
        if isinstance(item, CTE):
            self.common_table(item)
            return self.quoted(self.alias_name(item))
        if isinstance(item, Alias):
            if isinstance(item._source, CTE):
                self.common_table(item._source)
                return f"{self.quoted(self.alias_name(item._source))} AS {self.quoted(self.alias_name(item))}"
            return f"{self.from_clause(_from_element(item._source))} AS {self.quoted(self.alias_name(item))}"
        if isinstance(item, Subquery):
            name = self.quoted(self.alias_name(item))
            around, self.around = self.around, []
            text = self.query(item._source, False, True)
            self.around = around
            return f"({text}) AS {name}"
        if isinstance(item, TextClause):
            return self.text(item)
        if isinstance(item, FromClause) and not isinstance(item, _Named):
            return self.table_name(item)
        raise CannotWrite(f"reading from `{type(item).__name__}` is not modelled")

    def join(self, item):
        if item._calls:
            raise CannotWrite("a method of a join is not modelled")
        words = "FULL OUTER JOIN" if item.is_full else "LEFT OUTER JOIN" if item.is_outer else "JOIN"
        left, right = _from_element(item.left_side), _from_element(item.right_side)
        condition = item.condition if item.condition is not None else _join_condition(left, right)
        text = self.from_clause(right)
        text = f"({text})" if isinstance(right, Join) else text
        return f"{self.from_clause(left)} {words} {text} ON {self.condition([condition])}"

    def common_table(self, cte):
        if any([known is cte for known, _ in self.common]) or _is_in(cte, self.begun):
            return
        name = self.quoted(self.alias_name(cte))
        # A recursive query refers to its first half by its own name.
        first = getattr(cte, "_restates", None)
        while first is not None:
            self.begun.append(first)
            first = getattr(first, "_restates", None)
        if cte._is_recursive:
            name += f"({', '.join([self.quoted(inner) for _, inner in self.exported(cte)])})"
        around, self.around = self.around, []
        source = cte._source
        text = self.body(source) if isinstance(source, UpdateBase) else self.query(source, False, True)
        self.around = around
        self.common.append((cte, f"{name} AS ({text})"))

    # INSERT.

    def insert(self, statement):
        found = _read_insert(statement)
        table = found.table
        if found.source is not None:
            return self.insert_from(found)
        if found.rows is not None:
            return self.insert_rows(found)
        values = dict(found.values)
        for key, value in self.parameters.items():
            if _has_column(table, key) and key not in values:
                values[key] = value
                self.used.add(key)
        _refuse_rest({key: value for key, value in values.items() if not _has_column(table, key)})
        names, texts = [], []
        for key, column in _columns(table):
            if key in values:
                texts.append(self.assigned(values.pop(key), column))
            else:
                default = self.default_of(column)
                if default is None:
                    continue
                texts.append(default)
            names.append(self.quoted(column.name))
        if not names:
            return f"{self.insert_into(found)} DEFAULT VALUES{self.after_insert(found)}"
        return f"{self.insert_into(found)} ({', '.join(names)}) VALUES ({', '.join(texts)}){self.after_insert(found)}"

    def insert_into(self, found):
        prefixes = "".join([prefix + " " for dialect, prefix in found.prefixes if dialect in ("*", self.name)])
        return f"INSERT {prefixes}INTO {self.table_name(found.table)}"

    def insert_rows(self, found):
        """`insert().values([…])`: one statement for all rows."""
        first = found.rows[0]
        columns = [(key, column) for key, column in _columns(found.table) if key in first or self.default_of(column) is not None]
        rest = {key: value for key, value in first.items() if not any([key == known for known, _ in columns])}
        _refuse_rest(rest)
        rows = []
        for row in found.rows:
            texts = []
            for key, column in columns:
                if key in row:
                    texts.append(self.assigned(row[key], column))
                    continue
                default = self.default_of(column)
                if default is None:
                    raise CannotWrite(f"a row has no value for `{key}`, which the first row has")
                texts.append(default)
            rows.append(f"({', '.join(texts)})")
        names = ", ".join([self.quoted(column.name) for _, column in columns])
        return f"{self.insert_into(found)} ({names}) VALUES {', '.join(rows)}{self.after_insert(found)}"

    def insert_from(self, found):
        columns = [_column_of(found.table, key) for key in found.names]
        names = [self.quoted(column.name) for column in columns]
        source = found.source
        if isinstance(source, TextClause) or not isinstance(source, SelectBase):
            raise CannotWrite("`from_select` of a text is not modelled")
        if isinstance(source, Select):
            for key, column in _columns(found.table):
                default = self.default_of(column) if found.has_defaults and not any([column is known for known in columns]) else None
                if default is not None:
                    names.append(self.quoted(column.name))
                    source = source.add_columns(literal_column(default))
        text = self.query(source, False)
        return f"{self.insert_into(found)} ({', '.join(names)}) {text}{self.after_insert(found)}"

    def insert_many(self, statement, rows):
        """`execute(insert(table), [{…}, …])`: one statement for each row, with the columns of the first."""
        found = _read_insert(statement)
        if found.source is not None or found.rows is not None or found.values:
            return [_Statement(self.name, row).whole(statement) for row in rows]
        first = rows[0]
        columns, names, left = [], [], dict(first)
        for key, column in _columns(found.table):
            if key in left:
                left.pop(key)
                columns.append((key, column.type, False, None))
            else:
                default = _default(column)
                if default is None:
                    continue
                if isinstance(default, ClauseElement):
                    return [_Statement(self.name, {key: row[key] for key in first}).whole(statement) for row in rows]
                columns.append((key, column.type, True, default))
            names.append(self.quoted(column.name))
        _refuse_rest(left)
        if not names:
            raise CannotWrite("rows are inserted of which no column is known")
        start = f"{self.insert_into(found)} ({', '.join(names)}) VALUES ("
        end = ")" + self.after_insert(found)
        return [start + values + end for values in _value_rows(columns, rows, self)]

    def after_insert(self, found):
        outer, self.qualifies = self.qualifies, False
        text = ""
        if found.conflict is not None:
            text = self.on_conflict(found.table, *found.conflict)
        self.qualifies = outer
        return text + self.returning(found)

    def on_conflict(self, table, does, args, given):
        names = ["index_elements", "index_where", "set_", "where"]
        names = names if self.is_sqlite else ["constraint"] + names
        given = {**dict(zip(names, args)), **given}
        if len(args) > len(names) or [name for name in given if name not in names]:
            raise CannotWrite("what ON CONFLICT is told is not known")
        text = " ON CONFLICT"
        constraint, elements = given.get("constraint"), given.get("index_elements")
        if constraint is not None and not isinstance(constraint, str):
            constraint = constraint.name
            if not isinstance(constraint, str):
                raise CannotWrite("the constraint of ON CONFLICT has no name")
        if constraint is not None:
            text += f" ON CONSTRAINT {self.quoted(constraint)}"
        elif elements is not None:
            text += f" ({', '.join([self.quoted(item) if isinstance(item, str) else _sql_of(item, self) for item in elements])})"
            if given.get("index_where") is not None:
                text += f" WHERE {_sql_of(given['index_where'], self)}"
        if does == "on_conflict_do_nothing":
            return text + " DO NOTHING"
        self.qualifies = True
        text += f" DO UPDATE SET {', '.join(self.updated(table, given.get('set_')))}"
        if given.get("where") is not None:
            text += f" WHERE {_sql_of(given['where'], self)}"
        return text

    def updated(self, table, values):
        if not isinstance(values, dict):
            raise CannotWrite("what ON CONFLICT updates is not known")
        values = {key if isinstance(key, str) else _unwrapped(key).key: value for key, value in values.items()}
        texts = []
        for key, column in _columns(table):
            if key in values:
                texts.append(f"{self.quoted(column.name)} = {self.assigned(values.pop(key), column)}")
        _refuse_rest(values)
        return texts

    def returning(self, found):
        if not found.returned:
            return ""
        outer, self.qualifies = self.qualifies, not self.is_sqlite
        text = " RETURNING " + ", ".join(self.labelled(_expanded(found.returned)))
        self.qualifies = outer
        return text

    def assigned(self, value, column):
        """A value for a column."""
        if is_unknown(value):
            return _literal(value, column.type, "assigned", self)
        value = _unwrapped(value)
        if isinstance(value, BindParameter) and isinstance(value.type, _types.NullType):
            given = value.value
            if value.key is not None and value.key in self.parameters:
                given = self.parameters[value.key]
                self.used.add(value.key)
            elif value.required or value.callable is not None:
                raise CannotWrite(f"the parameter `{value.key}` of a statement has no value")
            return _literal(given, column.type, "assigned", self)
        if isinstance(value, ClauseElement):
            return _grouped(value, None, self)
        return _literal(value, column.type, "assigned", self)

    def default_of(self, column, name="default"):
        """The text of a column's `default=`; nothing without one."""
        default = _default(column, name)
        if default is None:
            return None
        if isinstance(default, ClauseElement):
            return _grouped(default, None, self)
        return _value_rows([("", column.type, True, default)], [{}], self)[0]

    # UPDATE and DELETE.

    def update(self, statement):
        found = _read_update(statement)
        table = found.table
        self.around.append([table])
        values = dict(found.values)
        for key, value in self.parameters.items():
            if _has_column(table, key) and key not in values and not _mentions(found, key):
                values[key] = value
                self.used.add(key)
        texts = []
        columns = list(_columns(table))
        if found.is_ordered:
            columns = [(key, column) for wanted in values for key, column in columns if key == wanted]
        for key, column in columns:
            if key in values:
                texts.append(f"{self.quoted(column.name)}={self.assigned(values[key], column)}")
        for key, column in list(_columns(table)):
            default = self.default_of(column, "onupdate") if key not in values else None
            if default is not None:
                texts.append(f"{self.quoted(column.name)}={default}")
        _refuse_rest({key: value for key, value in values.items() if not _has_column(table, key)})
        if not texts:
            raise CannotWrite("an UPDATE sets nothing")
        text = f"UPDATE {self.from_clause(table)} SET {', '.join(texts)}"
        others = self.other_froms(found, list(values.values()))
        if others:
            text += " FROM " + ", ".join([self.from_clause(item) for item in others])
        return self.changed(text, found)

    def delete(self, statement):
        found = _read_update(statement)
        self.around.append([found.table])
        text = f"DELETE FROM {self.from_clause(found.table)}"
        others = self.other_froms(found, [])
        if others and self.is_sqlite:
            raise CannotWrite("SQLite deletes from one table only")
        if others:
            text += " USING " + ", ".join([self.from_clause(item) for item in others])
        return self.changed(text, found)

    def changed(self, text, found):
        if found.conditions:
            text += f" WHERE {self.condition(found.conditions)}"
        self.around.pop()
        return text + self.returning(found)

    def other_froms(self, found, values):
        froms = []
        for part in values + found.conditions:
            for item in _froms_of(part):
                if item is not found.table and not _is_in(item, froms):
                    froms.append(item)
        froms = _without_hidden(froms)
        self.around[-1] = [found.table] + _flattened(froms)
        return froms
