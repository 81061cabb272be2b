"""One seed and one share of missing labels: a catalogue, its arms, and what their networks do on the test part."""
import time

from .trial import Trial

SETTLED = {"minimumDice": 0.3, "minimumQuality": 0.3}


class Cell:
    """What was done is kept, so that an interrupted benchmark goes on with the arm that it was at."""

    def __init__(self, programs, bench, seed, size):
        self._trial = Trial(programs, f"{bench}_{round(100 * size.missing)}", seed, size)
        self._full = None

    def measure(self, arm, all_arms):
        """The results of an arm on the test part, by volume and organ, with its own steps and seconds; None for a phase."""
        catalogue = self._complete() if arm.labels == "full" else self._trial
        trained = self._trial.once(f"{_key(arm.name)}-trained", lambda: self._train(catalogue, arm, all_arms))
        if arm.is_phase:
            return None
        rows = self._trial.once(f"{_key(arm.name)}-test", lambda: catalogue.test(_key(arm.name)))
        return {**trained, "rows": rows}

    def _train(self, catalogue, arm, all_arms):
        start = {}
        if arm.after:
            before = next(other for other in all_arms if other.name == arm.after)
            start = {"startFrom": f"{_key(before.name)}/{before.rounds}"}
        began = time.monotonic()
        catalogue.train(_key(arm.name), split="few" if arm.labels == "few" else "trial", learning=arm.recipe,
                        **{**SETTLED, **arm.settings, **start})
        return {"steps": arm.steps, "seconds": time.monotonic() - began}

    def _complete(self):
        """The same catalogue with all labels; it also has the runs that were made before it was needed first."""
        self._trial.once("full", self._make_complete)
        return self._trial.other("full")

    def _make_complete(self):
        self._trial.copy("full").import_truth()
        return True


def _key(name):
    """An arm's name as the name of a run and of a file."""
    return "-".join("".join(letter if letter.isalnum() else " " for letter in name).split())
