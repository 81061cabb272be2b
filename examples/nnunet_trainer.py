#!/usr/bin/env python3
"""An outside trainer (docs/outside-trainers.md) that is nnU-Net: its network, optimiser, training step, checkpoints and sliding window,
with the batches of lacunad and a loss that knows for each organ where it is labelled. It needs lacuna-client, torch and nnunetv2."""

import argparse
import os

import numpy as np
import torch
import lacuna
from lacuna.torch import KnownVoxelLoss, targets

job = lacuna.Job.load()
os.environ.update(nnUNet_results=str(job.folder), nnUNet_compile="f")  # read by nnunetv2
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor  # noqa: E402
from nnunetv2.training.loss.deep_supervision import DeepSupervisionWrapper  # noqa: E402
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer  # noqa: E402


def plans(own):
    levels, widths = own.levels, [min(320, own.width << i) for i in range(own.levels)]
    unet = dict(
        n_stages=levels, features_per_stage=widths, strides=[[1] * 3] + [[2] * 3] * (levels - 1), conv_bias=True,
        kernel_sizes=[[3] * 3] * levels, n_conv_per_stage=[2] * levels, n_conv_per_stage_decoder=[2] * (levels - 1),
        conv_op="torch.nn.Conv3d", norm_op="torch.nn.InstanceNorm3d", norm_op_kwargs=dict(eps=1e-5, affine=True),
        nonlin="torch.nn.LeakyReLU", nonlin_kwargs=dict(inplace=True))
    architecture = dict(
        network_class_name="dynamic_network_architectures.architectures.unet.PlainConvUNet", arch_kwargs=unet,
        _kw_requires_import=["conv_op", "norm_op", "nonlin"])
    values = dict(data_identifier="lacuna", batch_size=own.batch, patch_size=own.patch[::-1], architecture=architecture)
    return dict(
        dataset_name="Dataset001_lacuna", plans_name="lacuna", label_manager="LabelManager", continue_training=False,
        configurations={"3d_fullres": values})


def dataset():
    """One region, and so one sigmoid, for each organ: organs may overlap, and each may be unknown."""
    numbers = range(1, len(job.organs) + 1)
    regions = {organ: [number, len(job.organs) + 1] for organ, number in zip(job.organs, numbers)}
    return dict(labels=dict(background=0, **regions), regions_class_order=list(numbers), channel_names={})


class OrganLoss(KnownVoxelLoss):
    def forward(self, logits, planes):
        organs = logits.shape[1]
        return super().forward(logits, *targets(planes[:, :organs]), planes[:, organs:])


class KnownVoxelTrainer(nnUNetTrainer):
    def initialize(self):
        self.num_epochs = job.training.steps if job.training else 1  # of one step each, for the learning rate
        self.network = self.build_network_architecture(
            self.plans_manager, self.configuration_manager, 1, len(job.organs), True).to(self.device)
        self.optimizer, self.lr_scheduler = self.configure_optimizers()
        weights = 0.5 ** np.arange(len(self._get_deep_supervision_scales()))
        pseudo = job.training.pseudo_weight if job.training else 1
        loss = OrganLoss(dice_weight=1, composite_sets=job.composite_sets, pseudo_weight=pseudo)
        self.loss, self.was_initialized = DeepSupervisionWrapper(loss, weights / weights.sum()), True

    def train(self, own):
        batches = job.batches(patch=own.patch, batch=own.batch, augmentation="nnUNet")
        for batch in batches.steps(job.training.done, job.training.steps, threads=2, reuse=True):
            planes = torch.from_numpy(np.concatenate([batch["states"], batch["composite"]], 1))
            levels = [planes[:, :, :: 1 << i, :: 1 << i, :: 1 << i] for i in range(len(self.loss.weight_factors))]
            self.lr_scheduler.step(batch["step"])
            loss = float(self.train_step({"data": torch.from_numpy(batch["image"]), "target": levels})["loss"])
            done = batch["step"] + 1
            is_last = done == job.training.steps or job.stop_requested
            job.report(done, loss)
            if is_last or done % 250 == 0:
                job.checkpoint(done, self.save_checkpoint)
            if is_last:
                return

    def predict(self, own):
        self.set_deep_supervision_enabled(False)
        predictor = nnUNetPredictor(use_mirroring=False, device=self.device, perform_everything_on_device=False)
        predictor.manual_initialization(
            self.network, self.plans_manager, self.configuration_manager, None, self.dataset_json, "", None)
        for case in job.cases:
            image = torch.from_numpy(job.image(case))[None]
            job.logits(case, predictor.predict_sliding_window_return_logits(image).float().cpu().numpy())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--patch", type=int, nargs=3, default=[96, 96, 64], help="voxels along x, y, z")
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--width", type=int, default=32, help="channels of the finest level")
    parser.add_argument("--levels", type=int, default=5)
    arguments, place = parser.parse_args(), torch.device("cuda" if torch.cuda.is_available() else "cpu")
    trainer = KnownVoxelTrainer(plans(arguments), "3d_fullres", 0, dataset(), place)
    trainer.initialize()
    if job.weights is not None:
        state = torch.load(job.weights, map_location=place, weights_only=False)
        trainer.network.load_state_dict(state["network_weights"])
        if job.training and job.training.resumes:
            trainer.optimizer.load_state_dict(state["optimizer_state"])
    {"train": trainer.train, "predict": trainer.predict}[job.stage](arguments)
