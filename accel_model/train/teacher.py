# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A trained network as the teacher of another: its probabilities are a part of the targets.

Knowledge distillation (Hinton et al., 2015), pixel by pixel. The teacher sees every frame whole
and unchanged, once; what it said is cut out as the labels are.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch

from accel_model.checkpoint import CheckpointError, load_checkpoint
from accel_model.datasets.dataset import Dataset
from accel_model.networks.accel import Accel
from accel_model.train.settings import ConfigError

STRIDE = 2  # of the cells that probabilities are kept in, in pixels
MOST_CHANNELS = 4  # that OpenCV takes at once

# From cells to pixels, both counted at their middles.
TO_PIXELS = np.array([[STRIDE, 0, (STRIDE - 1) / 2], [0, STRIDE, (STRIDE - 1) / 2], [0, 0, 1]])


class Teacher:
    """
    What a network says about all frames of a data set.

    :param network: its keyframe's scores count
    :param dataset: its labelled frames are seen
    """

    def __init__(self, network: Accel, dataset: Dataset) -> None:
        network.eval()
        frames = (dataset.clip(index).images[0] for index in range(len(dataset)))
        self._said = [_probabilities(network, frame) for frame in frames]

    def probabilities(
        self, index: int, placement: np.ndarray, crop: tuple[int, int]
    ) -> np.ndarray:
        """Probabilities of frame `index` in a crop, u8 0..255 [K, h, w]; 0 outside the frame.

        :param placement: 2x3 matrix from the frame's coordinates to the crop's, in pixels
        :param crop: height and width in pixels
        """
        cells = self._said[index]
        matrix = placement @ TO_PIXELS
        parts = np.split(cells, range(MOST_CHANNELS, cells.shape[2], MOST_CHANNELS), axis=2)
        placed = [cv2.warpAffine(part, matrix, crop[::-1]).reshape(*crop, -1) for part in parts]
        return np.ascontiguousarray(np.concatenate(placed, 2).transpose(2, 0, 1))


def hire(path: Path | None, share: float, dataset: Dataset) -> Teacher | None:
    """Let the network `init.teacher` see the data set, if one is asked for. Raises ConfigError."""
    if not 0 <= share <= 1:
        raise ConfigError(f'data.teacher_share is {share} and should be 0 to 1')
    if (path is None) != (share == 0):
        raise ConfigError(
            'init.teacher (a file) and data.teacher_share (above 0) go together: give both or none'
        )
    if path is None:
        return None
    try:
        network = load_checkpoint(path)
    except CheckpointError as error:
        raise ConfigError(
            f'init.teacher {error}; run the stage that makes it first, or do without a teacher: '
            'init.teacher=null data.teacher_share=0'
        ) from error
    theirs = (network.description.num_classes, network.description.classes)
    if theirs != (len(dataset.classes), dataset.classes.name):
        raise ConfigError(
            f'init.teacher {path} tells the classes {theirs[1]!r} apart and the data set has '
            f'{dataset.classes.name!r}: choose a teacher that was trained on the same'
        )
    return Teacher(network, dataset)


@torch.no_grad()
def _probabilities(network: Accel, image: np.ndarray) -> np.ndarray:
    """Image u8 [H, W, 3] -> probabilities u8 0..255 [h, w, K]."""
    data = network.normalize(torch.from_numpy(image).permute(2, 0, 1)[None].float())
    scores, _ = network.keyframe(data.contiguous(memory_format=torch.channels_last))
    probabilities = torch.nn.functional.avg_pool2d(scores.softmax(1), STRIDE, ceil_mode=True)
    return (probabilities[0] * 255).round().byte().permute(1, 2, 0).numpy()
