"""What all entities share; `op.create_entity(entity)` runs its statement."""


def _run(statements):
    from alembic import op

    for statement in statements:
        op.execute(statement)


class ReplaceableEntity:
    _kind = None

    def __init__(self, schema, signature, definition):
        self.schema = schema
        self.signature = signature.strip()
        self.definition = definition.strip()

    @property
    def literal_schema(self):
        return f'"{self.schema}"'

    @property
    def identity(self):
        return f"{type(self).__name__}: {self.schema}.{self.signature}"

    def _create(self):
        _run(self._create_sql())

    def _drop(self):
        _run(self._drop_sql())

    def _replace(self):
        _run(self._replace_sql())

    def _drop_sql(self):
        return [f"DROP {self._kind} {self.literal_schema}.{self.signature}"]

    def _replace_sql(self):
        return self._drop_sql() + self._create_sql()

    def to_sql_statement_create(self):
        return _text(self._create_sql())

    def to_sql_statement_drop(self, cascade=False):
        return _text(self._drop_sql())

    def to_sql_statement_create_or_replace(self):
        for statement in self._replace_sql():
            yield _text([statement])


def _text(statements):
    from sqlalchemy import text

    return text(";\n".join([statement.replace(":", "\\:") for statement in statements]))


class ReplaceableEntityRegistry:
    ...


def register_entities(entities, schemas=None, exclude_schemas=None, entity_types=None):
    pass
