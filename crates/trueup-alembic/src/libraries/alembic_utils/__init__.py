"""alembic_utils: replaceable entities. Source: alembic_utils 0.8."""
