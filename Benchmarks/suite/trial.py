"""A catalogue of phantoms of which a part of the labels is hidden, runs on it, and the hidden truth."""
import filecmp
import gzip
import json
import os
import struct
import subprocess
from dataclasses import dataclass

PUBLIC = "Totalsegmentator_dataset"
ORGANS = ["liver", "gallbladder", "stomach", "pancreas", "spleen", "kidney_right", "kidney_left"]
CONFIGURATION = """
run:
  name: {name}
  split: trial
  organs: [{organs}]
  seed: {seed}
{run}
learning:
  dimensions: 2
  contextSlices: 5
  widths: [12, 24, 48]
  patch: [{size}, {size}]
  batch: 6
  learningRate: {rate}
  learningRateSchedule: polynomial
  precision: float32
  threads: 1
"""
MASKS = """
select coalesce(json_agg(m order by m.round, m."case", m.organ), '[]') from (
    select r.number as round, s.case_name as "case", o.key as organ, p.mask_id as mask, k.voxels, p.confidence,
        p.soft_dice as "softDice", p.dice as "predictedDice", p.dice_lower as "diceLower", p.dice_upper as "diceUpper", p.withheld
    from lacuna.predicted_mask p join lacuna.round r on r.id = p.round_id join lacuna.run on run.id = r.run_id
        join lacuna.organ o on o.id = p.organ_id join lacuna.mask k on k.id = p.mask_id
        join lacuna.source s on s.volume_id = p.volume_id
    where run.name = '{run}') m
"""


@dataclass
class Size:
    """The phantoms: voxels along x and y (along z half as many), subjects of each kind, share of hidden labels."""

    side: int
    complete: int
    partial: int
    held_out: int
    missing: float


class Trial:
    """One seed. What was done is kept in a folder, so that an interrupted benchmark goes on."""

    def __init__(self, programs, bench, seed, size):
        self._programs, self.seed, self._size = programs, seed, size
        self._lacunad = programs.built(".build", "lacunad") or _no_daemon()
        self.folder = os.path.join(programs.work, bench, f"seed-{seed}")
        self._home = os.path.join(self.folder, "home")
        self._database = f"{bench}_{seed}"
        os.makedirs(self._home, exist_ok=True)
        self.once("import", self._fill)

    def once(self, name, body):
        """What `body` returned, now or when it was done earlier; a JSON value."""
        path = os.path.join(self.folder, f"{name}.json")
        if not os.path.exists(path):
            found = body()
            with open(path + ".part", "w") as file:
                json.dump(found, file)
            os.replace(path + ".part", path)
        with open(path) as file:
            return json.load(file)

    def copy(self, name):
        """The same catalogue once more, under another name; a leftover of that name is dropped."""
        other = object.__new__(Trial)
        other.__dict__.update(self.__dict__)
        other._database = f"{self._database}_{name}"
        self._programs.cluster.drop(other._database)
        self._programs.cluster.sql("postgres", f'create database "{other._database}" template "{self._database}"')
        return other

    def drop(self):
        self._programs.cluster.drop(self._database)

    # Runs

    def train(self, name, rate=0.003, **run):
        """Trains a run to its end; `run` has keys of that section."""
        lines = "\n".join(f"  {key}: {json.dumps(value)}" for key, value in run.items())
        path = os.path.join(self.folder, f"{name}.yaml")
        with open(path, "w") as file:
            file.write(CONFIGURATION.format(
                name=name, organs=", ".join(ORGANS), seed=self.seed, run=lines, size=self._size.side, rate=rate))
        self._call(self._lacunad, "run", "--once", "--config", path, user="lacunad")

    def masks(self, run):
        """Every mask that the rounds of a run predicted, labels and withheld ones."""
        return json.loads(self._programs.cluster.sql(self._database, MASKS.format(run=run)))

    def round(self, run, number):
        return self.read("round", "show", run, str(number))

    def read(self, *arguments):
        return json.loads(self.lacuna(*arguments, "--json"))

    def lacuna(self, *arguments):
        return self._call(self._programs.lacuna, *arguments)

    # The truth

    def truth(self, case, organ):
        """The file of the true mask of a case of the public dataset."""
        return os.path.join(self.folder, "truth", PUBLIC, case, "segmentations", f"{organ}.nii.gz")

    def decide(self, case, organ):
        """A review that gives the truth of an organ in a case of the public dataset."""
        volume, truth = f"{PUBLIC}/{case}", self.truth(case, organ)
        decision = ["submit", truth] if _voxels(truth) else ["absent"]
        self.lacuna("review", *decision, volume, organ, "--by", "phantom")

    def true_dice(self, mask):
        """Of a stored mask with the truth, on the grid of the image; None where both are empty."""
        path = os.path.join(self.folder, "mask.nii.gz")
        self.lacuna("mask", "export", "--mask", str(mask["mask"]), "--output", path, "--force")
        ours, truth = _voxels(path), _voxels(self.truth(mask["case"], mask["organ"]))
        both, total = (ours & truth).bit_count(), ours.bit_count() + truth.bit_count()
        return 2 * both / total if total else None

    # Private

    def _fill(self):
        """Generates the phantoms twice, with hidden labels to import, and with all of them as the truth."""
        size, cluster = self._size, self._programs.cluster
        cluster.drop(self._database)
        cluster.make(self._database)
        for folder, missing in [("data", size.missing), ("truth", 0)]:
            path = os.path.join(self.folder, folder)
            subprocess.run(["rm", "-rf", path], check=True)
            self.lacuna(
                "phantom", "generate", path, "--seed", str(self.seed), "--missing", str(missing), "--shared", "0", "--liver", "1",
                "--shape", f"{size.side}x{size.side}x{size.side // 2}", "--complete", str(size.complete), "--partial",
                str(size.partial), "--held-out", str(size.held_out))
        data, truth = [os.path.join(self.folder, folder, PUBLIC) for folder in ["data", "truth"]]
        for case in sorted(os.listdir(data)):
            if os.path.isdir(os.path.join(data, case)):
                assert filecmp.cmp(f"{data}/{case}/ct.nii.gz", f"{truth}/{case}/ct.nii.gz", shallow=False), case
        for dataset in ["internal", PUBLIC, "heldout"]:
            self.lacuna("dataset", "import", os.path.join(self.folder, "data", dataset))
        self.lacuna("split", "create", "trial", "--train", "internal", "--train", PUBLIC, "--validation", "heldout")

    def _call(self, program, *arguments, user="lacuna"):
        command = [program, *arguments, "--quiet", "--home", self._home, "--database",
                   self._programs.cluster.target(self._database, user)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode not in (0, 4):  # 4: partly done, as where a release misses files
            raise SystemExit(f"{' '.join(command)}\nended with status {done.returncode}:\n{done.stderr}{done.stdout}")
        return done.stdout


def _voxels(path):
    """The voxels of a mask in a NIfTI file of one byte a voxel, 0 or 1, as a number with a bit for each."""
    with gzip.open(path) as file:
        data = file.read()
    start = int(struct.unpack("<f", data[108:112])[0])
    return int.from_bytes(data[start:], "little")


def _no_daemon():
    raise SystemExit("there is no release build of lacunad: run swift build -c release --product lacunad first")
