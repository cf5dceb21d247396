"""`alembic.script.write_hooks`."""


def register(name):
    def decorate(function):
        return function

    return decorate
