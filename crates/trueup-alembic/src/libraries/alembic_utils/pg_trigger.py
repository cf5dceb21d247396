"""`alembic_utils.pg_trigger`."""
from alembic_utils.replaceable_entity import ReplaceableEntity


class PGTrigger(ReplaceableEntity):
    _kind = "TRIGGER"

    def __init__(self, schema, signature, definition, on_entity, is_constraint=False):
        self.schema = schema
        self.signature = signature.strip()
        self.definition = definition.strip()
        self.on_entity = on_entity
        self.is_constraint = is_constraint

    def _create_sql(self):
        constraint = "CONSTRAINT " if self.is_constraint else ""
        return [f"CREATE {constraint}TRIGGER {self.signature} {self.definition}"]

    def _drop_sql(self):
        return [f"DROP TRIGGER {self.signature} ON {self.on_entity}"]
