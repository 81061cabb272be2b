"""The paper's claims: all arms for each seed and share of missing labels, on a test part that nothing else reads."""
from concurrent.futures import ThreadPoolExecutor

from . import claim_pictures, claim_tables
from .claim_arms import arms
from .claim_cell import Cell
from .trial import Size

FULL = {"side": 64, "subjects": (4, 36, 12), "test": 24, "steps": (1100, 450)}
SMOKE = {"side": 32, "subjects": (3, 4, 6), "test": 4, "steps": (20, 12)}
SHARES, SEEDS = [0.5, 0.7, 0.9], [1, 2, 3]
QUICK_SHARES, QUICK_SEEDS = [0.7], [1, 2]


def run(programs, report, options):
    parts, bench = (SMOKE, "claims_smoke") if options.smoke else (FULL, "claims")
    few = options.smoke or options.quick
    shares = options.shares or (QUICK_SHARES if few else SHARES)
    seeds = options.seeds or (QUICK_SEEDS if few else SEEDS)
    cells = [(seed, share) for share in shares for seed in seeds]
    programs.cluster  # started before the workers ask for it at once
    with ThreadPoolExecutor(options.workers) as pool:
        found = list(pool.map(lambda cell: _cell(programs, report, bench, parts, *cell), cells))
    results = [row for rows in found for row in rows]
    claim_tables.show(report, results)
    if options.pictures:
        claim_pictures.draw(results, options.pictures)


def _cell(programs, report, bench, parts, seed, share):
    complete, partial, held_out = parts["subjects"]
    size = Size(side=parts["side"], complete=complete, partial=partial, held_out=held_out, missing=share, test=parts["test"])
    cell, every, rows = Cell(programs, bench, seed, size), arms(*parts["steps"]), []
    for arm in every:
        found = cell.measure(arm, every)
        if found is None:
            continue
        rows.append({"seed": seed, "share": share, "arm": arm.name, "cost": cost(arm, every), **found})
        report.note(f"{share:.0%} missing, seed {seed}: {arm.name}: {claim_tables.mean_dice(found['rows']):.3f}")
    return rows


def cost(arm, every):
    """The steps of an arm with those of all that it starts from."""
    before = next((other for other in every if other.name == arm.after), None)
    return arm.steps + (cost(before, every) if before else 0)
