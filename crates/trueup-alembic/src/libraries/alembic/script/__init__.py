"""`alembic.script`."""


class Script:
    ...


class ScriptDirectory:
    @classmethod
    def from_config(cls, config):
        ...
