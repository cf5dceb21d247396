"""`alembic_utils.pg_grant_table`."""
from alembic_utils.replaceable_entity import ReplaceableEntity


class PGGrantTableChoice(str):
    SELECT = "SELECT"
    INSERT = "INSERT"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    TRUNCATE = "TRUNCATE"
    REFERENCES = "REFERENCES"
    TRIGGER = "TRIGGER"


class PGGrantTable(ReplaceableEntity):
    def __init__(self, schema, table, columns, role, grant, with_grant_option=False):
        ...

    def _columns(self):
        return f" ({', '.join(self.columns)})" if self.columns else ""

    def _create_sql(self):
        option = " WITH GRANT OPTION" if self.with_grant_option else ""
        return [f'GRANT {self.grant}{self._columns()} ON "{self.schema}"."{self.table}" TO {self.role}{option}']

    def _drop_sql(self):
        return [f'REVOKE {self.grant}{self._columns()} ON "{self.schema}"."{self.table}" FROM {self.role}']
