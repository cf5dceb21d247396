"""`google.protobuf.internal`: what generated modules import from it."""
