"""The pictures of docs/claims.md, drawn with matplotlib: Dice by missing share, Dice by organ, quality against true Dice."""
import os

from .claim_arms import CEILING, CONTROL
from .claim_tables import by_organ, mean_dice
from .ranks import mean_of
from .trial import ORGANS

STUDENT = "new student, 2 generations"
CURVES = [CEILING, STUDENT, "new student", "rounds by probability", CONTROL, "class map dropped", "missing = background"]


def draw(results, folder):
    """Writes PNG files into `folder`. Raises ImportError without matplotlib."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot

    os.makedirs(folder, exist_ok=True)
    shares = sorted({row["share"] for row in results})
    for name, body in [("dice-by-share", _curves), ("dice-by-organ", _organs), ("quality", _quality)]:
        figure, axes = pyplot.subplots(figsize=(8, 5), constrained_layout=True)
        body(axes, results, shares)
        figure.savefig(os.path.join(folder, f"{name}.png"), dpi=110)
        pyplot.close(figure)


def _curves(axes, results, shares):
    """One line an arm; a bar from the lowest to the highest seed."""
    for arm in CURVES:
        points = [[mean_dice(row["rows"]) for row in results if (row["arm"], row["share"]) == (arm, share)] for share in shares]
        means = [mean_of(seeds) for seeds in points]
        spread = [[mean - min(seeds) for mean, seeds in zip(means, points)], [max(seeds) - mean for mean, seeds in zip(means, points)]]
        axes.errorbar(shares, means, yerr=spread, marker="o", capsize=3, label=arm)
    axes.set(xlabel="share of organ labels that are missing", ylabel="mean Dice on the test part", xticks=shares)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=9)


def _organs(axes, results, shares):
    """At the middle share."""
    share = shares[len(shares) // 2]
    arms = [CONTROL, "rounds by probability", STUDENT, CEILING]
    for position, arm in enumerate(arms):
        dice = by_organ([row for own in results if (own["arm"], own["share"]) == (arm, share) for row in own["rows"]])
        places = [index + (position - 1.5) * 0.2 for index in range(len(ORGANS))]
        axes.bar(places, [dice[organ] or 0 for organ in ORGANS], width=0.19, label=arm)
    axes.set(ylabel="mean Dice on the test part", ylim=(0, 1), xticks=range(len(ORGANS)), title=f"{share:.0%} of the labels missing")
    axes.set_xticklabels([organ.replace("_", "\n") for organ in ORGANS])
    axes.grid(axis="y", alpha=0.3)
    axes.legend(fontsize=9, loc="lower right")


def _quality(axes, results, shares):
    """Of the student's test masks, which neither training nor calibration has seen."""
    share = shares[len(shares) // 2]
    rows = [row for own in results if (own["arm"], own["share"]) == (STUDENT, share) for row in own["rows"]
            if row["predictedDice"] is not None and row["dice"] is not None]
    for organ in ORGANS:
        own = [row for row in rows if row["organ"] == organ]
        axes.scatter([row["predictedDice"] for row in own], [row["dice"] for row in own], s=14, label=organ)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    axes.set(xlabel="predicted Dice", ylabel="true Dice", xlim=(0, 1), ylim=(0, 1), title=f"{share:.0%} of the labels missing")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=9)
