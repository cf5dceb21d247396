"""`google.protobuf.descriptor_pool`: where generated modules hand in their descriptors."""

from .descriptor import FileDescriptor


class DescriptorPool:
    def AddSerializedFile(self, serialized_file_desc_proto):
        return FileDescriptor(serialized_pb=serialized_file_desc_proto)


_DEFAULT = DescriptorPool()


def Default():
    return _DEFAULT
