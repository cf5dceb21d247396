"""Flask-Migrate: tells which `db` the revisions belong to."""
TARGETS = []


class Migrate:
    def __init__(self, app=None, db=None, directory="migrations", command="db", compare_type=True, render_as_batch=True, **kw):
        self.db = db
        if db is not None:
            TARGETS.append(db)

    def init_app(self, app, db=None, directory=None, command=None, **kw):
        if db is not None:
            self.db = db
            TARGETS.append(db)

    def configure(self, f):
        return f


def __getattr__(name):
    return _command


def _command(*args, **kw):
    ...
