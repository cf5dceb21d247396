"""`alembic_utils.pg_function`."""
from alembic_utils.replaceable_entity import ReplaceableEntity


class PGFunction(ReplaceableEntity):
    _kind = "FUNCTION"

    def _create_sql(self):
        return [f"CREATE FUNCTION {self.literal_schema}.{self.signature} {self.definition}"]

    def _replace_sql(self):
        return [f"CREATE OR REPLACE FUNCTION {self.literal_schema}.{self.signature} {self.definition}"]

    def _drop_sql(self):
        # Defaults of arguments are not part of a function's identity.
        name, rest = self.signature.split("(", 1)
        arguments = [argument.split("=")[0].split(" default ")[0].split(" DEFAULT ")[0].strip() for argument in rest.rsplit(")", 1)[0].split(",")]
        return [f"DROP FUNCTION {self.literal_schema}.{name.strip()}({', '.join([argument for argument in arguments if argument])})"]
