"""nnU-Net's own check of a raw dataset, and what it reads from the description."""
import json
import sys

from nnunetv2.experiment_planning.verify_dataset_integrity import verify_dataset_integrity
from nnunetv2.utilities.label_handling.label_handling import LabelManager

if __name__ == "__main__":
    folder = sys.argv[1]
    verify_dataset_integrity(folder, 1)
    with open(folder + "/dataset.json") as file:
        description = json.load(file)
    manager = LabelManager(description["labels"], description.get("regions_class_order"))
    print("regions", manager.foreground_regions, "ignore", manager.ignore_label)
    with open(folder + "/splits_final.json") as file:
        folds = json.load(file)
    print("folds", sorted(folds[0]["train"]), sorted(folds[0]["val"]))
