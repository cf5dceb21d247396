"""`google.protobuf.internal.builder`: binds what a descriptor declares to the names of a generated module."""

from ..reflection import _message_class
from .enum_type_wrapper import EnumTypeWrapper


def BuildMessageAndEnumDescriptors(file_des, module):
    for enum in file_des._enums():
        module["_" + enum.name.upper()] = enum


def BuildTopDescriptorsAndMessages(file_des, module_name, module):
    for enum in file_des._enums():
        module[enum.name] = EnumTypeWrapper(enum)
        for value in enum.values:
            module[value.name] = value.number
    for message in file_des._messages():
        module["_" + message.name.upper()] = message
        module[message.name] = _message_class(message)


def BuildServices(file_des, module_name, module):
    return None
