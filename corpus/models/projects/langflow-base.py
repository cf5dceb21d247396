"""The migrations name constraints by a convention that their env.py alone knows, and which cannot be imported."""
import ast
from pathlib import Path

import langflow
from langflow.services.database.service import SQLModel


def naming_convention():
    env = Path(langflow.__file__).parent / "alembic" / "env.py"
    for statement in ast.parse(env.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "NAMING_CONVENTION":
            return ast.literal_eval(statement.value)
    raise LookupError(f"{env} defines no naming convention")


metadata = SQLModel.metadata
metadata.naming_convention = naming_convention()
