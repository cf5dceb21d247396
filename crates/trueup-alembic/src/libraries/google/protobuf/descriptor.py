"""`google.protobuf.descriptor`: files, messages and enumerations, read from their serialized form or given in parts.

What `descriptor.proto` calls `FileDescriptorProto` has messages in field 4 and enumerations in field 5;
`DescriptorProto` has messages in 3 and enumerations in 4; `EnumDescriptorProto` has values in 2.
The name is field 1 everywhere, the number of a value is field 2.
"""

from ._wire import field, fields, text

# Generated code sets options one by one unless the descriptors are made by C code, which has read them already.
_USE_C_DESCRIPTORS = True


class EnumValueDescriptor:
    def __init__(self, name, index=None, number=None, type=None, options=None, serialized_options=None, **kw):
        self.name = name
        self.index = index
        self.number = number


class EnumDescriptor:
    def __init__(self, name, full_name=None, filename=None, values=(), **kw):
        self.name = name
        self.full_name = full_name
        self.values = list(values)
        self.values_by_name = {value.name: value for value in self.values}
        self.values_by_number = {value.number: value for value in self.values}

    @classmethod
    def _from_wire(cls, data):
        values = []
        for number, value in fields(data):
            if number == 2:
                values.append(EnumValueDescriptor(text(value, 1), len(values), _signed(field(value, 2, 0))))
        return cls(text(data, 1), values=values)


def _signed(number):
    """Negative numbers are written as 64 bits."""
    return number - (1 << 64) if number >= 1 << 63 else number


class Descriptor:
    def __init__(self, name, full_name=None, nested_types=(), enum_types=(), **kw):
        self.name = name
        self.full_name = full_name
        self.nested_types = list(nested_types)
        self.enum_types = list(enum_types)

    @classmethod
    def _from_wire(cls, data):
        nested = [cls._from_wire(value) for number, value in fields(data) if number == 3]
        enums = [EnumDescriptor._from_wire(value) for number, value in fields(data) if number == 4]
        return cls(text(data, 1), nested_types=nested, enum_types=enums)


class FieldDescriptor:
    def __init__(self, name=None, **kw):
        self.name = name


class OneofDescriptor(FieldDescriptor):
    ...


class MethodDescriptor(FieldDescriptor):
    ...


class ServiceDescriptor(FieldDescriptor):
    ...


class FileDescriptor:
    def __init__(self, name=None, package=None, serialized_pb=b"", **kw):
        self.name = name
        self.package = package
        self.serialized_pb = serialized_pb

    def _messages(self):
        return [Descriptor._from_wire(value) for number, value in fields(self.serialized_pb) if number == 4]

    def _enums(self):
        return [EnumDescriptor._from_wire(value) for number, value in fields(self.serialized_pb) if number == 5]
