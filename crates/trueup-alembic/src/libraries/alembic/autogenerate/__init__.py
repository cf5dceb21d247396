"""`alembic.autogenerate`."""
from alembic.autogenerate.rewriter import Rewriter


class _Registry:
    def dispatch_for(self, *targets, **kw):
        def decorate(function):
            return function

        return decorate


comparators = _Registry()
renderers = _Registry()


def compare_metadata(context, metadata):
    ...


def produce_migrations(context, metadata):
    ...


def render_python_code(*args, **kw):
    ...


class AutogenContext:
    ...


class RevisionContext:
    ...
