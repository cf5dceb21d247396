"""`alembic_utils.pg_extension`."""
from alembic_utils.replaceable_entity import ReplaceableEntity


class PGExtension(ReplaceableEntity):
    _kind = "EXTENSION"

    def __init__(self, schema, signature):
        self.schema = schema
        self.signature = signature.strip()
        self.definition = ""

    def _create_sql(self):
        return [f'CREATE EXTENSION "{self.signature}" WITH SCHEMA {self.literal_schema}']

    def _drop_sql(self):
        return [f'DROP EXTENSION "{self.signature}"']

    def _replace_sql(self):
        return [f'ALTER EXTENSION "{self.signature}" SET SCHEMA {self.literal_schema}']
