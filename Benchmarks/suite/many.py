"""A run on a thousand volumes of 512 x 512 x 300: the time to its first step, its memory, and how long steps wait for batches."""
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
import zlib

VOLUMES, STEPS = 1000, 40
LIMIT = 7200  # seconds for a run
SHAPE = (300, 512, 512)  # z, y, x
FIRST_BATCH, GIBIBYTES, WAITING = 5, 2, 0.01
CONFIGURATION = """
run:
  name: {name}
  organs: [spleen, kidney_right, kidney_left, gallbladder, esophagus, liver, stomach, aorta, inferior_vena_cava,
           portal_vein_and_splenic_vein, pancreas, adrenal_gland_right, adrenal_gland_left]
  split: s
  rounds: 0
  seed: 3
  stepsInRoundZero: {steps}
learning:
  dimensions: 3
  contextSlices: 1
  widths: [8, 16, 32]
  patch: [128, 128, 128]
  batch: 2
  logSteps: 1
daemon:
  cache: {cache}
"""


def run(programs, report, options):
    lacunad = programs.built(".build", "lacunad")
    if not lacunad:
        raise SystemExit("there is no release build of lacunad: run swift build -c release first")
    count = options.volumes or VOLUMES
    place = _Place(programs, report, count)
    shutil.rmtree(place.cache, ignore_errors=True)
    steps = options.steps or STEPS
    cold = _Training(lacunad, place, "cold", steps)
    warm = _Training(lacunad, place, "warm", steps)
    report.add("many", f"first batch of a run on {count:,} volumes, nothing cached", cold.first, "s", target=FIRST_BATCH,
               warm=round(warm.first, 2))
    report.add("many", f"memory of a run on {count:,} volumes, network included", max(cold.memory, warm.memory), "GiB",
               target=GIBIBYTES, mapped=round(max(cold.mapped, warm.mapped), 3), before=round(cold.before, 3))
    report.add("many", "waiting for batches in the time of steps, everything cached", warm.waiting, "of 1", target=WAITING,
               cold=round(cold.waiting, 4), secondsOfStep=round(warm.step, 2))


class _Place:
    """A catalogue with the volumes, and a split with all of them for training."""

    def __init__(self, programs, report, count):
        self.home = os.path.join(programs.work, "many")
        self.cache = os.path.join(self.home, "cache")
        self._programs, self.name = programs, f"many_{count}"
        if programs.cluster.exists(self.name):
            return
        shutil.rmtree(self.home, ignore_errors=True)
        os.makedirs(self.home)
        report.note(f"Writing and importing {count} volumes of 512x512x300 …")
        data = os.path.join(self.home, "data")
        Volumes(data).write(count)
        programs.cluster.make(self.name)
        try:
            self._lacuna("dataset", "import", data, "--layout", "btcv", "--accept", "laterality")
            self._lacuna("split", "create", "s", "--train", "data")
        except BaseException:
            programs.cluster.drop(self.name)
            raise

    def target(self, user):
        return self._programs.cluster.target(self.name, user)

    def _lacuna(self, *arguments):
        subprocess.run([self._programs.lacuna, *arguments, "--quiet", "--home", self.home, "--database", self.target("lacuna")],
                       check=True, stdout=subprocess.DEVNULL)


class Volumes:
    """Pairs in BTCV's layout that differ in their first slice alone, so that the others are compressed once."""

    def __init__(self, folder):
        self._folder = folder
        import numpy as np
        self._numpy = np

    def write(self, count):
        np = self._numpy
        for name in ("img", "label"):
            os.makedirs(os.path.join(self._folder, name))
        z, y, x = (np.linspace(-1, 1, size, dtype=np.float32) for size in SHAPE)
        inside = x[None, None, :] ** 2 + y[None, :, None] ** 2 + 0.1 * z[:, None, None] ** 2 < 0.8
        body = np.where(inside, (60 * np.sin(9 * x) * np.cos(7 * y)[:, None]).astype(np.int16)[None], -1000).astype(np.int16)
        labels = np.zeros(SHAPE, np.uint8)
        for organ in range(13):
            centre = [np.cos(organ * k) * 0.5 for k in (1, 2, 3)]
            distance = sum(((axis - c) / 0.18) ** 2 for axis, c in zip(
                (z[:, None, None], y[None, :, None], x[None, None, :]), centre))
            labels[distance < 1] = organ + 1
        image, label = Repeated(header(4, 16), body), Repeated(header(2, 8), labels)
        for number in range(count):
            first = body[0] + np.int16(number % 7)
            first[0, :16] = [(number >> bit) & 1 for bit in range(16)]
            image.write(os.path.join(self._folder, "img", f"img{number:04}.nii.gz"), first.tobytes())
            label.write(os.path.join(self._folder, "label", f"label{number:04}.nii.gz"), labels[0].tobytes())


