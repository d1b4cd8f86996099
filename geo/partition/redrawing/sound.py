"""What must hold after an operation: edges meet in vertices only, walks nest, units stay in one part and large enough."""

from collections.abc import Collection, Iterable, Iterator

from geo.partition.exact import before
from geo.partition.redrawing.network import Network
from geo.partition.redrawing.refusing import line_in_metres, polygon_in_metres, refuse
from geo.partition.redrawing.regions import pieces, shape, turns
from geo.partition.redrawing.walks import Piece
from geo.partition.redrawing.workspace import Workspace
from geo.partition.topology import OUTSIDE

PieceKey = tuple[int, int]


def require_plane(net: Network, edges: Collection[int]) -> None:
    """Refuse edges that are new or moved and meet another otherwise than in a vertex; the order round each vertex holds."""
    around: set[int] = set()
    for number in edges:
        edge = net.edge(number)
        a, b = net.point(edge.v0), net.point(edge.v1)
        if a == b:
            raise refuse("edit.folds_over", line_in_metres(a, b))
        met = net.obstacle(edge.v0, edge.v1, a, b, (number,))
        if met is not None:
            other = net.edge(met)
            line = line_in_metres(net.point(other.v0), net.point(other.v1))
            folds = met in edges or {other.v0, other.v1} & {edge.v0, edge.v1}
            code = "edit.off_frame" if OUTSIDE in (other.left, other.right) else "edit.crosses_border"
            raise refuse("edit.folds_over" if folds else code, line, line_in_metres(a, b))
        around.update((edge.v0, edge.v1))
    for vertex in around:
        if len(net.star(vertex)) > 2 and not turns_once(net, vertex):
            raise refuse("edit.crosses_border", at=net.point(vertex))


def turns_once(net: Network, vertex: int) -> bool:
    """Tell whether the halves round a vertex stand in their order and every sector is of one leaf."""
    star = net.star(vertex)
    edges = [net.edge(half >> 1) for half in star]
    if len(star) < 2:
        return True
    for i, half in enumerate(star):  # what lies left of one half lies right of the next
        if edges[i - 1][2 + (star[i - 1] & 1)] != edges[i][3 - (half & 1)]:
            return False
    if len(star) == 2:
        return True
    x, y = net.point(vertex)
    heads = [net.point(edge[1 - (half & 1)]) for edge, half in zip(edges, star, strict=True)]
    ways = [(px - x, py - y) for px, py in heads]
    return sum(not before(*ways[i - 1], *way) for i, way in enumerate(ways)) == 1


def require_nested(net: Network, leaves: Iterable[int]) -> None:
    """Refuse leaves whose walks do not bound land any more: a hole outside its shell, a shell turned over."""
    for leaf in leaves:
        if leaf == OUTSIDE or len(net.walls.get(leaf) or ()) < 2:
            continue
        walks = net.walks(leaf)
        if len(walks) < 2:
            continue
        for walk in walks:
            (x0, y0), (x1, y1) = walk.corners[:2]
            around = sum(turns(other.corners, x0 + x1, y0 + y1) for other in walks if other is not walk)
            if around != (0 if walk.area2 > 0 else 1):
                raise refuse("edit.crosses_border", polygon_in_metres(walk.corners))


class Parts:
    """The connected parts of units in one network: pieces of leaves joined by common edges (points do not join)."""

    def __init__(self, work: Workspace, net: Network) -> None:
        self.work = work
        self.net = net
        self._pieces: dict[int, list[Piece]] = {}
        self.beside: dict[int, tuple[frozenset[int], ...]] = {}

    def of_leaf(self, leaf: int) -> list[Piece]:
        """Return the pieces of a leaf."""
        if leaf not in self._pieces:
            self._pieces[leaf] = pieces(self.net, leaf)
        return self._pieces[leaf]

    def neighbours(self, leaf: int) -> tuple[frozenset[int], ...]:
        """Return for each piece of a leaf the leaves that have an edge in common with it."""
        found = self.beside.get(leaf)
        if found is None:
            net = self.net
            unchanged = leaf not in net.regrouped
            found = net.beside.get(leaf) if unchanged else self._beside_as_before(leaf)
            if found is None:
                found = tuple(frozenset(net.across(piece.halves())) for piece in self.of_leaf(leaf))
                if unchanged:
                    net.beside.note(leaf, found)
            self.beside[leaf] = found
        return found

    def _beside_as_before(self, leaf: int) -> tuple[frozenset[int], ...] | None:
        """Return the same for a leaf of one piece that neither gave nor took land, without a walk round it; else None."""
        net = self.net
        before = net.beside.get(leaf)
        if leaf in net.rewalled or before is None or len(before) != 1:
            return None
        now = {other for other in net.rewalled if any(leaf in around for around in self.neighbours(other))}
        return (before[0] - net.rewalled | now,)

    def next_to(self, key: PieceKey, members: Collection[int]) -> Iterator[PieceKey]:
        """Yield the pieces of ``members`` that have an edge in common with a piece."""
        leaf, number = key
        mine = self.neighbours(leaf)
        for other in mine[number].intersection(members):
            theirs = self.neighbours(other)
            if other == leaf:
                continue
            for n, around in enumerate(theirs):
                if leaf in around and (len(theirs) == 1 or len(mine) == 1 or self.share_edge(key, (other, n))):
                    yield other, n

    def share_edge(self, one: PieceKey, other: PieceKey) -> bool:
        """Tell whether two pieces of leaves in several pieces have an edge in common."""
        halves = set(self.of_leaf(other[0])[other[1]].halves())
        return any(half ^ 1 in halves for half in self.of_leaf(one[0])[one[1]].halves())

    def joined(self, members: Collection[int]) -> list[set[PieceKey]]:
        """Return the parts that leaves form together."""
        left = {(leaf, n) for leaf in members for n in range(len(self.neighbours(leaf)))}
        found: list[set[PieceKey]] = []
        while left:
            part, front = set[PieceKey](), [min(left)]
            while front:
                at = front.pop()
                if at in part:
                    continue
                part.add(at)
                front.extend(key for key in self.next_to(at, members) if key not in part)
            left -= part
            found.append(part)
        return found


