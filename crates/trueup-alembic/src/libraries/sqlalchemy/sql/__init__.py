"""`sqlalchemy.sql`."""
from sqlalchemy import types as sqltypes
from sqlalchemy._elements import *
from sqlalchemy._elements import func, modifier
from sqlalchemy.schema import *
from sqlalchemy.sql import ddl, elements, expression, functions, schema, selectable, type_api, util