class Repeated:
    """gzip files of one NIfTI volume whose first slice differs."""

    def __init__(self, head, voxels):
        self._head, self._rest = head, voxels[1:].tobytes()
        compressor = zlib.compressobj(6, zlib.DEFLATED, -15)
        self._compressed = compressor.compress(self._rest) + compressor.flush()

    def write(self, path, first):
        begin = self._head + first
        compressor = zlib.compressobj(1, zlib.DEFLATED, -15)
        deflated = compressor.compress(begin) + compressor.flush(zlib.Z_FULL_FLUSH)
        checksum = zlib.crc32(self._rest, zlib.crc32(begin))
        length = (len(begin) + len(self._rest)) % 2**32
        with open(path, "wb") as file:
            file.write(b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + deflated + self._compressed)
            file.write(checksum.to_bytes(4, "little") + length.to_bytes(4, "little"))


def header(datatype, bits):
    """A NIfTI-1 header: RAS, voxels of 0.8 x 0.8 x 1.5 mm."""
    import struct
    fields = bytearray(352)
    struct.pack_into("<i", fields, 0, 348)
    struct.pack_into("<8h", fields, 40, 3, SHAPE[2], SHAPE[1], SHAPE[0], 1, 1, 1, 1)
    struct.pack_into("<2h", fields, 70, datatype, bits)
    struct.pack_into("<8f", fields, 76, 1, 0.8, 0.8, 1.5, 0, 0, 0, 0)
    struct.pack_into("<3f", fields, 108, 352, 1, 0)
    struct.pack_into("<b", fields, 123, 2)
    struct.pack_into("<2h", fields, 252, 0, 1)
    for row in range(3):
        values = [0.0] * 4
        values[row] = (0.8, 0.8, 1.5)[row]
        struct.pack_into("<4f", fields, 280 + 16 * row, *values)
    fields[344:348] = b"n+1\0"
    return bytes(fields)


class _Training:
    """A run that is ended after its steps, watched through its metrics and the system's account of its memory."""

    def __init__(self, lacunad, place, name, steps):
        path, port = os.path.join(place.home, f"{name}.yaml"), _free_port()
        with open(path, "w") as file:
            file.write(CONFIGURATION.format(name=f"{name}-{int(time.time())}", cache=place.cache, steps=10 * steps))
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            [lacunad, "run", "--once", "--config", path, "--home", place.home, "--database", place.target("lacunad"),
             "--metrics-port", str(port), "--quiet"], env={**os.environ, "OMP_WAIT_POLICY": "passive"})
        self._metrics = f"http://127.0.0.1:{port}/metrics"
        # Seconds to the first batch; GiB of the process alone, of mapped files, and before the first step; the part of waiting.
        self.first, self.memory, self.mapped, self.before, self.waiting = None, 0, 0, 0, 0
        try:
            self._watch(steps)
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(120)
        finally:
            self._process.kill()
            self._process.wait()

    def _watch(self, wanted):
        """Until so many steps after the first one that was seen are done."""
        begin = None
        while True:
            time.sleep(0.1)
            if self._process.poll() is not None:
                raise SystemExit(f"lacunad ended with status {self._process.returncode} before its steps were done")
            if time.monotonic() - self._began > LIMIT:
                raise SystemExit(f"lacunad did not do its steps within {LIMIT} s")
            anonymous, mapped = self._resident()
            self.memory, self.mapped = max(self.memory, anonymous), max(self.mapped, mapped)
            steps, seconds, waiting = self._read()
            if steps == 0:
                self.before = max(self.before, anonymous)
            elif begin is None:
                self.first = time.monotonic() - self._began - (seconds - waiting)
                begin = steps, seconds, waiting
            elif steps >= begin[0] + wanted:
                self.waiting = (waiting - begin[2]) / (seconds - begin[1])
                self.step = (seconds - begin[1]) / (steps - begin[0])
                return

    def _resident(self):
        with open(f"/proc/{self._process.pid}/status") as file:
            values = {line.split(":")[0]: line.split()[1] for line in file if line.startswith("Rss")}
        return [int(values.get(key, 0)) / 2**20 for key in ("RssAnon", "RssFile")]

    def _read(self):
        """Steps that are done, their seconds, and those for which they waited for batches."""
        try:
            with urllib.request.urlopen(self._metrics, timeout=2) as page:
                text = page.read().decode()
        except OSError:
            return 0, 0, 0
        def value(name):
            return sum(float(line.split()[-1]) for line in text.splitlines() if line.split("{")[0].split(" ")[0] == name)
        return (int(value("lacuna_step_seconds_count")), value("lacuna_step_seconds_sum"),
                value("lacuna_loader_wait_seconds_sum"))


def _free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
