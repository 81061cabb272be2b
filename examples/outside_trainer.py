#!/usr/bin/env python3
"""An outside trainer in plain Python: it learns how often each organ has each intensity.

It needs nothing but the standard library, and shows the whole contract (docs/outside-trainers.md): it reads job.json, the
images and the labels, reports progress, stores checkpoints, resumes, ends on SIGTERM, and writes logits.

    trainer:
      command: [/usr/bin/python3, /path/to/outside_trainer.py]
"""

import array
import json
import math
import os
import random
import signal
import struct
import sys

BINS = 64
stop_requested = False


def request_stop(*_):
    global stop_requested
    stop_requested = True


def read_image(path, count):
    """The codes of an image, from the bytes after its header."""
    with open(path, "rb") as file:
        if file.read(4) != b"LVC4":
            raise ValueError("an image has another format than LVC4")
        file.seek(192)
        codes = array.array("h")
        codes.frombytes(file.read(2 * count))
    return codes


def read_labels(path, channels):
    """The state of each voxel, a byte, by channel: 0 unknown, 1 negative, 2 positive; plus 4 by a pseudo label."""
    with open(path, "rb") as file:
        if file.read(4) != b"LVL1":
            raise ValueError("labels have another format than LVL1")
        file.seek(64)
        data = file.read()
    *shape, organs, regions, groups = struct.unpack_from("<6q", data, 0)
    position = 48
    places = [struct.unpack_from("<3q", data, position + 24 * organ)[2] for organ in range(organs)]
    position += 24 * organs + 48 * regions
    ranges = [struct.unpack_from("<3q", data, position + 24 * group)[:2] for group in range(groups)]
    position = align(position + 24 * groups)
    tables = {}
    for first, end in ranges:
        for channel in range(first, end):
            tables[channel] = data[position : position + 256]
            position += 256
    position = align(align(position) + 4 * sum(places))
    count = shape[0] * shape[1] * shape[2]
    planes = [bytes(count)] * channels
    for first, end in ranges:
        codes = data[position : position + count]
        position = align(position + count)
        for channel in range(first, end):
            planes[channel] = codes.translate(tables[channel])
    return planes


def align(position):
    return (position + 63) // 64 * 64


def bins(case):
    """Each voxel's intensity as one of a few classes."""
    scale, low, high = case["intensity"], case["intensity"]["low"], case["intensity"]["high"]
    count = case["shape"][0] * case["shape"][1] * case["shape"][2]
    codes = read_image(case["image"], count)
    known = {}
    for code in set(codes):
        value = min(max(code * scale["scale"] + scale["offset"], low), high)
        known[code] = int((value - low) / (high - low) * (BINS - 1) + 0.5)
    return bytes(known[code] for code in codes)


class Model:
    """Counts of voxels by organ, whether they are of it, and intensity."""

    def __init__(self, organs, text=None):
        self.counts = [[[1.0] * BINS, [1.0] * BINS] for _ in range(organs)]
        if text is not None:
            self.counts = json.loads(text)["counts"]

    def bytes(self):
        return json.dumps({"counts": self.counts}).encode()

    def logit(self, organ, value):
        negative, positive = self.counts[organ]
        return math.log(positive[value] / negative[value])

    def learn(self, classes, planes, training, randomness):
        """Takes a sample of voxels and returns the mean loss before it."""
        losses = [0.0]
        for _ in range(2000):
            voxel = randomness.randrange(len(classes))
            for organ, counts in enumerate(self.counts):
                state = planes[organ][voxel]
                if state == 0 and training["missingAsBackground"]:
                    state = 1
                if state & 3 == 0:
                    continue
                is_positive = state & 3 == 2
                logit = self.logit(organ, classes[voxel])
                losses.append(math.log1p(math.exp(-logit if is_positive else logit)))
                counts[is_positive][classes[voxel]] += training["pseudoWeight"] if state & 4 else 1.0
        return sum(losses) / len(losses)


def progress(**values):
    print(json.dumps(values), flush=True)


def train(job):
    training, organs = job["training"], job["organs"]
    start, first, text = training.get("start"), 0, None
    if start is not None:
        first = start["step"]
        with open(start["checkpoint"], "rb") as file:
            text = file.read()
    model, steps = Model(len(organs), text), training["steps"]
    cases = [(bins(case), read_labels(case["labels"], len(organs) + len(job["composites"]))) for case in job["cases"]]
    for step in range(first + 1, steps + 1):
        # A function of seed, round and step alone, so that a resumed training draws the same.
        randomness = random.Random(f"{job['seed']} {job['round']} {step}")
        loss = model.learn(*cases[step % len(cases)], training, randomness)
        values = {"step": step, "steps": steps, "loss": loss}
        if step == steps or step % 5 == 0 or stop_requested:
            values["checkpoint"] = f"{step}.json"
            with open(os.path.join(training["checkpoints"], values["checkpoint"]), "wb") as file:
                file.write(model.bytes())
        progress(**values)
        if stop_requested:
            return


def predict(job):
    with open(job["checkpoint"], "rb") as file:
        model = Model(len(job["organs"]), file.read())
    for done, case in enumerate(job["cases"]):
        classes, organs = bins(case), len(job["organs"])
        logits = [[model.logit(organ, value) for value in range(BINS)] for organ in range(organs)]
        scales = [max(1e-6, max(map(abs, own)) / 127) for own in logits]
        header = b"LLG1" + struct.pack("<I3q", organs, *case["shape"]) + struct.pack(f"<{organs}d", *scales)
        with open(case["logits"], "wb") as file:
            file.write(header.ljust(align(len(header)), b"\0"))
            for own, scale in zip(logits, scales):
                codes = [round(logit / scale) & 255 for logit in own]
                file.write(classes.translate(bytes(codes + [0] * (256 - BINS))))
        progress(step=done + 1, steps=len(job["cases"]))
        if stop_requested:
            return


def main():
    signal.signal(signal.SIGTERM, request_stop)
    with open(os.environ["LACUNA_JOB"], encoding="utf-8") as file:
        job = json.load(file)
    if job["version"] != 1:
        sys.exit(f"the job has the version {job['version']}, and this program knows 1")
    {"train": train, "predict": predict}[job["stage"]](job)


if __name__ == "__main__":
    main()
