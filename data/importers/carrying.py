"""Partitions, features and proofs as plain messages, for the child that does the geometry and back."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from data.importers import surfaces
from data.importers.message import Array
from geo.partition.coverage import LevelProof, Proof
from geo.partition.features import Feature
from geo.partition.model import Fault, Partition, Rings, Unit, UnitKind

Head = dict[str, Any]
Arrays = dict[str, Array]
RINGS = ("xy", "start", "owner", "kind")


def features_out(features: Sequence[Feature], prefix: str = "features") -> tuple[Head, Arrays]:
    """Return features as (head, arrays) whose names begin with ``prefix``."""
    shapes = np.empty(len(features), object)
    shapes[:] = [feature.geometry for feature in features]
    head = {prefix: [(feature.code, feature.name, feature.parent) for feature in features]}
    return head, {f"{prefix}.{name}": array for name, array in surfaces.to_arrays(shapes).items()}


def features_in(head: Mapping[str, Any], arrays: Mapping[str, Array], prefix: str = "features") -> list[Feature]:
    """Return what `features_out` packed."""
    shapes = surfaces.from_arrays({name: arrays[f"{prefix}.{name}"] for name in surfaces.NAMES})
    return [Feature(*said, geometry=shape) for said, shape in zip(head[prefix], shapes, strict=True)]


def partition_out(partition: Partition) -> tuple[Head, Arrays]:
    """Return a partition as (head, arrays)."""
    units = [(u.key, u.code, u.name, u.level, str(u.kind), u.parent) for u in partition.units]
    head = {"plane": partition.plane, "units": units, "frame_given": partition.frame_given}
    return head, {**_rings_out(partition.leaf_rings, "leaf"), **_rings_out(partition.frame, "frame")}


def partition_in(head: Mapping[str, Any], arrays: Mapping[str, Array]) -> Partition:
    """Return what `partition_out` packed."""
    units = tuple(
        Unit(key, code, name, level, UnitKind(kind), up) for key, code, name, level, kind, up in head["units"]
    )
    return Partition(head["plane"], units, _rings_in(arrays, "leaf"), _rings_in(arrays, "frame"), head["frame_given"])


def _rings_out(rings: Rings, prefix: str) -> Arrays:
    return {f"{prefix}.{name}": getattr(rings, name) for name in RINGS}


def _rings_in(arrays: Mapping[str, Array], prefix: str) -> Rings:
    return Rings(*(np.array(arrays[f"{prefix}.{name}"]) for name in RINGS))


def proof_out(proof: Proof) -> tuple[Head, Arrays]:
    """Return a proof as (head, arrays); the faults' geometries travel as WKB."""
    blobs = [b"" if fault.geometry is None else _wkb(fault.geometry) for fault in proof.faults]
    levels = [
        (level.level, level.units, level.area_m2, [_fault_out(fault) for fault in level.faults])
        for level in proof.levels
    ]
    head = {"ok": proof.ok, "levels": levels, "recut": proof.rings_recut, "inserted": proof.vertices_inserted}
    lengths = np.array([len(blob) for blob in blobs], np.int64)
    return {"proof": head}, {"faults.wkb": np.frombuffer(b"".join(blobs), np.uint8), "faults.length": lengths}


def proof_in(head: Mapping[str, Any], arrays: Mapping[str, Array]) -> Proof:
    """Return what `proof_out` packed."""
    said, blob = head["proof"], arrays["faults.wkb"].tobytes()
    ends = np.cumsum(arrays["faults.length"]).tolist()
    pieces = [blob[end - size : end] for end, size in zip(ends, arrays["faults.length"].tolist(), strict=True)]
    shapes = iter(shapely.from_wkb(piece) if piece else None for piece in pieces)
    levels = tuple(
        LevelProof(number, units, area, tuple(_fault_in(fault, next(shapes)) for fault in faults))
        for number, units, area, faults in said["levels"]
    )
    return Proof(said["ok"], levels, said["recut"], said["inserted"])


def _wkb(geometry: object) -> bytes:
    return bytes(shapely.to_wkb(geometry, include_srid=False))  # pyright: ignore[reportArgumentType, reportCallIssue]


def _fault_out(fault: Fault) -> tuple[Any, ...]:
    return fault.kind, fault.units, fault.level, fault.area_m2, fault.width_m, fault.at


def _fault_in(said: Sequence[Any], geometry: object) -> Fault:
    kind, units, level, area, width, at = said
    return Fault(kind, tuple(units), level, area, width, tuple(at) if at else None, geometry)


def whole(*parts: tuple[Head, Arrays]) -> tuple[Head, Arrays]:
    """Return several parts as one message."""
    head: Head = {}
    arrays: Arrays = {}
    for more, columns in parts:
        head |= more
        arrays |= columns
    return head, arrays


def no_arrays(**head: Any) -> tuple[Head, Arrays]:
    """Return a part of a message that has only a head."""
    none: dict[str, npt.NDArray[Any]] = {}
    return head, none
