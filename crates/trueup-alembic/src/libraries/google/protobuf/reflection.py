"""`google.protobuf.reflection`: classes of messages, each with its enumerations and the messages inside of it."""

from .internal.enum_type_wrapper import EnumTypeWrapper
from .message import Message


def GeneratedProtocolMessageType(name, bases, attributes):
    return type(name, (Message,), dict(attributes))


def _message_class(descriptor):
    attributes = {"DESCRIPTOR": descriptor}
    for nested in descriptor.nested_types:
        attributes[nested.name] = _message_class(nested)
    for enum in descriptor.enum_types:
        attributes[enum.name] = EnumTypeWrapper(enum)
        for value in enum.values:
            attributes[value.name] = value.number
    return type(descriptor.name, (Message,), attributes)
