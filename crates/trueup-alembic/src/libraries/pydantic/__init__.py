"""pydantic: models, fields and validators, as far as classes must be known that are made with them.

Values are never validated: an instance has the attributes it was made with, everything computed is unknown.
"""
from sqlalchemy._trueup import annotations_of, own_attr, unknown

VERSION = "2.11.0"
__version__ = VERSION


def ConfigDict(**kw):
    return kw


class FieldInfo:
    def __init__(self, default=..., **kw):
        self.default = default
        self.kw = kw

    def __getattr__(self, name):
        if name.startswith("__") or name in ("default", "kw"):
            raise AttributeError(name)
        return self.kw.get(name)


def Field(default=..., **kw):
    return FieldInfo(default, **kw)


def PrivateAttr(default=..., **kw):
    return FieldInfo(default, **kw)


class BaseModel:
    model_config = {}

    def __init_subclass__(cls, **kw):
        pass

    def __init__(self, **kw):
        for base in reversed(type(self).__mro__):
            for name in annotations_of(base):
                value = own_attr(base, name)
                if isinstance(value, FieldInfo):
                    factory = value.kw.get("default_factory")
                    value = factory() if factory is not None else value.default
                if value is not None and value is not ...:
                    setattr(self, name, value)
        for key, value in kw.items():
            setattr(self, key, value)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return unknown(f"`{type(self).__name__}.{name}` is computed by pydantic")

    def __class_getitem__(cls, item):
        return cls

    @classmethod
    def model_rebuild(cls, **kw):
        return None

    @classmethod
    def update_forward_refs(cls, **kw):
        return None


class RootModel(BaseModel):
    ...


class BaseSettings(BaseModel):
    """Settings come from the environment, which is not known."""

    def __init__(self, **kw):
        pass

    def __getattribute__(self, name):
        return unknown("the environment is not known")


def _decorator(*args, **kw):
    if len(args) == 1 and not kw and callable(args[0]):
        return args[0]

    def decorate(fn):
        return fn

    return decorate


def field_validator(*fields, **kw):
    return lambda fn: fn


def field_serializer(*fields, **kw):
    return lambda fn: fn


validator = field_validator
model_validator = _decorator
root_validator = _decorator
model_serializer = _decorator
validate_call = _decorator


def computed_field(*args, **kw):
    return args[0] if args else (lambda fn: fn)


class _Marker:
    """What stands in `Annotated[…]` beside the type."""

    def __init__(self, *args, **kw):
        self.args = args


class BeforeValidator(_Marker):
    ...


class AfterValidator(_Marker):
    ...


class PlainValidator(_Marker):
    ...


class WrapValidator(_Marker):
    ...


class PlainSerializer(_Marker):
    ...


class WrapSerializer(_Marker):
    ...


class StringConstraints(_Marker):
    ...


class GetPydanticSchema(_Marker):
    ...


class WithJsonSchema(_Marker):
    ...


class ValidationError(ValueError):
    ...


StrictStr = str
StrictInt = int
StrictBool = bool
StrictFloat = float
StrictBytes = bytes


class EmailStr(str):
    ...


class AnyUrl(str):
    ...


class AnyHttpUrl(AnyUrl):
    ...


class HttpUrl(AnyUrl):
    ...


class SecretStr(str):
    ...
