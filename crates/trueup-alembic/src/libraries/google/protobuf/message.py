"""`google.protobuf.message`: what generated classes inherit from; messages themselves are data and stay unknown."""


class Message:
    def __getattr__(self, name):
        from sqlalchemy._trueup import unknown
        return unknown("a field of a protocol buffer is data")
