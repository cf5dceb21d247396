"""How migrations of this project run; Alembic runs this file for every command that needs the databases."""

import logging
import re
from logging.config import fileConfig

from alembic import context
from sqlalchemy import engine_from_config, pool

# Whether the databases commit together, in two phases; not every database can.
USE_TWOPHASE = False

# What alembic.ini says.
config = context.config

# Loggers are set up as alembic.ini describes them.
if config.config_file_name is not None:
    fileConfig(config.config_file_name)
logger = logging.getLogger("alembic.env")

# `databases` of alembic.ini: the names of the sections that describe one database each.
names = re.split(r",\s*", config.get_main_option("databases", ""))

# The MetaData of the models of each database, which `revision --autogenerate` compares with it:
# from myapp.models import orders, stock
# target_metadata = {"engine1": orders.metadata, "engine2": stock.metadata}
target_metadata = {}

# Values of your own in alembic.ini are found with `config.get_main_option("name")`.


def run_migrations_offline() -> None:
    """Writes SQL into one file for each database instead of running it (`--sql`)."""
    for name in names:
        file_name = "%s.sql" % name
        logger.info("Writing the SQL for database %s to %s", name, file_name)
        with open(file_name, "w") as buffer:
            context.configure(
                url=config.get_section_option(name, "sqlalchemy.url"),
                output_buffer=buffer,
                target_metadata=target_metadata.get(name),
                literal_binds=True,
                dialect_opts={"paramstyle": "named"},
            )
            with context.begin_transaction():
                context.run_migrations(engine_name=name)


def run_migrations_online() -> None:
    """Changes all databases; they are committed when every one of them has succeeded."""
    connections = {}
    transactions = {}
    for name in names:
        engine = engine_from_config(
            config.get_section(name, {}),
            prefix="sqlalchemy.",
            poolclass=pool.NullPool,
        )
        connection = engine.connect()
        connections[name] = connection
        transactions[name] = connection.begin_twophase() if USE_TWOPHASE else connection.begin()

    try:
        for name in names:
            logger.info("Migrating database %s", name)
            context.configure(
                connection=connections[name],
                upgrade_token="%s_upgrades" % name,
                downgrade_token="%s_downgrades" % name,
                target_metadata=target_metadata.get(name),
            )
            context.run_migrations(engine_name=name)
        if USE_TWOPHASE:
            for transaction in transactions.values():
                transaction.prepare()
        for transaction in transactions.values():
            transaction.commit()
    except BaseException:
        for transaction in transactions.values():
            transaction.rollback()
        raise
    finally:
        for connection in connections.values():
            connection.close()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
