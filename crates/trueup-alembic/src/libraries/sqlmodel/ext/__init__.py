"""Asynchronous extensions of SQLModel."""
