"""Medians, percentiles, and how sure we may be of a ratio of two medians."""

import random
from statistics import median

RESAMPLES = 10_000
CONFIDENCE = 0.95


def percentile(values, share):
    """The value below which `share` (0 ... 1) of `values` lie, between two of them in proportion."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


class Ratio:
    """The ratio of the medians of two series that were measured in pairs, with its bootstrap interval.

    Pairs are drawn together, so that what disturbed both of a pair counts once. The seed is fixed: the same numbers give the
    same interval.
    """

    def __init__(self, above, below):
        assert len(above) == len(below)
        self.value = median(above) / median(below)
        generator = random.Random(1)
        pairs = list(zip(above, below))
        drawn = []
        for _ in range(RESAMPLES):
            sample = generator.choices(pairs, k=len(pairs))
            drawn.append(median([a for a, _ in sample]) / median([b for _, b in sample]))
        self.low = percentile(drawn, (1 - CONFIDENCE) / 2)
        self.high = percentile(drawn, (1 + CONFIDENCE) / 2)
