"""The conditions under which a run was measured."""
import datetime
import os
import platform
import re
import subprocess


def conditions(programs):
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "processor": _processor(), "cores": os.cpu_count(), "usableCores": len(os.sched_getaffinity(0)),
        "memoryGiB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(), "system": _system(), "python": platform.python_version(),
        "swift": _first(["swift", "--version"]), "postgresql": _first(["psql", "--version"]),
        "program": _first([programs.lacuna, "--version"]), "commit": _commit(programs.root),
        "peers": programs.peers is not None, "load": load(),
    }


def load():
    """Runnable processes over 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()]


def _first(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return (done.stdout or done.stderr).strip().splitlines()[0]


def _commit(root):
    head = _first(["git", "-C", root, "rev-parse", "--short", "HEAD"])
    changed = subprocess.run(["git", "-C", root, "diff", "--quiet", "HEAD"], capture_output=True).returncode == 1
    return f"{head} with changes" if head and changed else head


def _processor():
    with open("/proc/cpuinfo") as file:
        found = re.search(r"model name\s*:\s*(.*)", file.read())
    return found.group(1) if found else platform.machine()


def _system():
    with open("/etc/os-release") as file:
        found = re.search(r'PRETTY_NAME="(.*)"', file.read())
    return found.group(1) if found else platform.system()
