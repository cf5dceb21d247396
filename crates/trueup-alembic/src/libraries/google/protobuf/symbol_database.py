"""`google.protobuf.symbol_database`: where older generated modules register what they make."""


class SymbolDatabase:
    def RegisterFileDescriptor(self, file_descriptor):
        return None

    def RegisterEnumDescriptor(self, enum_descriptor):
        return enum_descriptor

    def RegisterMessage(self, message):
        return message

    def RegisterServiceDescriptor(self, service_descriptor):
        return None


_DEFAULT = SymbolDatabase()


def Default():
    return _DEFAULT
