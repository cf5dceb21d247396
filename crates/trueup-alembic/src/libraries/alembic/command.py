"""`alembic.command`: nothing of it is run."""


def upgrade(config, revision, sql=False, tag=None):
    ...


def downgrade(config, revision, sql=False, tag=None):
    ...


def stamp(config, revision, sql=False, tag=None, purge=False):
    ...


def current(config, verbose=False, check_heads=False):
    ...


def revision(config, message=None, **kw):
    ...


def check(config):
    ...


def heads(config, verbose=False, resolve_dependencies=False):
    ...


def history(config, rev_range=None, verbose=False, indicate_current=False):
    ...
