"""Sessions and queries: statements on rows, whose results are not known here."""
from sqlalchemy._elements import DataStatement


class Query(DataStatement):
    ...


class SessionTransaction:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        return False

    def commit(self):
        pass

    def rollback(self):
        _rolled_back()


def _rolled_back():
    ...


class Session:
    """A session that a revision opens on `op.get_bind()` works on rows through that connection."""

    def __init__(self, bind=None, **kw):
        self.bind = bind
        self.kw = kw

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return False

    def __call__(self, **kw):
        return self

    def get_bind(self, *args, **kw):
        return self.bind

    def connection(self, *args, **kw):
        return self.bind

    def begin(self, *args, **kw):
        return SessionTransaction()

    begin_nested = begin

    def query(self, *entities, **kw):
        ...

    def execute(self, statement, params=None, **kw):
        ...

    def scalar(self, statement, params=None, **kw):
        ...

    def scalars(self, statement, params=None, **kw):
        ...

    def get(self, entity, ident, **kw):
        ...

    def add(self, instance, **kw):
        ...

    def add_all(self, instances):
        ...

    def delete(self, instance):
        ...

    def merge(self, instance, **kw):
        ...

    def bulk_save_objects(self, objects, **kw):
        ...

    def bulk_insert_mappings(self, mapper, mappings, **kw):
        ...

    def bulk_update_mappings(self, mapper, mappings):
        ...

    def commit(self):
        pass

    def rollback(self):
        _rolled_back()

    def flush(self, objects=None):
        pass

    def close(self):
        pass

    def expunge(self, instance):
        pass

    def expunge_all(self):
        pass

    def refresh(self, instance, **kw):
        pass

    def expire(self, instance, **kw):
        pass

    def expire_all(self):
        pass


class AsyncSession(Session):
    ...


class sessionmaker:
    def __init__(self, bind=None, class_=None, **kw):
        self.bind = bind
        self.kw = kw

    def __call__(self, **kw):
        return Session(kw.get("bind") or self.bind)

    def configure(self, **kw):
        self.bind = kw.get("bind") or self.bind

    def begin(self):
        return Session(self.bind)


class async_sessionmaker(sessionmaker):
    ...


class scoped_session:
    def __init__(self, session_factory, scopefunc=None):
        self.session_factory = session_factory

    def __call__(self, **kw):
        return self.session_factory(**kw)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.session_factory(), name)

    def remove(self):
        pass

    def query_property(self, query_cls=None):
        return None


def object_session(instance):
    return None


def make_transient(instance):
    pass


def close_all_sessions():
    pass
