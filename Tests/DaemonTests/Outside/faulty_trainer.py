"""A trainer that does what examples/outside_trainer.py does, and one thing wrong where a file exists.

    faulty_trainer.py PATH_OF_THE_EXAMPLE FAULT FILE
"""

import importlib.util
import json
import os
import signal
import struct
import sys
import time

spec = importlib.util.spec_from_file_location("outside_trainer", sys.argv[1])
trainer = importlib.util.module_from_spec(spec)
sys.dont_write_bytecode = True
spec.loader.exec_module(trainer)
fault = sys.argv[2] if os.path.exists(sys.argv[3]) else "none"
progress = trainer.progress


def deaf(*_):
    pass


def wrong(**values):
    """The progress of a training, which goes wrong after the checkpoint of step 5."""
    step = values["step"]
    if fault == "chatter":
        print("epoch", step, "of", values["steps"], flush=True)
    if step == 7:
        if fault == "crash":
            raise RuntimeError("no such thing")
        if fault == "hang":
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            time.sleep(600)
        if fault == "deaf":
            signal.signal(signal.SIGTERM, deaf)
            if os.fork() == 0:
                signal.signal(signal.SIGTERM, deaf)
            while True:
                time.sleep(600)
        if fault == "busy":
            print("no GPU is free", file=sys.stderr)
            sys.exit(75)
        if fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "early":
            sys.exit(0)
        if fault == "nan":
            values["loss"] = float("nan")
        if fault == "text":
            print('{"step": seven}', flush=True)
        if fault == "backwards":
            values["step"] = 3
        if fault == "steps":
            values["steps"] = 1000
        if fault == "missing":
            values["checkpoint"] = "nothing.json"
        if fault == "outside":
            values["checkpoint"] = "../job.json"
        if fault == "empty":
            values["checkpoint"] = "empty.json"
            open(os.path.join(job["training"]["checkpoints"], "empty.json"), "wb").close()
        if fault == "link":
            # The folder of the checkpoints becomes one in which lacunad could read and remove this file.
            folder = job["training"]["checkpoints"]
            while os.listdir(folder):  # lacunad removes what it has read
                time.sleep(0.01)
            os.rename(folder, folder + "-before")
            os.symlink(os.path.dirname(sys.argv[3]), folder)
            values["checkpoint"] = os.path.basename(sys.argv[3])
    if fault == "again" and values.get("checkpoint"):
        folder = job["training"]["checkpoints"]
        with open(os.path.join(folder, values["checkpoint"]), "rb") as source:
            data = source.read()
        with open(os.path.join(folder, f"again-{step}.json"), "wb") as target:
            target.write(data)
        progress(**values)
        values["checkpoint"] = f"again-{step}.json"
    if fault == "unsaved" and step == values["steps"]:
        del values["checkpoint"]
    progress(**values)


def spoil(path, place, change):
    """Changes the bytes of a file of logits."""
    with open(path, "r+b") as file:
        data = bytearray(file.read())
        change(data, place)
        file.seek(0)
        file.write(data)
        file.truncate()


def spoiled(**values):
    """The progress of a prediction, whose logits are changed before it is reported."""
    if values["step"] < values["steps"]:
        return
    path = job["cases"][0]["logits"]
    if fault == "predict-crash":
        sys.exit("the weights do not fit")
    if fault == "predict-killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "predict-hang":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        time.sleep(600)
    if fault == "shape":
        spoil(path, 8, lambda data, place: struct.pack_into("<q", data, place, 7))
    if fault == "organs":
        spoil(path, 4, lambda data, place: struct.pack_into("<I", data, place, 99))
    if fault == "magic":
        spoil(path, 0, lambda data, place: struct.pack_into("<4s", data, place, b"NONE"))
    if fault == "scale":
        spoil(path, 32, lambda data, place: struct.pack_into("<d", data, place, float("nan")))
    if fault == "negative-scale":
        spoil(path, 40, lambda data, place: struct.pack_into("<d", data, place, -1.0))
    if fault == "short":
        spoil(path, 0, lambda data, place: data.__delitem__(slice(-1, None)))
    if fault == "stump":
        spoil(path, 0, lambda data, place: data.__delitem__(slice(20, None)))
    if fault == "absent":
        os.unlink(path)
    progress(**values)


with open(os.environ["LACUNA_JOB"], encoding="utf-8") as file:
    job = json.load(file)
trainer.progress = wrong if job["stage"] == "train" else spoiled
trainer.main()
