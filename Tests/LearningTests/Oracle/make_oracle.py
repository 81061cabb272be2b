#!/usr/bin/env python3
"""Writes unet2d.oracle and unet3d.oracle beside this script: PyTorch's values of the network, the known-voxel loss
and one Adam step, from seeded weights and input.  Run: python make_oracle.py   (PyTorch 2.x, any CPU)

The files have the layout of our checkpoints (safetensors, docs/checkpoints.md), written here by hand, so that reading them is
a test of the reader as well.  Tensors: input, target, known, composite, logits, before.PATH, after.PATH,
gradient.PATH.  Metadata: the network's plan and one value per loss option."""
import json
import os
import struct

import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
PARTS = (1, 2)  # the organs of the composite label


def block(dimensions, inputs, outputs, stride=1):
    conv, norm = (nn.Conv2d, nn.InstanceNorm2d) if dimensions == 2 else (nn.Conv3d, nn.InstanceNorm3d)
    return nn.Sequential(conv(inputs, outputs, 3, stride, 1), norm(outputs, affine=True), nn.LeakyReLU(0.01, inplace=True))


class UNet(nn.Module):
    def __init__(self, dimensions, widths, inputs, outputs):
        super().__init__()
        conv, up = (nn.Conv2d, nn.ConvTranspose2d) if dimensions == 2 else (nn.Conv3d, nn.ConvTranspose3d)
        levels = range(len(widths))
        self.enc = nn.ModuleList([
            nn.Sequential(
                block(dimensions, inputs if i == 0 else widths[i - 1], widths[i], 1 if i == 0 else 2),
                block(dimensions, widths[i], widths[i]))
            for i in levels])
        self.up = nn.ModuleList([up(widths[i + 1], widths[i], 2, 2) for i in levels[:-1]])
        self.dec = nn.ModuleList([
            nn.Sequential(block(dimensions, 2 * widths[i], widths[i]), block(dimensions, widths[i], widths[i]))
            for i in levels[:-1]])
        self.head = conv(widths[0], outputs, 1)

    def forward(self, x):
        skips = []
        for level in self.enc:
            x = level(x)
            skips.append(x)
        for i in reversed(range(len(self.up))):
            x = self.dec[i](torch.cat((self.up[i](x), skips[i]), 1))
        return self.head(x)


def losses(logits, target, known, composite):
    """The loss of docs/method.md, section 1, written plainly."""
    axes = [0] + list(range(2, logits.dim()))
    p = torch.sigmoid(logits)
    bce = known * -(target * torch.log(p) + (1 - target) * torch.log(1 - p))
    per_organ = bce.sum(axes)
    counts = known.sum(axes)
    absent = torch.ones_like(p[:, 0])
    for part in PARTS:
        absent = absent * torch.where(known[:, part] > 0, torch.ones_like(absent), 1 - p[:, part])
    # The logarithm is taken only where the label is: elsewhere both parts may be known, and 0 times infinity is not a number.
    present = torch.where(composite[:, 0] > 0, 1 - absent, torch.ones_like(absent))
    composite_loss = -torch.log(present).sum()
    weights = torch.tensor([1.0, 2.5, 4.0]).view(1, 3, *([1] * (logits.dim() - 2)))
    weighted = known * -(weights * target * torch.log(p) + (1 - target) * torch.log(1 - p))
    positives = (known * target).sum(axes)
    present = positives > 0
    dice = (2 * (p * known * target).sum(axes) + 1) / ((p * known).sum(axes) + positives + 1)
    return {
        "total": per_organ.sum() / counts.sum(),
        "composite": (per_organ.sum() + composite_loss) / (counts.sum() + composite.sum()),
        "perOrgan": (per_organ / counts).mean(),
        "constant": per_organ.sum() / logits.numel(),
        "positiveWeights": weighted.sum() / counts.sum(),
        "dice": per_organ.sum() / counts.sum() + 0.5 * (1 - dice[present].mean()),
    }


def write(path, metadata, tensors):
    header, end = {"__metadata__": metadata | {"lacuna.format": "1"}}, 0
    for name, tensor in tensors:
        begin, end = end, end + 4 * tensor.numel()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for _, tensor in tensors:
            out.write(tensor.detach().float().contiguous().numpy().astype("<f4").tobytes())


def make(dimensions, widths, channels, sizes):
    torch.manual_seed(20261123 + dimensions)
    net = UNet(dimensions, widths, channels, 3)
    rows = 2
    x = torch.randn(rows, channels, *sizes)
    target = (torch.rand(rows, 3, *sizes) > 0.8).float()
    known = (torch.rand(rows, 3, *sizes) > 0.4).float()
    target = target * known
    composite = ((torch.rand(rows, 1, *sizes) > 0.5)
                 & ~((known * target)[:, PARTS] > 0).any(1, keepdim=True)
                 & (known[:, PARTS] == 0).any(1, keepdim=True)).float()
    names = [name for name, _ in net.named_parameters()]
    before = {name: value.detach().clone() for name, value in net.named_parameters()}
    optimiser = torch.optim.Adam(net.parameters(), 1e-3)
    logits = net(x)
    values = losses(logits, target, known, composite)
    values["composite"].backward()
    gradients = {name: value.grad.clone() for name, value in net.named_parameters()}
    optimiser.step()
    assert all(value.isfinite() for value in values.values())
    after = dict(net.named_parameters())
    metadata = {"loss." + name: repr(value.item()) for name, value in values.items()}
    metadata |= {
        "plan.dimensions": str(dimensions), "plan.contextSlices": str(channels), "plan.widths": ",".join(map(str, widths)),
        "plan.organs": "a,b,c", "plan.headBias": "-3.0", "torch": torch.__version__,
    }
    tensors = [("input", x), ("target", target), ("known", known), ("composite", composite), ("logits", logits)]
    for group, stored in (("before", before), ("gradient", gradients), ("after", after)):
        tensors += [(f"{group}.{name}", stored[name]) for name in names]
    write(os.path.join(HERE, f"unet{dimensions}d.oracle"), metadata, tensors)


make(2, [4, 6, 8], 3, (16, 12))
make(3, [2, 4], 1, (8, 4, 6))
