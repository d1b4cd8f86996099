"""What a made-up phone reports of a true path: errors that hang together in time, losses indoors, dozing, gaps, spikes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.simtown import INDOOR_M, Town
from geo.tracks.simwalk import Path

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

STEP_S: Final = 5.0
WHITE_M: Final = 0.8
ACCURACY_SIGMAS: Final = 1.5
ACCURACY_SPREAD: Final = 0.3
PHONE_SPREAD: Final = 0.2
SPIKES: Final = 0.0008
DOZE_AFTER_S: Final = 180.0
DOZE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Noise:
    """How bad phones are: one sigma and correlation time in seconds against the usual, and how much of that they admit."""

    sigmas: float = 1.0
    tau_s: float = 60.0
    reported: float = 1.0


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone: it may doze while still, lose fixes indoors, and be killed ``gaps`` times a day on average."""

    dozes: bool
    loses_indoors: bool
    gaps: float

    @property
    def steady(self) -> bool:
        """Whether it reports all day without a gap."""
        return not self.loses_indoors and not self.gaps


@dataclass(frozen=True, eq=False)
class Reported:
    """Fixes as delivered: seconds since midnight (n,), plane metres (n, 2), reported accuracy in metres (n,)."""

    at_s: Float64
    xy: Float64
    accuracy_m: Float64


STEADY: Final = Phone(dozes=False, loses_indoors=False, gaps=0.0)
DOZING: Final = Phone(dozes=True, loses_indoors=False, gaps=0.0)
USUAL: Final = Phone(dozes=True, loses_indoors=True, gaps=1.2)


def report(
    path: Path, town: Town, phone: Phone, noise: Noise, rng: np.random.Generator, off: tuple[float, float] | None = None
) -> Reported:
    """Return what a phone reports of a day; ``off`` are seconds since midnight between which it is switched off."""
    at = np.arange(path.at_s[0], path.at_s[-1], STEP_S)
    at = at[_kept(at, path, phone, rng, off)]
    true = path.places(at)
    indoors = path.under_a_roof(at)
    sigma = np.where(indoors, INDOOR_M, town.outdoor_sigma(true)) * rng.lognormal(0.0, PHONE_SPREAD) * noise.sigmas
    error = _correlated(at, rng.standard_normal((len(at), 2)), noise.tau_s) * sigma[:, None]
    xy = true + error + rng.normal(0.0, WHITE_M, true.shape)
    _spike(at, xy, rng)
    admitted = sigma / noise.sigmas * noise.reported
    accuracy = ACCURACY_SIGMAS * admitted * rng.lognormal(0.0, ACCURACY_SPREAD, len(at))
    return Reported(at, xy, np.round(accuracy, 1))


def _kept(at: Float64, path: Path, phone: Phone, rng: np.random.Generator, off: tuple[float, float] | None) -> Bools:
    keep = np.ones(len(at), np.bool_)
    if off is not None:
        keep &= (at < off[0]) | (at > off[1])
    for _ in range(rng.poisson(phone.gaps) if phone.gaps else 0):
        start = rng.uniform(at[0], at[-1])
        keep &= (at < start) | (at > start + rng.uniform(2, 50) * 60)
    if phone.loses_indoors:
        keep &= ~(path.under_a_roof(at) & _lost(at, rng))
    if phone.dozes:
        still = path.staying(at)
        since = at - at[np.maximum.accumulate(np.where(still, 0, np.arange(len(at))))]
        keep &= (since < DOZE_AFTER_S) | (np.arange(len(at)) % int(DOZE_S / STEP_S) == 0)
    return keep


def _lost(at: Float64, rng: np.random.Generator) -> Bools:
    """Tell when (n,) there is no reception under a roof: runs of about 3 minutes, with about 12 between."""
    spans = rng.exponential([12 * 60.0, 3 * 60.0], (int((at[-1] - at[0]) / 300) + 50, 2)).ravel()
    changes = at[0] + np.cumsum(spans)
    return np.searchsorted(changes, at) % 2 == 1


def _spike(at: Float64, xy: Float64, rng: np.random.Generator) -> None:
    """Throw some fixes far away, for up to three of the phone's usual steps."""
    for first in np.flatnonzero(rng.random(len(xy)) < SPIKES):
        angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(100, 2500)
        lasts = (at >= at[first]) & (at < at[first] + rng.integers(1, 4) * STEP_S)
        xy[lasts] += away * np.array([np.cos(angle), np.sin(angle)])


@compiled
def _correlated(at_s: Float64, white: Float64, tau_s: float) -> Float64:
    """Return a Gauss-Markov process (n, 2) of unit variance at the given seconds, driven by ``white``."""
    out = white.copy()
    for i in range(1, len(at_s)):
        keep = np.exp(-(at_s[i] - at_s[i - 1]) / tau_s)
        for axis in range(2):
            out[i, axis] = keep * out[i - 1, axis] + np.sqrt(1.0 - keep * keep) * white[i, axis]
    return out
