"""The paths of the programs: our release build, and the peers in their folder."""
import os
import shutil
import subprocess
import sys

from .database import Cluster


class Programs:
    """The release programs, the peers' folder (None without), and a folder to work in."""

    def __init__(self, work=None, compares=True):
        """`compares` with peers, where there are any."""
        self.root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        self.work = os.path.abspath(work or os.path.join(self.root, ".lacuna-benchmark"))
        os.makedirs(self.work, exist_ok=True)
        self.lacuna = self.built(".build", "lacuna") or sys.exit(
            "there is no release build: run swift build -c release first")
        self.peers = self._peers() if compares else None
        self._cluster = None

    def built(self, scratch, product):
        """A release program in a build folder of this repository; None where it is not built."""
        path = os.path.join(self.root, scratch, "release", product)
        return path if os.access(path, os.X_OK) else None

    @property
    def cluster(self):
        """A scratch database server, started when first asked for."""
        if self._cluster is None:
            self._cluster = Cluster(self.lacuna, os.path.join(self.work, "home"))
        return self._cluster

    def close(self):
        if self._cluster:
            self._cluster.stop()

    @property
    def python(self):
        """The peers' interpreter."""
        return os.path.join(self.peers, "venv", "bin", "python")

    def compiled_peer(self, name, *flags):
        """A peer's C program, compiled into the folder to work in."""
        program = os.path.join(self.work, name)
        source = os.path.join(self.peers, f"{name}.c")
        if not os.path.exists(program) or os.path.getmtime(program) < os.path.getmtime(source):
            subprocess.run(["gcc", "-O3", "-march=native", source, "-o", program, *flags], check=True)
        return program

    def _peers(self):
        folder = os.environ.get("PEERS")
        if folder and not os.path.exists(os.path.join(folder, "import_c.c")):
            sys.exit(f"PEERS: {folder} contains no import_c.c: give the folder of the peers")
        if not folder:
            print("PEERS names no folder: ours are measured alone, without ratios.", file=sys.stderr)
        elif not shutil.which("gcc"):
            sys.exit("the peers need gcc")
        return folder and os.path.abspath(folder)
