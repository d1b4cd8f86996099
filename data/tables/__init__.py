"""The schema, one file per subject. The rows stay inside `data`; records go out."""

from data.tables.base import Base
from data.tables.boards import BoardRow
from data.tables.identity import StoreRow
from data.tables.jobs import JobRow
from data.tables.ledger import LedgerRow
from data.tables.partition import CodeRow, PartitionRoot, RootFrame, UnitRow, UnitVersion

__all__ = [
    "Base",
    "BoardRow",
    "CodeRow",
    "JobRow",
    "LedgerRow",
    "PartitionRoot",
    "RootFrame",
    "StoreRow",
    "UnitRow",
    "UnitVersion",
]
