"""`alembic_utils.pg_view`."""
from alembic_utils.replaceable_entity import ReplaceableEntity


class PGView(ReplaceableEntity):
    _kind = "VIEW"

    def _create_sql(self):
        return [f"CREATE VIEW {self.literal_schema}.{self.signature} AS {self.definition.rstrip(';')}"]
