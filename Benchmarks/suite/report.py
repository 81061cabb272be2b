"""JSON lines for machines, a table for people."""
import json
import os
import sys

from .conditions import load


class Report:
    """Collects measurements and prints them as they come."""

    def __init__(self, work):
        self._file = os.path.join(work, "results.jsonl")
        self._rows = []

    def conditions(self, found):
        self._write({"conditions": found})

    def note(self, text):
        print(text, file=sys.stderr)

    def add(self, bench, what, ours, unit, target=None, peer=None, peer_name=None, at_most=None, **more):
        """One measurement.

        `ours` and `peer` are in `unit`, the smaller the better. The target is met where `ours` is at most `target`, or at
        most `at_most` times the peer.
        """
        ratio = ours / peer if peer else None
        met = None
        if target is not None:
            met = ours <= target
        elif at_most is not None and ratio is not None:
            met = ratio <= at_most
        self._write({
            "bench": bench, "what": what, "unit": unit, "ours": _rounded(ours), "peer": _rounded(peer),
            "peerName": peer_name, "ratio": _rounded(ratio), "target": target, "atMostTimesPeer": at_most, "met": met,
            "load": load()[0], **more})
        wanted = f"{target} {unit}" if target is not None else f"{at_most} x peer" if at_most is not None else ""
        shown = "" if met is None else "met" if met else "missed"
        self._rows.append([
            bench, what, wanted, f"{_shown(ours)} {unit}", f"{_shown(peer)} {unit}" if peer else "",
            f"{ratio:.2f}" if ratio else "", shown])

    def record(self, bench, what, **values):
        """A result that is no time: a line without a table."""
        self._write({"bench": bench, "what": what, **{key: _rounded(value) for key, value in values.items()}})

    def show(self, titles, rows):
        """A table for people."""
        rows = [titles, *[[str(cell) for cell in row] for row in rows]]
        widths = [max(len(row[column]) for row in rows) for column in range(len(titles))]
        for row in rows:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip(), file=sys.stderr)
        print(file=sys.stderr)

    def table(self):
        if self._rows:
            self.show(["benchmark", "what", "target", "ours", "peer", "ratio", ""], self._rows)

    def _write(self, record):
        line = json.dumps(record)
        print(line, flush=True)
        with open(self._file, "a") as file:
            file.write(line + "\n")


def _rounded(value):
    return round(value, 5) if isinstance(value, float) else value


def _shown(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"
