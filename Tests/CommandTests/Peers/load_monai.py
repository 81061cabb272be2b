"""MONAI's own loader of a datalist: images and labels have one grid."""
import sys

import numpy as np
from monai.data import load_decathlon_datalist
from monai.transforms import Compose, EnsureChannelFirstd, LoadImaged

KEYS = ["image", "label"]
load = Compose([LoadImaged(keys=KEYS), EnsureChannelFirstd(keys=KEYS)])
for part in ["training", "validation"]:
    for item in load_decathlon_datalist(sys.argv[1], True, part):
        case = load(item)
        assert case["image"].shape == case["label"].shape, item
        assert np.allclose(case["image"].affine, case["label"].affine), item
        print(part, item["fold"], item["case"], np.unique(case["label"].numpy()).astype(int).tolist())
