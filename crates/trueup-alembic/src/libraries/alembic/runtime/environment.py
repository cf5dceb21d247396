"""`EnvironmentContext`. Source: Alembic 1.20, `runtime/environment.py`."""


class EnvironmentContext:
    def __init__(self, config, script, **kw):
        ...

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False
