"""Plain messages between this process and a limited child: one JSON head and numeric arrays, never a pickled object."""

import json
import struct
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
KINDS: Final = frozenset({"<f8", "<i8", "|u1", "<i4", "<u4"})
_LENGTH: Final = struct.Struct("<Q")


class Message(NamedTuple):
    """What was packed: a JSON object and named arrays."""

    head: dict[str, Any]
    arrays: dict[str, Array]


def pack(head: Mapping[str, Any], arrays: Mapping[str, Array | bytes] | None = None) -> bytes:
    """Return ``head`` and ``arrays`` (float64, int64, int32, uint32, uint8, or bytes) as one run of bytes.

    Raises TypeError for an array of another type: only numbers travel.
    """
    described: list[tuple[str, str, tuple[int, ...]]] = []
    parts: list[bytes | memoryview] = []
    for name, array in (arrays or {}).items():
        column = np.frombuffer(array, np.uint8) if isinstance(array, bytes) else np.ascontiguousarray(array)
        if column.dtype.str not in KINDS:
            raise TypeError(f"{name} is {column.dtype.str}; only {sorted(KINDS)} travel")
        described.append((name, column.dtype.str, column.shape))
        parts.append(column.reshape(-1).view(np.uint8).data)
    text = json.dumps({"head": head, "arrays": described}, ensure_ascii=False, allow_nan=False).encode()
    return b"".join([_LENGTH.pack(len(text)), text, *parts])


def unpack(data: bytes | memoryview) -> Message:
    """Return what `pack` packed; the arrays are read-only views of ``data``.

    Raises ValueError if a length or a type does not fit: the sender may have been taken over by the file it read.
    """
    view = memoryview(data)
    (length,) = _LENGTH.unpack_from(view)
    described = json.loads(bytes(view[_LENGTH.size : _LENGTH.size + length]))
    offset = _LENGTH.size + length
    arrays: dict[str, Array] = {}
    for name, kind, shape in described["arrays"]:
        if kind not in KINDS:
            raise ValueError(f"{name} is {kind}; only {sorted(KINDS)} travel")
        count = int(np.prod(shape, dtype=np.int64))
        arrays[name] = np.frombuffer(view, np.dtype(kind), count, offset).reshape(shape)
        offset += arrays[name].nbytes
    if offset != len(view):
        raise ValueError("the message has another length than its head says")
    return Message(described["head"], arrays)
