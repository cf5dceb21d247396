"""The names `import sqlalchemy` offers."""

from sqlalchemy._elements import *
from sqlalchemy._elements import func, modifier
from sqlalchemy.engine import create_engine, create_mock_engine, engine_from_config, make_url
from sqlalchemy.inspection import inspect
from sqlalchemy.schema import *
from sqlalchemy.types import *

__version__ = "2.0.58"
