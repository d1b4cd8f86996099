"""The schema, one file per subject. The rows stay inside `data`; records go out."""

from data.tables.base import Base
from data.tables.boards import BoardRow
from data.tables.changes import ChangeEventRow, ChangeRow, DocumentRow
from data.tables.identity import StoreRow
from data.tables.jobs import JobRow
from data.tables.ledger import LedgerRow
from data.tables.partition import CodeRow, PartitionRoot, RootFrame, UnitRow, UnitVersion
from data.tables.patrols import (
    CheckInRow,
    DeletionRow,
    QuestionRow,
    ReceiptRow,
    TrackHourRow,
    TrackPartRow,
    VerdictRow,
    VerdictStepRow,
)
from data.tables.places import DeliveryRow, LineRow, PlaceRow
from data.tables.roster import AbsenceRow, AssignmentRow, PersonRow, ShiftRow

__all__ = [
    "AbsenceRow",
    "AssignmentRow",
    "Base",
    "BoardRow",
    "ChangeEventRow",
    "ChangeRow",
    "CheckInRow",
    "CodeRow",
    "DeletionRow",
    "DeliveryRow",
    "DocumentRow",
    "JobRow",
    "LedgerRow",
    "LineRow",
    "PartitionRoot",
    "PersonRow",
    "PlaceRow",
    "QuestionRow",
    "ReceiptRow",
    "RootFrame",
    "ShiftRow",
    "StoreRow",
    "TrackHourRow",
    "TrackPartRow",
    "UnitRow",
    "UnitVersion",
    "VerdictRow",
    "VerdictStepRow",
]
