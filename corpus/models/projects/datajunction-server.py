import datajunction_server.database  # noqa: F401  This defines most of the tables.
from datajunction_server.api import main  # noqa: F401  This imports the other modules with tables.
from datajunction_server.database.base import Base

metadata = Base.metadata
