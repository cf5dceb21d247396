"""`from alembic import context`: the environment that env.py configures.

What env.py says here is read by trueup's reader of env.py; revisions only ask.
"""
from alembic.config import Config as _Config

config = _Config()
script = None


def configure(
    connection=None,
    url=None,
    dialect_name=None,
    dialect_opts=None,
    transactional_ddl=None,
    transaction_per_migration=False,
    output_buffer=None,
    starting_rev=None,
    tag=None,
    template_args=None,
    render_as_batch=False,
    target_metadata=None,
    include_name=None,
    include_object=None,
    include_schemas=False,
    process_revision_directives=None,
    compare_type=True,
    compare_server_default=False,
    render_item=None,
    literal_binds=False,
    upgrade_token="upgrades",
    downgrade_token="downgrades",
    alembic_module_prefix="op.",
    sqlalchemy_module_prefix="sa.",
    user_module_prefix=None,
    on_version_apply=None,
    **kw,
):
    ...


def is_offline_mode():
    ...


def is_transactional_ddl():
    return get_context().dialect.name == "postgresql"


def begin_transaction():
    from alembic.runtime.migration import _Block

    return _Block()


def run_migrations(**kw):
    ...


def execute(sql, execution_options=None):
    from alembic import op

    return op.execute(sql)


def get_bind():
    from alembic import op

    return op.get_bind()


def get_context():
    from alembic import op

    return op.get_context()


def get_x_argument(as_dictionary=False):
    ...


def get_tag_argument():
    ...


def get_head_revision():
    ...


def get_head_revisions():
    ...


def get_revision_argument():
    ...


def get_starting_revision_argument():
    ...


def static_output(text):
    pass
