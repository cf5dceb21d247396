"""`alembic.util.sqla_compat`."""
sqla_14 = True
sqla_2 = True


def _get_constraint_name(constraint):
    return constraint.name
