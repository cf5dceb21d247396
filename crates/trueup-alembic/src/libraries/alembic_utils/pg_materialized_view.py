"""`alembic_utils.pg_materialized_view`."""
from alembic_utils.replaceable_entity import ReplaceableEntity


class PGMaterializedView(ReplaceableEntity):
    _kind = "MATERIALIZED VIEW"

    def __init__(self, schema, signature, definition, with_data=True):
        self.schema = schema
        self.signature = signature.strip()
        self.definition = definition.strip()
        self.with_data = with_data

    def _create_sql(self):
        data = "WITH DATA" if self.with_data else "WITH NO DATA"
        return [f"CREATE MATERIALIZED VIEW {self.literal_schema}.{self.signature} AS {self.definition.rstrip(';')} {data}"]
