import datajunction_server.database  # noqa: F401  This defines the tables.
from datajunction_server.api import main  # noqa: F401  The server imports this too, and it may define more of them.
from datajunction_server.database.base import Base

metadata = Base.metadata
