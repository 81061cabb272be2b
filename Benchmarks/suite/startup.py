"""The time of `lacuna coverage` as a whole process against a running database, and of its parts."""
import glob
import os
import re
import subprocess

from .measure import cores, interleaved, measure, median, spread

TARGET = 50


def run(programs, report, options):
    database = _catalogue(programs, report)
    core = {cores()[-1]}
    programs.cluster.pin(core)
    lacuna = programs.lacuna
    # The first four contain the one before each, so that differences are the parts.
    commands = {
        "an empty process (/bin/true)": ["/bin/true"],
        "lacuna --version: linking, arguments": [lacuna, "--version"],
        "lacuna coverage": [lacuna, "coverage", "--database", database],
        "lacuna coverage --json": [lacuna, "coverage", "--json", "--database", database],
        "lacuna --help": [lacuna, "--help"],
        "psql, one query": [_psql(), "-X", "-At", "-c", "select 1", database],
    }
    bodies = {name: (lambda command=command: measure(command, on=core)) for name, command in commands.items()}
    for body in bodies.values():
        body()
    found = interleaved(options.rounds or 60, bodies)
    peer = median([cost.wall for cost in found["psql, one query"]]) * 1000
    for name, costs in found.items():
        walls = [cost.wall * 1000 for cost in costs]
        wanted = name.startswith("lacuna coverage")
        report.add(
            "startup", name, median(walls), "ms", target=TARGET if wanted else None, peer=peer if wanted else None,
            peer_name="psql, one query" if wanted else None, spread=spread(walls),
            cpuMilliseconds=round(median([cost.cpu * 1000 for cost in costs]), 2), mebibytes=costs[0].mebibytes)
    _linking(lacuna, core, report)


def _psql():
    """psql itself: what Debian has on PATH is a script that looks for it."""
    return max(glob.glob("/usr/lib/postgresql/*/bin/psql"), default="psql")


def _catalogue(programs, report):
    """A catalogue of generated datasets, made once."""
    folder = os.path.join(programs.work, "phantoms")
    name = "startup"
    if not programs.cluster.exists(name):
        if not os.path.isdir(folder):
            report.note("Generating small datasets …")
            measure([programs.lacuna, "phantom", "generate", folder, "--quiet"])
        target = programs.cluster.make(name)
        for dataset in sorted(os.listdir(folder)):
            path = os.path.join(folder, dataset)
            if os.path.isdir(path):
                measure([programs.lacuna, "dataset", "import", path, "--quiet", "--database", target, "--objects",
                         os.path.join(programs.work, "startup-objects")])
    return programs.cluster.target(name)


def _linking(lacuna, core, report):
    """The dynamic linker's own statistics, in cycles of the processor's clock; the median of several runs."""
    found = []
    for _ in range(11):
        done = subprocess.run(
            [lacuna, "--version"], env={**os.environ, "LD_DEBUG": "statistics"}, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)
        cycles = re.search(r"total startup time in dynamic loader: (\d+)", done.stderr)
        relocations = re.search(r"number of relocations: (\d+)", done.stderr)
        if cycles:
            found.append((int(cycles.group(1)), int(relocations.group(1))))
    if found:
        found.sort()
        cycles, relocations = found[len(found) // 2]
        report.add("startup", "of it the dynamic linker", cycles / _cycles_per_millisecond(), "ms",
                   relocations=relocations, libraries=_libraries(lacuna))


def _cycles_per_millisecond():
    """The rate of the time-stamp counter, as the kernel measured it."""
    with open("/proc/cpuinfo") as file:
        return float(re.search(r"cpu MHz\s*:\s*([0-9.]+)", file.read()).group(1)) * 1000


def _libraries(program):
    done = subprocess.run(["ldd", program], capture_output=True, text=True)
    return len(done.stdout.splitlines())
