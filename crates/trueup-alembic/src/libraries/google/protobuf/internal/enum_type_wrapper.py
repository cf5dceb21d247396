"""`google.protobuf.internal.enum_type_wrapper`: how an enumeration of a `.proto` file looks in Python."""


class EnumTypeWrapper:
    def __init__(self, enum_type):
        self._enum_type = enum_type
        self.DESCRIPTOR = enum_type

    def Name(self, number):
        if number not in self._enum_type.values_by_number:
            raise ValueError(f"Enum {self._enum_type.name} has no name defined for value {number!r}")
        return self._enum_type.values_by_number[number].name

    def Value(self, name):
        if name not in self._enum_type.values_by_name:
            raise ValueError(f"Enum {self._enum_type.name} has no value defined for name {name!r}")
        return self._enum_type.values_by_name[name].number

    def keys(self):
        return [value.name for value in self._enum_type.values]

    def values(self):
        return [value.number for value in self._enum_type.values]

    def items(self):
        return [(value.name, value.number) for value in self._enum_type.values]

    def __getattr__(self, name):
        if name in self._enum_type.values_by_name:
            return self._enum_type.values_by_name[name].number
        raise AttributeError(f"Enum {self._enum_type.name} has no value defined for name {name!r}")
