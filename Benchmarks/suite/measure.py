"""Runs a program and measures its cost."""
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass
class Cost:
    """Wall and processor seconds and peak resident memory of one process; what it printed."""

    wall: float
    cpu: float
    mebibytes: float
    output: str


def cores():
    """The cores that this process may use."""
    return sorted(os.sched_getaffinity(0))


def measure(command, on=None, env=None, cwd=None):
    """Runs `command` on the cores `on` and waits for it; a failure ends the benchmark with the output of the program."""
    allowed = os.sched_getaffinity(0)
    if on:
        os.sched_setaffinity(0, on)  # The child inherits it; this costs nothing between its start and its end.
    try:
        began = time.perf_counter()
        child = subprocess.Popen(
            command, env={**os.environ, **(env or {})}, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        try:
            output, errors = _drain(child)
        except BaseException:  # such as an interruption
            child.kill()
            raise
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
    finally:
        os.sched_setaffinity(0, allowed)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with status {child.returncode}:\n{errors}{output}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def _drain(child):
    """Both outputs to their ends. Programs measured here write little to standard error, so it does not fill up."""
    output = child.stdout.read()
    errors = child.stderr.read()
    child.stdout.close()
    child.stderr.close()
    return output, errors


def median(values):
    return statistics.median(values)


def spread(values):
    """The median with the smallest and largest value, rounded for a report."""
    return {"median": round(median(values), 5), "min": round(min(values), 5), "max": round(max(values), 5),
            "runs": len(values)}


def interleaved(rounds, bodies):
    """Calls each of the named bodies once a round, in turn, so that a disturbance hits all alike. Lists by name."""
    found = {name: [] for name in bodies}
    for _ in range(rounds):
        for name, body in bodies.items():
            found[name].append(body())
    return found
