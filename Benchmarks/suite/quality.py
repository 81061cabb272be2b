"""What the stored quality of pseudo masks is worth, by masks of training volumes whose truth is hidden from the runs."""
from .ranks import mean_of, spearman, within
from .trial import Size, Trial

MINIMUM_DICE, LAUGHABLE = 0.5, 0.2
FULL = {"size": Size(side=64, complete=4, partial=30, held_out=12, missing=0.7), "steps": (600, 300), "few": (60, 30)}
QUICK = {"size": Size(side=32, complete=4, partial=6, held_out=6, missing=0.7), "steps": (60, 20), "few": (10, 5)}
SCORES = ["softDice", "predictedDice", "confidence"]


def run(programs, report, options):
    parts = QUICK if options.quick else FULL
    bench = "quality_quick" if options.quick else "quality"
    organs, masks = [], []
    for seed in options.seeds:
        trial = Trial(programs, bench, seed, parts["size"])
        for name, settings in _runs(parts).items():
            found = trial.once(f"results-{name}", lambda: _measure(trial, name, settings, report))
            organs += [{"seed": seed, "run": name, **row} for row in found["organs"]]
            masks += [{"seed": seed, "run": name, **mask} for mask in found["masks"]]
    _organs(report, organs)
    _agreement(report, masks)
    _guards(report, masks)


def _runs(parts):
    """The run with a learned confidence has the same first round as the normal one."""
    (first, later), (few, fewer) = parts["steps"], parts["few"]
    return {
        "normal": {"rounds": 2, "stepsInRoundZero": first, "stepsPerRound": later},
        "residual": {"rounds": 1, "stepsInRoundZero": first, "stepsPerRound": 1, "confidence": "residual"},
        "undertrained": {"rounds": 1, "stepsInRoundZero": few, "stepsPerRound": fewer},
    }


def _measure(trial, name, settings, report):
    """The organs of all rounds, and every mask with its true Dice."""
    report.note(f"seed {trial.seed}: the run {name} …")
    trial.once(name, lambda: trial.train(name, **settings))
    organs = [row for number in range(settings["rounds"] + 1) for row in _organ_rows(trial, name, number)]
    held_out = {(row["round"], row["organ"]): row["dice"] for row in organs}
    visible = {row["id"] for row in trial.read("mask", "list", "--status", "pseudo")}
    masks = [{**mask, "dice": trial.true_dice(mask), "heldOutDice": held_out[mask["round"], mask["organ"]],
              "visible": mask["mask"] in visible} for mask in trial.masks(name)]
    return {"organs": organs, "masks": masks}


def _organ_rows(trial, run, number):
    found = trial.round(run, number)
    kept = ["correlation", "correlationWithin", "intervalCoverage"]
    return [{"round": number, **{f"round.{key}": found[key] for key in kept}, **organ,
             "decision": "withheld" if organ["withheld"] else "published" if found["masks"] else "not relabelled"}
            for organ in found["organs"]]


# Reports


def _organs(report, rows):
    for row in rows:
        report.record("quality", "organ", **row)
    report.show(
        ["seed", "run", "round", "organ", "held-out Dice", "soft Dice", "predicted", "interval", "labels", "withheld masks",
         "decision"],
        [[row["seed"], row["run"], row["round"], row["organ"], _text(row["dice"]), _text(row.get("softDice")),
          _text(row.get("predictedDice")), f"{_text(row.get('diceLower'))} to {_text(row.get('diceUpper'))}",
          row["labels"] or 0, row.get("withheldMasks") or 0,
          row["decision"] + (f": {row['withheld']}" if row["withheld"] else "")] for row in rows])


def _agreement(report, masks):
    """How the stored figures rank the masks with foreground by their true Dice, by run and round; means over seeds."""
    table = []
    for run, number in sorted({(mask["run"], mask["round"]) for mask in masks}):
        own = [mask for mask in masks if (mask["run"], mask["round"]) == (run, number) and mask["voxels"] > 0]
        estimated = [mask for mask in own if mask["predictedDice"] is not None]
        inside = [mask["diceLower"] <= mask["dice"] <= mask["diceUpper"] for mask in estimated]
        found = {"masks": len(own), "inside": mean_of(inside),
                 "bias": mean_of([mask["predictedDice"] - mask["dice"] for mask in estimated]),
                 "width": mean_of([mask["diceUpper"] - mask["diceLower"] for mask in estimated])}
        for score in SCORES:
            found[score] = mean_of([_overall(part, score) for part in _by(own, "seed")])
            found[f"{score}Within"] = mean_of([_within(part, score) for part in _by(own, "seed")])
        report.record("quality", "agreement", run=run, round=number, **found)
        table.append([run, number, len(own), *[_text(found[score + part]) for score in SCORES for part in ["", "Within"]],
                      _text(found["inside"]), _text(found["bias"]), _text(found["width"])])
    report.show(["run", "round", "masks", "soft Dice", "within", "predicted", "within", "confidence", "within", "in interval",
                 "bias", "width"], table)


def _by(masks, key):
    return [[mask for mask in masks if mask[key] == value] for value in sorted({mask[key] for mask in masks})]


def _pairs(masks, score):
    return [(mask[score], mask["dice"]) for mask in masks if mask[score] is not None]


def _overall(masks, score):
    return spearman(_pairs(masks, score)) or 0.0


def _within(masks, score):
    return within([_pairs(part, score) for part in _by(masks, "organ")]) or 0.0


def _guards(report, masks):
    """What is shown that should not be, and what is withheld that could be shown."""
    table = []
    for run, number in sorted({(mask["run"], mask["round"]) for mask in masks}):
        own = [mask for mask in masks if (mask["run"], mask["round"]) == (run, number)]
        labels = [mask for mask in own if mask["withheld"] is None]
        drawn = [mask for mask in labels if mask["voxels"] > 0]
        kept = [mask for mask in own if mask["withheld"] is not None and mask["voxels"] > 0]
        found = {
            "labels": len(labels), "withheld": len(own) - len(labels), "visible": sum(mask["visible"] for mask in own),
            "ofOrgansBelowMinimum": sum((mask["heldOutDice"] or 0) < MINIMUM_DICE for mask in labels),
            "laughable": sum(mask["dice"] < LAUGHABLE for mask in drawn),
            "belowMinimum": sum(mask["dice"] < MINIMUM_DICE for mask in drawn),
            "empty": len(labels) - len(drawn),
            "withheldAlthoughGood": sum(mask["dice"] >= MINIMUM_DICE for mask in kept),
            "withheldLaughable": sum(mask["dice"] < LAUGHABLE for mask in kept)}
        report.record("quality", "guards", run=run, round=number, **found)
        table.append([run, number, *found.values()])
    report.show(["run", "round", "labels", "withheld", "visible now", "of an organ below 0.5", "labels below 0.2", "below 0.5",
                 "empty", "withheld, 0.5 or more", "withheld, below 0.2"], table)


def _text(value):
    return "-" if value is None else f"{value:.2f}"
