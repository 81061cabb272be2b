#!/usr/bin/env python3
"""An outside trainer (docs/outside-trainers.md) with MONAI's DynUNet, the batches of lacunad, and its loss over known voxels.

It needs lacuna-client with its compiled sampler, torch and monai:

    trainer:
      command: [/opt/venv/bin/python, /opt/trainer/monai_trainer.py, --patch, "96", "96", "64"]
"""

import argparse

import torch
from monai.inferers import sliding_window_inference
from monai.networks.nets import DynUNet

import lacuna
from lacuna.torch import KnownVoxelLoss, targets


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--patch", type=int, nargs=3, default=[96, 96, 64], metavar=("X", "Y", "Z"))
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--width", type=int, default=32, help="channels of the finest level")
    parser.add_argument("--levels", type=int, default=4)
    parser.add_argument("--checkpoint-steps", type=int, default=500)
    return parser.parse_args()


def network(organs, own):
    strides = [1] + [2] * (own.levels - 1)
    widths = [min(320, own.width << level) for level in range(own.levels)]
    return DynUNet(3, 1, organs, [3] * own.levels, strides, strides[1:], filters=widths)


def train(job, own, device):
    torch.manual_seed(job.seed)
    net = network(len(job.organs), own).to(device)
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3)
    if job.weights is not None:
        state = torch.load(job.weights, map_location=device, weights_only=True)
        net.load_state_dict(state["network"])
        if job.training.resumes:
            optimiser.load_state_dict(state["optimiser"])
    loss = KnownVoxelLoss(
        dice_weight=0.5, composite_sets=job.composite_sets, pseudo_weight=job.training.pseudo_weight
    ).to(device)
    batches = job.batches(patch=own.patch, batch=own.batch, augmentation="nnUNet")

    def save(path):
        torch.save({"network": net.state_dict(), "optimiser": optimiser.state_dict()}, path)

    for batch in batches.steps(job.training.done, job.training.steps, threads=2, reuse=True):
        image, states, composite = (
            torch.from_numpy(batch[key]).to(device) for key in ("image", "states", "composite")
        )
        optimiser.zero_grad()
        value = loss(net(image), *targets(states), composite)
        value.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 12)
        optimiser.step()
        done = batch["step"] + 1
        is_last = done == job.training.steps or job.stop_requested
        if is_last or done % own.checkpoint_steps == 0:
            job.checkpoint(done, save, loss=value.item())
        else:
            job.report(done, loss=value.item())
        if is_last:
            return


@torch.no_grad()
def predict(job, own, device):
    net = network(len(job.organs), own).to(device).eval()
    net.load_state_dict(torch.load(job.weights, map_location=device, weights_only=True)["network"])
    for case in job.cases:
        image = torch.from_numpy(job.image(case))[None, None]
        found = sliding_window_inference(
            image, own.patch[::-1], 4, net, overlap=0.5, mode="gaussian", sw_device=device, device="cpu"
        )
        job.logits(case, found[0].float().numpy())
        if job.stop_requested:
            return


if __name__ == "__main__":
    lacuna_job = lacuna.Job.load()
    place = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    {"train": train, "predict": predict}[lacuna_job.stage](lacuna_job, options(), place)