def require_whole(work: Workspace, numbers: Iterable[int], most: int = 1) -> None:
    """Refuse units that are in more parts than before (and than ``most``), or without land: ``edit.parts``, ``edit.emptied``."""
    now = Parts(work, work.net)
    for number in sorted(set(numbers)):
        if work.net.units[number] is None:
            continue
        parts = now.joined(set(work.leaves(number)))
        if not parts:
            raise refuse("edit.emptied", units=work.keys([number]), unit=work.name(number))
        if len(parts) > most and len(parts) > parts_before(work, number):
            raise broken(work, number, now, parts)
    work.net.joined = now.beside


def parts_before(work: Workspace, number: int) -> int:
    """Return in how many parts a unit was before the operation; 1 for a new one."""
    base = Workspace(work.net.base, str, work.rules)
    if number >= work.net.base.counts[2] or base.net.units[number] is None:
        return 1
    return len(Parts(base, base.net).joined(set(base.leaves(number))))


def broken(work: Workspace, number: int, parts: Parts, found: list[set[PieceKey]]) -> Exception:
    """Return the refusal of a unit in several parts: all but the largest are shown."""
    areas = [sum(parts.of_leaf(leaf)[n].area2 for leaf, n in part) for part in found]
    largest = areas.index(max(areas))
    loose = [parts.of_leaf(leaf)[n] for i, part in enumerate(found) if i != largest for leaf, n in part]
    touching = (
        set.intersection(*(vertices_of(work.net, parts, part) for part in found)) if len(found) == 2 else set[int]()
    )
    return refuse(
        "edit.only_a_point" if touching else "edit.parts",
        shape(loose),
        units=work.keys([number]),
        unit=work.name(number),
        parts=len(found),
        area_m2=round(sum(areas[i] for i in range(len(areas)) if i != largest) / 20_000, 2),
    )


def vertices_of(net: Network, parts: Parts, part: Iterable[PieceKey]) -> set[int]:
    """Return the vertices round the pieces of a part."""
    return {net.tail(half) for leaf, n in part for half in parts.of_leaf(leaf)[n].halves()}


def require_large(work: Workspace, numbers: Iterable[int]) -> None:
    """Refuse parts below the least size: ``edit.too_small``."""
    least = work.rules.least_area_m2
    for number in numbers:
        found: list[Piece] = []
        leaves = iter(work.leaves(number))
        while work.area_m2(found) < least and (leaf := next(leaves, None)) is not None:
            found += pieces(work.net, leaf)
        area = work.area_m2(found)
        if area < least:
            raise refuse(
                "edit.too_small",
                shape(found),
                units=work.keys([number]),
                unit=work.name(number),
                area_m2=round(area, 2),
                limit_m2=least,
            )


def concerned(work: Workspace) -> set[int]:
    """Return the units whose land or parts may have changed: those on one side only of a handing over or of a new parent."""
    base = Workspace(work.net.base, str, work.rules)
    found: set[int] = set()
    for giver, taker in work.moved:
        found |= line_above(base, work, giver) ^ set(work.above(taker) if work.net.units[taker] is not None else ())
    for number in work.parents_before:
        if work.net.units[number] is not None:
            found |= line_above(base, work, number) ^ set(work.above(number))
    return {number for number in found if work.net.units[number] is not None}


def line_above(base: Workspace, work: Workspace, number: int) -> set[int]:
    """Return a unit and all above it before the operation, or now if it is new."""
    known = number < work.net.base.counts[2] and base.net.units[number] is not None
    if known:
        return set(base.above(number))
    return set(work.above(number)) if work.net.units[number] is not None else set()
