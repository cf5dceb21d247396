"""The names `import sqlalchemy` offers."""

from sqlalchemy._elements import *
from sqlalchemy._elements import func, modifier
from sqlalchemy.engine import create_engine, create_mock_engine, engine_from_config, make_url
from sqlalchemy.inspection import inspect
from sqlalchemy.schema import *
from sqlalchemy.types import *

from sqlalchemy._trueup import sqlalchemy_version

__version__ = {(1, 3): "1.3.24", (1, 4): "1.4.54", (2, 1): "2.1.9"}.get(sqlalchemy_version(), "2.0.58")
