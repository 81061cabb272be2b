"""Intervals of means and of ratios of means, by resampling volumes."""
import random

DRAWS = 2000
LEVEL = 0.95


def interval(statistic, groups, draws=DRAWS, seed=1):
    """The percentile interval of `statistic` over draws of the volumes of each group, with replacement.

    `groups` is a list of lists of volumes, one list a seed: volumes are drawn within their seed. `statistic` gets such a list of
    lists and returns a number, or None where it has none, which leaves the draw out.
    """
    draw, found = random.Random(seed), []
    for _ in range(draws):
        value = statistic([[draw.choice(own) for _ in own] for own in groups])
        if value is not None:
            found.append(value)
    if len(found) < draws / 2:
        return None, None
    found.sort()
    edge = (1 - LEVEL) / 2
    return found[int(edge * (len(found) - 1))], found[round((1 - edge) * (len(found) - 1))]
