"""MONAI's sliding window on a 3-D U-Net, run by the peers' interpreter.

    sliding_window.py XxYxZ PATCH OVERLAP ORGANS

The network is that of `lacunad benchmark prediction`: 16, 32, 64, 128 channels, two convolutions a level, strided convolutions down,
transposed ones up. Prints the seconds of the fastest of two predictions as a JSON line.
"""
import json
import sys
import time

import monai
import torch
from monai.inferers import sliding_window_inference
from torch import nn

CHANNELS = (16, 32, 64, 128)


def block(inputs, outputs, stride=1):
    return nn.Sequential(
        *[layer for i in range(2) for layer in (
            nn.Conv3d(inputs if i == 0 else outputs, outputs, 3, stride if i == 0 else 1, 1),
            nn.InstanceNorm3d(outputs, affine=True), nn.LeakyReLU(0.01, inplace=True))])


class UNet(nn.Module):
    def __init__(self, organs):
        super().__init__()
        pairs = list(zip(CHANNELS, CHANNELS[1:]))
        self.down = nn.ModuleList([block(1, CHANNELS[0]), *[block(a, b, 2) for a, b in pairs]])
        self.widen = nn.ModuleList([nn.ConvTranspose3d(b, a, 2, 2) for a, b in pairs])
        self.up = nn.ModuleList([block(2 * a, a) for a, _ in pairs])
        self.head = nn.Conv3d(CHANNELS[0], organs, 1)

    def forward(self, x):
        levels = []
        for down in self.down:
            x = down(x)
            levels.append(x)
        for level in reversed(range(len(self.up))):
            x = self.up[level](torch.cat((self.widen[level](x), levels[level]), 1))
        return self.head(x)


def main(shape, patch, overlap, organs):
    torch.set_num_threads(1)
    network, image = UNet(organs).eval(), torch.randn(1, 1, *shape)
    times = []
    for _ in range(2):
        began = time.perf_counter()
        with torch.inference_mode():
            found = sliding_window_inference(image, (patch,) * 3, 1, network, overlap=overlap, mode="gaussian")
        times.append(time.perf_counter() - began)
        assert found.shape == (1, organs, *shape)
    print(json.dumps({"seconds": min(times), "version": f"MONAI {monai.__version__}, PyTorch {torch.__version__}"}))


main([int(size) for size in sys.argv[1].split("x")], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
