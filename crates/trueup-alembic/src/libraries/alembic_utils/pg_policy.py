"""`alembic_utils.pg_policy`."""
from alembic_utils.replaceable_entity import ReplaceableEntity


class PGPolicy(ReplaceableEntity):
    _kind = "POLICY"

    def __init__(self, schema, signature, on_entity, definition):
        self.schema = schema
        self.signature = signature.strip()
        self.on_entity = on_entity
        self.definition = definition.strip()

    def _table(self):
        return self.on_entity if "." in self.on_entity else f"{self.literal_schema}.{self.on_entity}"

    def _create_sql(self):
        return [f"CREATE POLICY {self.signature} ON {self._table()} {self.definition}"]

    def _drop_sql(self):
        return [f"DROP POLICY {self.signature} ON {self._table()}"]
