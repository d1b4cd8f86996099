"""What a phone says beside its places, as far as it says it: flat arrays of whole numbers, one for each column it gave.

Only what a signal asks for is kept (patrol.md B.14). Networks stand here as salted hashes; what they are called never does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Int64 = npt.NDArray[np.int64]

NOT_SAID: Final = -1
COLUMNS: Final[Mapping[str, int]] = {
    "mock": 1,  # 1: the system says that a program made the place up, 0: it says that none did
    "seq": 2**53,  # the recorder's own count of its fixes
    "elapsed_ms": 2**53,  # milliseconds since the phone was started; no change of its clock changes them
    "steps": 2**31,  # the step counter, which starts again with the phone
    "activity": 4,  # `ACTIVITIES`
    "heading": 359,  # whole degrees clockwise from north
    "wifi": 2**63 - 1,  # smallest salted hash of the networks in reach, see `geo.tracks.readers.sensors`
    "cell": 2**63 - 1,  # the same of the cells of the mobile network
}
STILL, WALKING, RUNNING, CYCLING, VEHICLE = range(5)
ACTIVITIES: Final = ("still", "walking", "running", "cycling", "vehicle")


@dataclass(frozen=True, eq=False)
class Sensed:
    """The columns that were given: name of `COLUMNS` -> (n,) int64, `NOT_SAID` where a fix says nothing."""

    columns: Mapping[str, Int64] = field(default_factory=dict[str, Int64])

    def of(self, name: str, count: int) -> Int64:
        """Return a column of ``count`` fixes, all `NOT_SAID` where it was not given."""
        found = self.columns.get(name)
        return np.full(count, NOT_SAID, np.int64) if found is None else found

    def only(self, chosen: Any) -> "Sensed":
        """Return the chosen fixes; columns that say nothing of them are left out."""
        kept = {name: column[chosen] for name, column in self.columns.items()}
        return Sensed({name: column for name, column in kept.items() if (column != NOT_SAID).any()})


def joined(parts: Sequence[tuple[Sensed, int]]) -> Sensed:
    """Return the columns of several parts, each with its number of fixes, one after the other."""
    names = [name for name in COLUMNS if any(name in part.columns for part, _ in parts)]
    return Sensed({name: np.concatenate([part.of(name, count) for part, count in parts]) for name in names})
