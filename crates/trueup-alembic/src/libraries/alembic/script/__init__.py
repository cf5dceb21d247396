"""`alembic.script`."""
from alembic.script import revision, write_hooks


class Script:
    ...


class ScriptDirectory:
    @classmethod
    def from_config(cls, config):
        ...
