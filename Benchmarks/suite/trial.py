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
  split: {split}
  organs: [{organs}]
  seed: {seed}
{run}
learning:
  dimensions: 2
  contextSlices: 5
  widths: [12, 24, 48]
  patch: [{size}, {size}]
  batch: 6
  learningRateSchedule: polynomial
  precision: float32
  threads: 1
{learning}
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
TEST = """
select coalesce(json_agg(m order by m.volume, m.organ), '[]') from (
    select t.volume_id as volume, o.key as organ, t.dice, t.surface_dice as "surfaceDice", t.soft_dice as "softDice",
        t.predicted_dice as "predictedDice", t.dice_lower as "diceLower", t.dice_upper as "diceUpper",
        t.predicted_ml as "predicted", t.reference_ml as "reference"
    from lacuna.test_result t join lacuna.run on run.id = t.run_id join lacuna.organ o on o.id = t.organ_id
    where run.name = '{run}') m
"""


@dataclass
class Size:
    """The phantoms: voxels along x and y (along z half as many), subjects of each kind, share of hidden labels.

    With test subjects, which are drawn with another seed, the split has a test part.
    """

    side: int
    complete: int
    partial: int
    held_out: int
    missing: float
    test: int = 0


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
        other = self.other(name)
        self._programs.cluster.drop(other._database)
        self._programs.cluster.sql("postgres", f'create database "{other._database}" template "{self._database}"')
        return other

    def other(self, name):
        """The copy of that name, made before."""
        other = object.__new__(Trial)
        other.__dict__.update(self.__dict__)
        other._database = f"{self._database}_{name}"
        return other

    def drop(self):
        self._programs.cluster.drop(self._database)

    # Runs

    def train(self, name, split="trial", learning=None, **run):
        """Trains a run to its end; `run` and `learning` have keys of these sections."""
        path = os.path.join(self.folder, f"{name}.yaml")
        with open(path, "w") as file:
            file.write(CONFIGURATION.format(
                name=name, split=split, organs=", ".join(ORGANS), seed=self.seed, size=self._size.side, run=_lines(run),
                learning=_lines(learning or {"learningRate": 0.003})))
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

    def test(self, run):
        """The results of a finished run on each volume and organ of the test part."""
        self._call(self._lacunad, "evaluate", run, "--part", "test")
        return json.loads(self._programs.cluster.sql(self._database, TEST.format(run=run)))

    # The truth

    def import_truth(self):
        """All labels of the public dataset, as another dataset of the same images."""
        self.lacuna("dataset", "import", os.path.join(self.folder, "truth", PUBLIC), "--name", "truth")

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
            self._generate(path, self.seed, missing, size.complete, size.partial, size.held_out)
        data, truth = [os.path.join(self.folder, folder, PUBLIC) for folder in ["data", "truth"]]
        for case in sorted(os.listdir(data)):
            if os.path.isdir(os.path.join(data, case)):
                assert filecmp.cmp(f"{data}/{case}/ct.nii.gz", f"{truth}/{case}/ct.nii.gz", shallow=False), case
        for dataset in ["internal", PUBLIC, "heldout"]:
            self.lacuna("dataset", "import", os.path.join(self.folder, "data", dataset))
        parts = ["--validation", "heldout"]
        if size.test:
            path = os.path.join(self.folder, "test")
            self._generate(path, self.seed + 1000, 0, 1, 1, size.test)
            self.lacuna("dataset", "import", os.path.join(path, "heldout"), "--name", "test")
            parts += ["--test", "test"]
        self.lacuna("split", "create", "trial", "--train", "internal", "--train", PUBLIC, *parts)
        self.lacuna("split", "create", "few", "--train", "internal", *parts)

    def _generate(self, path, seed, missing, complete, partial, held_out):
        side = self._size.side
        self.lacuna(
            "phantom", "generate", path, "--seed", str(seed), "--missing", str(missing), "--shared", "0", "--liver", "1",
            "--shape", f"{side}x{side}x{side // 2}", "--complete", str(complete), "--partial", str(partial),
            "--held-out", str(held_out))

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


def _lines(section):
    return "\n".join(f"  {key}: {json.dumps(value)}" for key, value in section.items())


def _no_daemon():
    raise SystemExit("there is no release build of lacunad: run swift build -c release --product lacunad first")
