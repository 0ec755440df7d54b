# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Run a network over labelled video and compare each way of using it with the labels."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from accel_model.datasets.dataset import Image
from accel_model.evaluate.matcher import Matcher
from accel_model.evaluate.protocol import Label, Step, single_frames, steps
from accel_model.evaluate.result import EvaluationError, Result
from accel_model.evaluate.views import views
from accel_model.networks.accel import Accel
from accel_ros.classes import ClassTable
from accel_ros.errors import one_line

SIDES = 'scale images and labels so that both sides are multiples of 32'


@dataclass(frozen=True)
class Pass:
    """
    One way through the frames.

    :ivar models: keys of `views`: the rows of the table that it gives; they share the keyframes
    """

    models: tuple[str, ...]
    interval: int
    steps: tuple[Step, ...]


def passes(
    network: Accel, labels: Sequence[Label], intervals: Sequence[int], protocol: str
) -> list[Pass]:
    """
    Return all passes of a network: its branches alone, then DFF and Accel at every interval.

    At interval 1 every frame is a keyframe, so that is the reference network alone.

    :raises EvaluationError: the labelled frames are single images
    """
    alone = tuple(single_frames(labels))
    known = views(network)
    found = [Pass((model,), 1, alone) for model in ('reference', 'update') if model in known]
    video = tuple(model for model in ('dff', 'accel') if model in known)
    longer = [interval for interval in intervals if interval > 1] if video else []
    if longer and not any(label.index for label in labels):
        raise EvaluationError(
            'none of the labelled frames has a frame before it: add the frames that lead up to '
            'them, or evaluate frame by frame with --intervals 1'
        )
    found += [Pass(video, n, tuple(steps(labels, n, protocol))) for n in longer]
    return found


class Runner:
    """
    Evaluates one network.

    :param network: moved to `device`
    :param name: what to call it
    :param classes: the labels' class table
    :param matcher: shared by the runners of the same frames
    :param processed: called after every frame
    """

    def __init__(
        self,
        network: Accel,
        name: str,
        classes: ClassTable,
        matcher: Matcher,
        device: torch.device,
        processed: Callable[[], None],
    ) -> None:
        self.name = name
        self._views = views(network.eval().to(device))
        self._classes = classes
        self._matcher = matcher
        self._device = device
        self._processed = processed

    @torch.inference_mode()
    def run(self, way: Pass) -> list[Result]:
        """
        Process the frames of a pass; one result for each of its models.

        :raises EvaluationError: the network or its labels do not fit the images or their labels
        :raises DatasetError: a file cannot be read
        """
        results = [Result(self.name, model, way.interval, self._classes) for model in way.models]
        networks = [self._views[model] for model in way.models]
        state: tuple[Tensor, Tensor] | None = None  # data and features of the frame before
        for step in way.steps:
            image = step.video.image(step.index)
            data = self._data(networks[0], image)
            if state is None:
                self._warm_up(networks, data, update=way.interval > 1)
            outputs, feat = self._process(networks, data, state if step.distance else None)
            state = data, feat
            match = self._matcher.follow(step, image)
            for result, (labels, milliseconds) in zip(results, outputs, strict=True):
                result.add(step, labels, milliseconds, match)
            self._processed()
        return results

    def _process(
        self, networks: list[Accel], data: Tensor, state: tuple[Tensor, Tensor] | None
    ) -> tuple[list[tuple[Image, float]], Tensor]:
        """Return labels and milliseconds of every network, and the features; no state: a key."""
        if state is None:
            labels, milliseconds, feat = self._timed(networks[0].keyframe, data)
            return [(labels, milliseconds)] * len(networks), feat
        steps = [self._timed(network.update, data, *state) for network in networks]
        return [(labels, milliseconds) for labels, milliseconds, _ in steps], steps[-1][2]

    def _timed(self, forward: Callable[..., Any], *data: Tensor) -> tuple[Image, float, Tensor]:
        """Return labels u8 [H, W], milliseconds until they were on the CPU, and features."""
        if self._device.type == 'cuda':
            torch.cuda.synchronize(self._device)
        size = tuple(data[0].shape[-2:])
        start = time.perf_counter()
        try:
            scores, feat = forward(*data)[:2]
        except RuntimeError as error:
            raise EvaluationError(self._complaint(size, error)) from error
        labels = scores[0].argmax(0).to(torch.uint8).cpu().numpy()
        milliseconds = 1000 * (time.perf_counter() - start)
        if labels.shape != size:
            raise EvaluationError(
                f'{self.name} makes labels of {labels.shape[0]}x{labels.shape[1]} for images of '
                f'{size[0]}x{size[1]}: {SIDES}'
            )
        return labels, milliseconds, feat

    def _complaint(self, size: tuple[int, ...], error: RuntimeError) -> str:
        images = f'{self.name} cannot process images of {size[0]}x{size[1]} (height x width)'
        advice = SIDES
        if isinstance(error, torch.cuda.OutOfMemoryError):
            advice = 'use a GPU with more memory, or the CPU with CUDA_VISIBLE_DEVICES= in front'
        return f'{images}, {one_line(error):.200}: {advice}'

    def _warm_up(self, networks: list[Accel], data: Tensor, update: bool) -> None:
        """Process a frame as key and as update beforehand: the first time is always slow."""
        _, feat = self._process(networks[:1], data, None)
        if update:
            self._process(networks, data, (data, feat))

    def _data(self, network: Accel, image: Image) -> Tensor:
        """Image u8 [H, W, 3] -> network data [1, 3, H, W] on the device."""
        pixels = torch.from_numpy(image).to(self._device).permute(2, 0, 1)[None].float()
        return network.normalize(pixels).contiguous(memory_format=torch.channels_last)
