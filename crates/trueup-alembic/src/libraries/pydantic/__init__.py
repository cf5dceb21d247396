"""pydantic: models, fields and validators, as far as classes must be known that are made with them.

Values are never validated: an instance has the attributes it was made with, everything computed is unknown.
"""
import datetime as _datetime
import decimal as _decimal
import pathlib as _pathlib
import typing as _typing
import uuid as _uuid

from sqlalchemy._trueup import annotations_of, library_version, own_attr, unknown

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


class Constraints(_Marker):
    """The constraints that a parametrised type carries."""

    def __init__(self, **kw):
        self.kw = kw


def _constrained(type_, **kw):
    return _typing.Annotated[type_, Constraints(**kw)]


def constr(**kw):
    # Its limits are one object, which is not looked into where the length of a column is found.
    return _typing.Annotated[str, StringConstraints(**kw)]


def conint(**kw):
    return _constrained(int)


def confloat(**kw):
    return _constrained(float)


def conbytes(**kw):
    return _constrained(bytes)


def condate(**kw):
    return _constrained(_datetime.date)


def condecimal(*, max_digits=None, decimal_places=None, **kw):
    return _constrained(_decimal.Decimal, max_digits=max_digits, decimal_places=decimal_places)


def conlist(item_type, **kw):
    return _constrained(list[item_type])


def conset(item_type, **kw):
    return _constrained(set[item_type])


def confrozenset(item_type, **kw):
    return _constrained(frozenset[item_type])


PositiveInt = conint(gt=0)
NegativeInt = conint(lt=0)
NonNegativeInt = conint(ge=0)
NonPositiveInt = conint(le=0)
PositiveFloat = confloat(gt=0)
NegativeFloat = confloat(lt=0)
NonNegativeFloat = confloat(ge=0)
NonPositiveFloat = confloat(le=0)
FiniteFloat = confloat(allow_inf_nan=False)
UUID1 = _constrained(_uuid.UUID)
UUID3 = _constrained(_uuid.UUID)
UUID4 = _constrained(_uuid.UUID)
UUID5 = _constrained(_uuid.UUID)
UUID6 = _constrained(_uuid.UUID)
UUID7 = _constrained(_uuid.UUID)
UUID8 = _constrained(_uuid.UUID)
FilePath = _constrained(_pathlib.Path)
DirectoryPath = _constrained(_pathlib.Path)
NewPath = _constrained(_pathlib.Path)
Base64Bytes = _constrained(bytes)
Base64Str = _constrained(str)
Base64UrlBytes = _constrained(bytes)
Base64UrlStr = _constrained(str)


class EmailStr(str):
    ...


# Up to version 1 addresses are texts; later they are classes of their own.
_VERSION_FOUND = library_version("pydantic")
_Url = str if _VERSION_FOUND is not None and _VERSION_FOUND[0] < 2 else object


class AnyUrl(_Url):
    ...


class AnyHttpUrl(AnyUrl):
    ...


class HttpUrl(AnyUrl):
    ...


class AnyWebsocketUrl(AnyUrl):
    ...


class WebsocketUrl(AnyUrl):
    ...


class FileUrl(AnyUrl):
    ...


class FtpUrl(AnyUrl):
    ...


class PostgresDsn(AnyUrl):
    ...


class RedisDsn(AnyUrl):
    ...


class AmqpDsn(AnyUrl):
    ...


class MongoDsn(AnyUrl):
    ...


class SecretStr:
    def __init__(self, secret_value=None):
        self._value = secret_value

    def get_secret_value(self):
        return self._value


class SecretBytes(SecretStr):
    ...


class Json:
    def __class_getitem__(cls, item):
        return cls


class IPvAnyAddress:
    ...


class IPvAnyInterface:
    ...


class IPvAnyNetwork:
    ...


class AwareDatetime:
    ...


class NaiveDatetime:
    ...


class PastDate:
    ...


class FutureDate:
    ...


class PastDatetime:
    ...


class FutureDatetime:
    ...


class ByteSize(int):
    ...
