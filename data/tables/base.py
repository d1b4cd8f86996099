"""The base of all tables."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Collects the tables of the store; one metadata for both engines and for Alembic."""
