"""Flask-SQLAlchemy: `db`, its `Model`, and table names made from class names.

Source: Flask-SQLAlchemy 3.1 `extension.py`, `model.py`, `table.py`.
"""
import sqlalchemy as _sa
from sqlalchemy import event as _event
from sqlalchemy import orm as _orm
from sqlalchemy._trueup import has_own_attr, own_attr
from sqlalchemy.orm import _mapping
from sqlalchemy.schema import Column, MetaData, PrimaryKeyConstraint, Table

from flask_sqlalchemy import model, query, session
from flask_sqlalchemy.model import DefaultMeta, DefaultMetaNoName, Model, NameMetaMixin, camel_to_snake_case
from flask_sqlalchemy.query import Query

BaseQuery = Query
__version__ = "3.1.1"
DATABASES = []


class SQLAlchemy:
    """`db = SQLAlchemy(…)`: every name of SQLAlchemy and its ORM is an attribute."""

    def __init__(self, app=None, *, use_native_unicode=True, metadata=None, session_options=None, query_class=Query, model_class=Model, engine_options=None, add_models_to_shell=True, disable_autonaming=False, **kw):
        self.Query = query_class
        self.metadatas = {}
        self._autonaming = not disable_autonaming
        declared = getattr(model_class, "metadata", None) if isinstance(model_class, type) else None
        if metadata is None:
            metadata = declared if isinstance(declared, MetaData) else MetaData()
        self.metadatas[None] = metadata
        self.metadata = metadata
        self.Model = self._make_model(model_class)
        self.session = _Session()
        DATABASES.append(self)

    def _make_model(self, model_class):
        if isinstance(model_class, type) and own_attr(model_class, "_sa_registry") is not None and not issubclass(model_class, Model):
            if own_attr(model_class, "type_annotation_map"):
                # The base is copied together with the registry that it has been given.
                raise _sa.exc.InvalidRequestError(_mapping._TWO_MAPS)
            found = own_attr(model_class, "_sa_registry")
            found.metadata = self.metadata
            bases = (_Named, model_class) if self._autonaming else (model_class,)
        elif isinstance(model_class, type) and own_attr(model_class, "_is_declarative_base"):
            found = own_attr(model_class, "_sa_registry")
            found.metadata = self.metadata
            metaclass = own_attr(model_class, "_sa_metaclass")
            named = isinstance(metaclass, type) and issubclass(metaclass, NameMetaMixin)
            bases = (_Named, model_class) if named else (model_class,)
        elif isinstance(model_class, type):
            found = _mapping.registry(metadata=self.metadata)
            bases = (_Named, model_class) if self._autonaming else (model_class,)
        elif isinstance(model_class, (tuple, list)):
            found = _mapping.registry(metadata=self.metadata)
            bases = (_Named,) + tuple(model_class)
        else:
            found = _mapping.registry(metadata=self.metadata)
            bases = (_Named, Model)
        made = _mapping.make_base("Model", bases, found)
        made.__fsa__ = self
        made.query_class = self.Query
        made.query = self.Query()
        return made

    def make_declarative_base(self, model, metadata=None, **kw):
        return self._make_model(model)

    def _metadata_for(self, bind_key):
        if bind_key not in self.metadatas:
            self.metadatas[bind_key] = MetaData(naming_convention=self.metadata.naming_convention)
        return self.metadatas[bind_key]

    def Table(self, name, *args, **kw):
        bind_key = kw.pop("bind_key", None)
        if not args or not isinstance(args[0], MetaData):
            args = (self._metadata_for(bind_key),) + args
        return Table(name, *args, **kw)

    def relationship(self, *args, **kw):
        return _orm.relationship(*args, **kw)

    def dynamic_loader(self, *args, **kw):
        return _orm.dynamic_loader(*args, **kw)

    def init_app(self, app):
        pass

    def create_all(self, *args, **kw):
        pass

    def drop_all(self, *args, **kw):
        pass

    def reflect(self, *args, **kw):
        pass

    def get_engine(self, *args, **kw):
        return self.engine

    def get_or_404(self, *args, **kw):
        ...

    def first_or_404(self, *args, **kw):
        ...

    def one_or_404(self, *args, **kw):
        ...

    def paginate(self, *args, **kw):
        ...

    @property
    def engine(self):
        return _sa.create_engine(None)

    @property
    def engines(self):
        return {None: _sa.create_engine(None)}

    @property
    def event(self):
        return _event

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        for module in (_sa, _orm):
            if hasattr(module, name):
                return getattr(module, name)
        raise AttributeError(name)


class _Session:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _anything

    def __call__(self, *args, **kw):
        return self


def _anything(*args, **kw):
    ...


class _Named:
    """Gives mapped classes a table name made from the class name, and the metadata of their bind."""

    _mapping_root = True

    @classmethod
    def _implicit_tablename(cls, inherits):
        return camel_to_snake_case(cls.__name__)

    @classmethod
    def _metadata_of(cls, default):
        for base in cls.__mro__:
            if has_own_attr(base, "__bind_key__"):
                return cls.__fsa__._metadata_for(own_attr(base, "__bind_key__"))
        return default

    _implicit_needs_key = True


class SignallingSession:
    ...


def get_debug_queries():
    return []
