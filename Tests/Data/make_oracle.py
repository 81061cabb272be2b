#!/usr/bin/env python3
"""Writes ORACLE.json: what nibabel and numpy find in the NIfTI files of this folder, as an independent reference.

    pip install nibabel numpy
    python3 Tests/Data/make_oracle.py > Tests/Data/ORACLE.json

Label statistics come from stored values (no scaling), volumes from the determinant of the affine. Bounding boxes are
inclusive and in stored voxel order (i, j, k); centroids are in RAS+ millimetres.
"""
import hashlib
import json
import os
import sys

import nibabel
import numpy

LARGEST_LABEL_COUNT = 130


def stored_values(image):
    return numpy.asarray(image.dataobj.get_unscaled())


def regions(stored, affine):
    """Statistics of every value above 0 of a label volume."""
    millilitres = abs(numpy.linalg.det(affine[:3, :3])) / 1000
    found = {}
    for value in numpy.unique(stored):
        if value <= 0:
            continue
        places = numpy.argwhere(stored == value)
        centre = affine[:3, :3] @ places.mean(axis=0) + affine[:3, 3]
        found[str(int(value))] = {
            "voxels": len(places),
            "ml": round(len(places) * millilitres, 6),
            "bbox_lo": places.min(axis=0).tolist(),
            "bbox_hi_incl": places.max(axis=0).tolist(),
            "centroid_world": [round(float(x), 4) for x in centre],
        }
    return found


def entry(path):
    image = nibabel.load(path)
    header = image.header
    with open(path, "rb") as file:
        content = file.read()
    dimensions = [int(x) for x in header["dim"][1:header["dim"][0] + 1]]
    out = {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "dim": dimensions,
        "datatype": int(header["datatype"]),
        "endian": "BE" if header.endianness == ">" else "LE",
        "vox_offset": float(image.dataobj.offset),
        "qform_code": int(header["qform_code"]),
        "sform_code": int(header["sform_code"]),
        "affine": [[round(float(x), 5) for x in row] for row in image.affine],
        "axcodes": "".join(nibabel.aff2axcodes(image.affine)),
        "n_ext": len(getattr(header, "extensions", [])),
    }
    stored = stored_values(image)
    if stored.dtype.names:
        return out
    out["stored_min"], out["stored_max"] = float(stored.min()), float(stored.max())
    values = numpy.unique(stored)
    is_label = (values >= 0).all() and (values == values.round()).all() and len(values) <= LARGEST_LABEL_COUNT
    if is_label and all(size == 1 for size in dimensions[3:]):
        out["labels"] = regions(stored.reshape(dimensions[:3]), image.affine)
    return out


def nifti_files(root):
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            if name.endswith((".nii", ".nii.gz")):
                yield os.path.join(folder, name)


def main():
    root = os.path.dirname(os.path.abspath(__file__))
    files = {}
    for path in nifti_files(root):
        name = os.path.relpath(path, root)
        try:
            files[name] = entry(path)
        except (OSError, nibabel.filebasedimages.ImageFileError) as error:
            print(f"{name}: left out, {error}", file=sys.stderr)
    print("{\n\"files\": {")
    print(",\n".join(f"{json.dumps(name)}: {json.dumps(files[name])}" for name in sorted(files)))
    print("}\n}")


main()
