"""`typing` with what later versions have."""
from typing import *
from typing import _GenericAlias, cast, overload, get_args, get_origin, get_type_hints, deprecated
