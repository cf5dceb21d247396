import ckan.model  # noqa: F401  This defines the tables.
from ckan.model.meta import metadata  # noqa: F401
