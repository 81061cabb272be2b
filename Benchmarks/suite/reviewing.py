"""Annotations that a review order needs for a held-out Dice: a person who gives the hidden truth works through the order."""
import random

from .ranks import mean_of
from .trial import ORGANS, Size, Trial

FULL = {"size": Size(side=64, complete=3, partial=24, held_out=12, missing=0.95), "base": 500, "steps": 250}
QUICK = {"size": Size(side=32, complete=3, partial=6, held_out=6, missing=0.7), "base": 60, "steps": 10}


def run(programs, report, options):
    parts, results = QUICK if options.quick else FULL, []
    bench = "review_quick" if options.quick else "review"
    for seed in options.seeds:
        trial = Trial(programs, bench, seed, parts["size"])
        report.note(f"seed {seed}: the base run …")
        trial.once("base", lambda: trial.train("base", rounds=1, stepsInRoundZero=parts["base"], stepsPerRound=1))
        results.append({"seed": seed, "order": None, "budget": 0,
                        **trial.once("results-0", lambda: _trained(trial.copy("none"), "none", parts["steps"]))})
        for order in options.orders:
            report.note(f"seed {seed}: the order {order} …")
            found = trial.once(f"results-{order}", lambda: _worked(trial, order, options.budgets, parts["steps"], report))
            results += [{"seed": seed, "order": order, **row} for row in found if row["budget"] in options.budgets]
    for row in results:
        report.record("review", "dice", **row)
    _curves(report, results, options)


# One seed


def _worked(trial, order, budgets, steps, report):
    """The Dice after each budget, of runs of equal length from the base round."""
    items = trial.once(f"items-{order}", lambda: ORDERS[order](trial)[:max(budgets)])
    place, done, rows = trial.copy(order), 0, []
    for budget in sorted(budgets):
        for item in items[done:budget]:
            place.decide(item["case"], item["organ"])
        done = budget
        rows.append({"budget": budget, "by organ": {organ: sum(i["organ"] == organ for i in items[:budget]) for organ in ORGANS},
                     **_trained(place, f"{order}-{budget}", steps, drop=False)})
        report.note(f"    {budget} annotations: {rows[-1]['dice']:.3f}")
    place.drop()
    return rows


def _trained(place, name, steps, drop=True):
    """The mean held-out Dice of a run on the annotations alone: what they are worth, without what relabelling adds or spoils."""
    place.train(name, learning={"learningRate": 0.002}, rounds=0, startFrom="base/0", stepsInRoundZero=steps)
    organs = {row["organ"]: row["dice"] or 0 for row in place.round(name, 0)["organs"]}
    if drop:
        place.drop()
    return {"dice": mean_of([organs[organ] for organ in ORGANS]), "organs": organs}


# Orders


def _benefit(trial):
    return [{"case": row["case"].split("/")[1], "organ": row["organ"]} for row in trial.read("review", "next")]


def _foreground(trial):
    """Organ by organ in turn, a random volume of those in which it is predicted."""
    draw, masks = random.Random(trial.seed), [mask for mask in _proposed(trial) if mask["voxels"] > 0]
    groups = [[mask for mask in masks if mask["organ"] == organ] for organ in ORGANS]
    for group in groups:
        draw.shuffle(group)
    draw.shuffle(groups)
    return [group[turn] for turn in range(max(map(len, groups))) for group in groups if turn < len(group)]


def _random(trial):
    """Any volume and organ without an annotation."""
    masks = _proposed(trial)
    random.Random(trial.seed).shuffle(masks)
    return masks


def _proposed(trial):
    return [mask for mask in trial.masks("base") if mask["round"] == 0]


ORDERS = {"benefit": _benefit, "foreground": _foreground, "random": _random}


# Reports


def _curves(report, results, options):
    budgets, seeds = [0, *sorted(options.budgets)], options.seeds
    curves = {order: [[_dice(results, order, budget, seed) for seed in seeds] for budget in budgets] for order in options.orders}
    report.show(["order", *[f"{budget} annotations" for budget in budgets]],
                [[order, *[f"{mean_of(point):.3f} ({min(point):.3f} to {max(point):.3f})" for point in curve]]
                 for order, curve in curves.items()])
    if "foreground" not in curves:
        return
    rows = []
    for position, budget in enumerate(budgets[1:], 1):
        goal = mean_of(curves["foreground"][position])
        needed = {order: _needed(goal, budgets, [mean_of(point) for point in curve]) for order, curve in curves.items()}
        ahead = {f"ahead {order}": [round(a - b, 4) for a, b in zip(curve[position], curves["foreground"][position])]
                 for order, curve in curves.items() if order != "foreground"}
        report.record("review", "needed", goal=goal, foreground=budget, needed=needed, **ahead)
        rows.append([f"{goal:.3f}", *["more" if needed[order] is None else f"{needed[order]:.1f}" for order in curves]])
    report.show(["for a Dice of", *curves], rows)


def _dice(results, order, budget, seed):
    return next(row["dice"] for row in results
                if row["seed"] == seed and row["budget"] == budget and row["order"] == (order if budget else None))


def _needed(goal, budgets, curve):
    """The annotations at which the curve first has the Dice, straight between budgets; None where it never has."""
    if curve[0] >= goal:
        return 0.0
    for (before, now), (low, high) in zip(zip(budgets, budgets[1:]), zip(curve, curve[1:])):
        if high >= goal:
            return before + (now - before) * (goal - low) / (high - low)
    return None
