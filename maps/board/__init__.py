"""The notice board: a record in, a PDF out."""

from maps.board.press import render as render
from maps.board.record import BoardRecord as BoardRecord
from maps.board.record import content_hash as content_hash

__all__ = ["BoardRecord", "content_hash", "render"]
