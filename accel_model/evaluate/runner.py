# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Run a network over a labelled video and compare each way of using it with the labels."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from accel_model.datasets.camvid import LabelledFrame
from accel_model.evaluate.protocol import steps
from accel_model.networks.accel import Accel
from accel_ros.metrics import Confusion

Labels = np.ndarray


@dataclass
class Result:
    """One row of the table.

    :ivar model: 'reference' or 'update' (a branch alone, frame by frame), 'dff' or 'accel'.
    :ivar interval: frames from keyframe to keyframe; 1 for a branch alone.
    :ivar key_s: seconds of every keyframe.
    :ivar update_s: seconds of every other frame.
    """

    model: str
    interval: int
    confusion: Confusion
    key_s: list[float] = field(default_factory=list)
    update_s: list[float] = field(default_factory=list)


class Runner:
    """Evaluates one network on one labelled video.

    :param frames: the video in order, every frame with labels of the image's size.
    :param ignore: the label that is not evaluated.
    """

    def __init__(self, network: Accel, frames: Sequence[LabelledFrame], ignore: int) -> None:
        self.network = network.eval()
        self.frames = frames
        self.ignore = ignore

    def results(self, intervals: Sequence[int], protocol: str) -> Iterator[Result]:
        """Every row of the table: the branches alone, then DFF and Accel at every interval."""
        with torch.inference_mode():
            yield self._alone('reference')
            if self.network.update_branch is not None:
                yield self._alone('update')
            for interval in intervals:
                if interval > 1 and self.network.flow is not None:
                    yield from self._video(interval, protocol)

    def _result(self, model: str, interval: int) -> Result:
        classes = self.network.description.num_classes
        return Result(model, interval, Confusion(classes, self.ignore))

    def _alone(self, model: str) -> Result:
        result = self._result(model, 1)
        for frame in self.frames:
            start = time.perf_counter()
            data = self._data(frame)
            if model == 'reference':
                scores, _ = self.network.keyframe(data)
            else:
                scores = self.network.upsampling(
                    self.network.update_scores(data), (data.shape[-2], data.shape[-1])
                )
            result.confusion.add(frame.labels, _labels(scores))
            result.key_s.append(time.perf_counter() - start)
        return result

    def _video(self, interval: int, protocol: str) -> list[Result]:
        """DFF and Accel in one pass: DFF is the reference half of every update."""
        dff, accel = self._result('dff', interval), self._result('accel', interval)
        previous: Tensor | None = None
        feat: Tensor | None = None
        for step in steps(len(self.frames), interval, protocol):
            frame = self.frames[step.index]
            start = time.perf_counter()
            data = self._data(frame)
            reference: Tensor | None = None
            if step.key or previous is None or feat is None:
                scores, feat = self.network.keyframe(data)
            else:
                update = self.network.update(data, previous, feat)
                scores, feat, reference = update.scores, update.feat, update.reference_scores
            previous = data
            labels = _labels(scores)
            (accel.key_s if step.key else accel.update_s).append(time.perf_counter() - start)
            if step.counts:
                accel.confusion.add(frame.labels, labels)
                dff.confusion.add(frame.labels, _labels(self._carried_scores(reference, scores)))
        return [dff, accel] if self.network.fusion is not None else [dff]

    def _carried_scores(self, reference: Tensor | None, scores: Tensor) -> Tensor:
        if reference is None:
            return scores
        return self.network.upsampling(reference, (scores.shape[-2], scores.shape[-1]))

    def _data(self, frame: LabelledFrame) -> Tensor:
        image = torch.from_numpy(frame.image).permute(2, 0, 1)[None].float()
        return self.network.normalize(image).contiguous(memory_format=torch.channels_last)


def _labels(scores: Tensor) -> Labels:
    return scores[0].argmax(0).to(torch.uint8).numpy()
