"""How well one number ranks another."""
from statistics import correlation, mean

FEWEST = 4


def spearman(pairs):
    """Spearman's correlation of pairs, equal values with their mean rank; None where one of both is the same everywhere."""
    first, second = _ranks([a for a, _ in pairs]), _ranks([b for _, b in pairs])
    return correlation(first, second) if len(set(first)) > 1 and len(set(second)) > 1 else None


def within(groups):
    """The mean of the correlations of the groups that have at least four pairs."""
    found = [spearman(pairs) for pairs in groups if len(pairs) >= FEWEST]
    return mean_of([value for value in found if value is not None])


def mean_of(values):
    return mean(values) if values else None


def _ranks(values):
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks, start = [0.0] * len(values), 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for position in order[start:end]:
            ranks[position] = (start + end - 1) / 2
        start = end
    return ranks
