"""What the arms of the claims show: Dice with intervals, the share of the loss that is recovered, organs, quality, cost."""
from .bootstrap import interval
from .claim_arms import CEILING, CONTROL, LONG_CONTROL
from .ranks import mean_of, spearman, within
from .trial import ORGANS


def show(report, results):
    for row in results:
        report.record("claims", "arm", **{key: row[key] for key in ["seed", "share", "arm", "steps", "cost", "seconds"]},
                      dice=mean_dice(row["rows"]), organs=by_organ(row["rows"]))
    for share in sorted({row["share"] for row in results}):
        own = [row for row in results if row["share"] == share]
        report.note(f"\n{share:.0%} of the organ labels missing\n")
        _recovered(report, share, own)
        _organs(report, own)
        _quality(report, share, own)


def mean_dice(rows):
    """The mean over the volumes of their means over the organs."""
    return mean_of(list(_volumes(rows).values()))


def _volumes(rows):
    """The mean Dice of each volume over the organs that are there or predicted."""
    found = {}
    for row in rows:
        if row["dice"] is not None:
            found.setdefault(row["volume"], []).append(row["dice"])
    return {volume: mean_of(values) for volume, values in found.items()}


# The share recovered


def _recovered(report, share, results):
    table = []
    for arm in _names(results):
        own = [row for row in results if row["arm"] == arm]
        seeds = [row["seed"] for row in own]
        groups = _together(results, [arm, CONTROL, CEILING, LONG_CONTROL], seeds)
        dice = _mean(groups, 0)
        gain, longer, ratio = [(of(groups), interval(of, groups)) for of in (_gain, _gain_on_longer, _ratio)]
        found = {"dice": dice, "gain": gain, "gainOnLonger": longer, "recovered": ratio}
        report.record("claims", "recovered", share=share, arm=arm, seeds=seeds, **found)
        table.append([arm, own[0]["cost"], f"{mean_of([row['seconds'] for row in own]):.0f}",
                      " ".join(f"{mean_dice(row['rows']):.3f}" for row in own), f"{dice:.3f}", _bounded(gain, "+.3f"),
                      _bounded(ratio, ".2f"), _bounded(longer, "+.3f")])
    report.show(["arm", "steps", "own s", "Dice by seed", "mean", f"more than {CONTROL}", "recovered", f"more than {LONG_CONTROL}"],
                table)


def _names(results):
    return list(dict.fromkeys(row["arm"] for row in results))


def _together(results, arms, seeds):
    """By seed, each volume's Dice in these arms, so that they are drawn together."""
    groups = []
    for seed in seeds:
        columns = [_volumes(next(row["rows"] for row in results if (row["arm"], row["seed"]) == (arm, seed))) for arm in arms]
        volumes = sorted(set.intersection(*[set(column) for column in columns]))
        groups.append([tuple(column[volume] for column in columns) for volume in volumes])
    return groups


def _mean(groups, position):
    return mean_of([mean_of([volume[position] for volume in own]) for own in groups])


def _gain(groups):
    return _mean(groups, 0) - _mean(groups, 1)


def _gain_on_longer(groups):
    return _mean(groups, 0) - _mean(groups, 3)


def _ratio(groups):
    lost = _mean(groups, 2) - _mean(groups, 1)
    return _gain(groups) / lost if lost > 0.005 else None


def _bounded(found, form):
    value, (low, high) = found
    if value is None or low is None:
        return "-"
    return f"{value:{form}} [{low:{form}}, {high:{form}}]"


# Organs


def by_organ(rows):
    """The mean Dice of each organ; None where it is nowhere there nor predicted."""
    return {organ: mean_of([row["dice"] for row in rows if row["organ"] == organ and row["dice"] is not None]) for organ in ORGANS}


def _organs(report, results):
    """Mean Dice and the ratio of predicted to true volume, over all seeds."""
    table = []
    for arm in _names(results):
        rows = [row for result in results if result["arm"] == arm for row in result["rows"]]
        dice = by_organ(rows)
        table.append([arm, *[f"{_text(dice[organ])} x{_text(_volume_ratio(rows, organ))}" for organ in ORGANS],
                      _text(mean_of([row["surfaceDice"] for row in rows if row["surfaceDice"] is not None]))])
    report.show(["arm: Dice x volume", *ORGANS, "surface Dice"], table)


def _volume_ratio(rows, organ):
    """Of the sums over all volumes, so that an absent organ that is predicted counts."""
    predicted, reference = [sum(row[key] for row in rows if row["organ"] == organ) for key in ["predicted", "reference"]]
    return predicted / reference if reference else None


# Quality


def _quality(report, share, results):
    """How the figures that need no truth rank test masks by their Dice; means over seeds, within organs too."""
    table = []
    for arm in _names(results):
        own = [[row for row in result["rows"] if row["softDice"] is not None and row["dice"] is not None]
               for result in results if result["arm"] == arm]
        estimated = [row for rows in own for row in rows if row["predictedDice"] is not None]
        inside = mean_of([row["diceLower"] <= row["dice"] <= row["diceUpper"] for row in estimated])
        found = {"inside": inside}
        for score in ["softDice", "predictedDice"]:
            found[score] = mean_of([spearman(_pairs(rows, score)) or 0 for rows in own])
            found[f"{score}Within"] = mean_of([within([_pairs(part, score) for part in _split(rows)]) or 0 for rows in own])
        report.record("claims", "quality", share=share, arm=arm, masks=sum(map(len, own)), **found)
        table.append([arm, sum(map(len, own)), *[_text(found[key]) for key in
                      ["softDice", "softDiceWithin", "predictedDice", "predictedDiceWithin", "inside"]]])
    report.show(["arm", "masks", "soft Dice", "within organs", "predicted", "within organs", "in interval"], table)


def _pairs(rows, score):
    return [(row[score], row["dice"]) for row in rows if row[score] is not None]


def _split(rows):
    return [[row for row in rows if row["organ"] == organ] for organ in ORGANS]


def _text(value):
    return "-" if value is None else f"{value:.2f}"
