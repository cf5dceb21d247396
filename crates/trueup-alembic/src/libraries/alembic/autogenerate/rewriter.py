"""`alembic.autogenerate.rewriter`."""


class Rewriter:
    def rewrites(self, operator):
        def decorate(function):
            return function

        return decorate

    def chain(self, other):
        return self

    def __call__(self, context, revision, directives):
        pass
