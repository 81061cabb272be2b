#!/usr/bin/env python3
"""Loads a network checkpoint of lacunad with PyTorch alone, and predicts a patch.

  python load_checkpoint.py CHECKPOINT                        print what the checkpoint is
  python load_checkpoint.py CHECKPOINT --input F --output G   predict the tensor `image` of the file F

CHECKPOINT is an object of the object store: `lacuna round show RUN ROUND` prints its name. Checkpoints, inputs and outputs are
safetensors files (docs/checkpoints.md). `image` is [N, channels, (Z,) Y, X]: intensities normalised as learning.intensity says: those
of a CT clipped to learning.windowLow and learning.windowHigh, minus learning.intensityMean, divided by learning.intensityDeviation; the channels of a 2-D network are a slice
with its neighbours. The result is the tensor `logits`, [N, organs, (Z,) Y, X]: the probability of an organ is their sigmoid."""
import argparse
import json
import struct

import torch
from torch import nn


def read(path):
    """The metadata and the tensors of a safetensors file of float32 values."""
    with open(path, "rb") as file:
        data = file.read()
    start = 8 + struct.unpack_from("<Q", data)[0]
    header = json.loads(data[8:start])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, head in header.items():
        if head["dtype"] != "F32":
            raise SystemExit(f"{path}: tensor {name} is {head['dtype']}, not F32")
        begin, end = head["data_offsets"]
        values = torch.frombuffer(bytearray(data[start + begin:start + end] or bytes(4)), dtype=torch.float32)
        tensors[name] = values[:(end - begin) // 4].reshape(head["shape"])
    return metadata, tensors


def write(path, metadata, tensors):
    header, end = {"__metadata__": metadata}, 0
    for name, tensor in tensors.items():
        begin, end = end, end + 4 * tensor.numel()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            values = tensor.detach().float().contiguous().flatten()
            file.write(struct.pack(f"<{values.numel()}f", *values.tolist()))


def block(dimensions, inputs, outputs, stride=1):
    conv, norm = (nn.Conv2d, nn.InstanceNorm2d) if dimensions == 2 else (nn.Conv3d, nn.InstanceNorm3d)
    return nn.Sequential(conv(inputs, outputs, 3, stride, 1), norm(outputs, affine=True), nn.LeakyReLU(0.01))


class UNet(nn.Module):
    """The network of a checkpoint; its parameters have the same names there."""

    def __init__(self, metadata):
        super().__init__()
        dimensions = int(metadata["plan.dimensions"])
        widths = [int(width) for width in metadata["plan.widths"].split(",")]
        organs = len(metadata["plan.organs"].split(","))
        inputs = int(metadata["plan.contextSlices"]) if dimensions == 2 else 1
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
        self.head = conv(widths[0], organs, 1)

    def forward(self, x):
        skips = []
        for level in self.enc:
            x = level(x)
            skips.append(x)
        for i in reversed(range(len(self.up))):
            x = self.dec[i](torch.cat((self.up[i](x), skips[i]), 1))
        return self.head(x)


def load(path):
    """The network of a checkpoint, ready to predict, and the checkpoint's metadata."""
    metadata, tensors = read(path)
    if "plan.organs" not in metadata or "head.weight" not in tensors:
        raise SystemExit(f"{path}: this is no checkpoint of a network")
    network = UNet(metadata)
    network.load_state_dict({name: tensors[name] for name in network.state_dict()})
    return network.eval(), metadata


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("--input", help="safetensors file with the tensor image")
    parser.add_argument("--output", help="safetensors file to write, with the tensor logits")
    options = parser.parse_args()
    network, metadata = load(options.checkpoint)
    for key in sorted(metadata):
        print(f"{key}: {metadata[key]}")
    if options.input and options.output:
        with torch.no_grad():
            logits = network(read(options.input)[1]["image"])
        write(options.output, metadata, {"logits": logits})


if __name__ == "__main__":
    main()
