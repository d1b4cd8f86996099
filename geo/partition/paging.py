"""Tables that are values: a fork shares all pages with what it was forked from and copies only those it writes.

A table has whole numbers as keys. Its pages may come from arrays and are then made only when they are first read, so a
partition of millions of vertices is ready at once and an edit costs the same however large it is.
"""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

BITS: Final = 7
SIZE: Final = 1 << BITS
MASK: Final = SIZE - 1
TOP: Final = 2 * BITS


class Paged(Generic[T]):
    """A table of numbered entries; an entry never set is None. Written only by who forked it, never once it is shared.

    ``pages`` may be read directly where every nanosecond counts: entry i is ``pages[i >> TOP][i >> BITS & MASK][i & MASK]``; a
    page not yet made (None) comes from `page`. Pages stand in shelves, so that a fork copies a shelf and not the list of all.
    """

    __slots__ = ("_count", "_load", "_own", "_shared", "_shelves", "pages")

    def __init__(self, pages: int, load: Callable[[int], list[T | None]] | None = None) -> None:
        self.pages: list[list[list[T | None] | None]] = [[None] * SIZE for _ in range((pages + MASK) >> BITS)]
        self._load = load
        self._count = pages if load is not None else 0
        self._own: set[int] = set()
        self._shelves: set[int] = set()
        self._shared = False

    def __getitem__(self, i: int) -> T | None:
        """Return the entry ``i``, which must be below the end of the last shelf."""
        page = self.pages[i >> TOP][i >> BITS & MASK]
        return (self.page(i >> BITS) if page is None else page)[i & MASK]

    def get(self, i: int) -> T | None:
        """Return the entry ``i``, None beyond the last shelf."""
        return self[i] if 0 <= i >> TOP < len(self.pages) else None

    def page(self, number: int) -> list[T | None]:
        """Return a page that is made when it is first read."""
        page = self._load(number) if self._load is not None and number < self._count else []
        page.extend([None] * (SIZE - len(page)))
        self.pages[number >> BITS][number & MASK] = (
            page  # for all forks that share the shelf: it is what the arrays say
        )
        return page

    def __setitem__(self, i: int, value: T | None) -> None:
        self.owned(i >> BITS)[i & MASK] = value

    def owned(self, number: int) -> list[T | None]:
        """Return a page that may be written: entry i stands at ``i & MASK`` of page ``i >> BITS``."""
        if number not in self._own:
            self._take(number)
        page = self.pages[number >> BITS][number & MASK]
        return self.page(number) if page is None else page

    def note(self, i: int, value: T) -> None:
        """Fill in an entry for all forks that share its page: what can be found again from other tables."""
        if i >> TOP < len(self.pages):
            page = self.pages[i >> TOP][i >> BITS & MASK]
            (self.page(i >> BITS) if page is None else page)[i & MASK] = value

    def _take(self, number: int) -> None:
        """Make a page one's own before it is written."""
        if self._shared:
            self.pages = self.pages.copy()
            self._shared = False
        shelf, place = number >> BITS, number & MASK
        while shelf >= len(self.pages):
            self._shelves.add(len(self.pages))
            self.pages.append([None] * SIZE)
        page = self.pages[shelf][place]
        page = self.page(number) if page is None else page
        if shelf not in self._shelves:
            self.pages[shelf] = self.pages[shelf].copy()
            self._shelves.add(shelf)
        self.pages[shelf][place] = page.copy()
        self._own.add(number)

    def fork(self) -> "Paged[T]":
        """Return a table that begins as this one; this one is not written any more."""
        other: Paged[T] = Paged(0, self._load)
        other.pages, other._count = self.pages, self._count
        other._shared = self._shared = True
        self._own, self._shelves = set(), set()
        return other


class Index:
    """A table from texts to numbers, forked like `Paged`. Several numbers may stand under one text."""

    __slots__ = ("_mask", "_slots")

    def __init__(self, size: int) -> None:
        self._mask = (1 << max(size - 1, 0).bit_length()) - 1
        self._slots: Paged[tuple[tuple[str, int], ...]] = Paged((self._mask >> BITS) + 1)

    def get(self, text: str) -> int | None:
        """Return the first number under ``text``, None if there is none."""
        for known, number in self._slots[hash(text) & self._mask] or ():
            if known == text:
                return number
        return None

    def add(self, text: str, number: int) -> None:
        """Enter a number under ``text``."""
        slot = hash(text) & self._mask
        self._slots[slot] = (*(self._slots[slot] or ()), (text, number))

    def drop(self, text: str, number: int) -> None:
        """Take a number from under ``text``."""
        slot = hash(text) & self._mask
        self._slots[slot] = tuple(entry for entry in self._slots[slot] or () if entry != (text, number))

    def fork(self) -> "Index":
        """Return an index that begins as this one; this one is not written any more."""
        other = Index(0)
        other._mask = self._mask
        other._slots = self._slots.fork()
        return other
