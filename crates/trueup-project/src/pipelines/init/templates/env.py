"""How migrations of this project run; Alembic runs this file for every command that needs the database."""

from logging.config import fileConfig

from alembic import context
from sqlalchemy import engine_from_config, pool

# What alembic.ini says.
config = context.config

# Loggers are set up as alembic.ini describes them.
if config.config_file_name is not None:
    fileConfig(config.config_file_name)

# The MetaData of your models, which `revision --autogenerate` compares with the database:
# from myapp.models import Base
# target_metadata = Base.metadata
target_metadata = None

# Values of your own in alembic.ini are found with `config.get_main_option("name")`.


def run_migrations_offline() -> None:
    """Writes SQL to the standard output instead of running it (`--sql`).

    The URL alone tells the dialect: no driver is needed and nothing is connected to.
    """
    context.configure(
        url=config.get_main_option("sqlalchemy.url"),
        target_metadata=target_metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online() -> None:
    """Connects to the database and changes it."""
    engine = engine_from_config(
        config.get_section(config.config_ini_section, {}),
        prefix="sqlalchemy.",
        poolclass=pool.NullPool,
    )
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=target_metadata)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
