# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""One run over a footage: a bundle at one interval, and what its labels are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from accel_ros import images
from accel_ros.bundle import Bundle
from accel_ros.consistency import Consistency, Match
from accel_ros.engines import Engine
from accel_ros.errors import ImageError
from accel_ros.pipeline import Pipeline, Segmentation
from accel_ros.replay.footage import UNLABELLED, Problems, Shot
from accel_ros.replay.records import Record
from accel_ros.replay.tally import Tally
from accel_ros.replay.worst import WorstFrames
from accel_ros.timing import Stopwatch


@dataclass(frozen=True)
class Answer:
    """Labels, the milliseconds from the message to them, and their age where that was measured."""

    result: Segmentation
    total_ms: float
    age_ms: float | None = None


class Labeller(Protocol):
    """Gives a footage's images their labels."""

    def label(self, shot: Shot) -> Answer | None:
        """Return the labels of an image; None: it was dropped. Raises ImageError, EngineError."""

    def close(self) -> None:
        """Let go of what it holds."""


class PipelineLabeller:
    """The node's pipeline at a fixed interval; every image gets labels."""

    def __init__(
        self, bundle: Bundle, engine: Engine, interval: int, keyframes: frozenset[int]
    ) -> None:
        """`keyframes` are images that an evaluation protocol wants to be keyframes."""
        self._pipeline = Pipeline(bundle, engine, interval)
        self._keyframes = keyframes

    def label(self, shot: Shot) -> Answer:
        """Process the image. Raises ImageError, EngineError."""
        if shot.cut or shot.number in self._keyframes:
            self._pipeline.reset()
        watch = Stopwatch()
        result = self._pipeline.process(shot.frame)
        return Answer(result, shot.decode_ms + watch.total_ms())

    def close(self) -> None:
        """Let go of the state."""
        self._pipeline.close()


class Run:
    """Gives images their labels and compares them with what is expected."""

    def __init__(
        self,
        labeller: Labeller,
        tally: Tally,
        worst: WorstFrames,
        ignore: int,
        size: tuple[int, int],
    ) -> None:
        """`ignore` is the value of true labels that do not count; `size` that of the matches."""
        self.tally, self.worst = tally, worst
        self._labeller, self._ignore, self._size = labeller, ignore, size
        self._before: np.ndarray | None = None  # the labels of the image before, if it has some

    def label(self, shot: Shot, problems: Problems) -> Answer | None:
        """Return the labels of an image and what they took; None where it has none."""
        try:
            answer = self._labeller.label(shot)
        except ImageError as cause:
            problems.note(f'image {shot.number} cannot be used: {cause}')
            answer = None
        if answer is None:
            self._before = None
        return answer

    def remember(self, answer: Answer) -> None:
        """Take the labels of an image that has been counted already."""
        self._before = images.resize_labels(answer.result.labels, self._size)

    def count(
        self,
        shot: Shot,
        answer: Answer,
        reference: np.ndarray | None,
        match: Match | None,
        problems: Problems,
    ) -> Record:
        """Count a labelled image: against the truth, the frame-by-frame labels, the one before."""
        result = answer.result
        self.tally.frames += 1
        if result.kind == 'key':
            self.tally.last_keyframe = shot.number
        accuracy = self._against_truth(shot, result, problems)
        agreement = None
        if reference is not None:
            distance = result.frames_since_keyframe
            agreement = self.tally.reference.add(distance, reference, result.labels)
        if shot.labels is None and reference is not None and agreement is not None:
            self.worst.offer(shot, result.labels, reference, agreement, 'frame by frame')
        return Record(
            number=shot.number,
            stamp_ns=shot.frame.stamp_ns,
            arrival_ns=shot.arrival_ns,
            kind=result.kind,
            reason=result.reason,
            frames_since_keyframe=result.frames_since_keyframe,
            drift=result.drift,
            decode_ms=shot.decode_ms,
            convert_ms=result.convert_ms,
            infer_ms=result.infer_ms,
            total_ms=answer.total_ms,
            accuracy=accuracy,
            agreement=agreement,
            consistency=self._consistency(result.labels, match),
            age_ms=answer.age_ms,
        )

    def close(self) -> None:
        """Let go of the labeller."""
        self._labeller.close()

    def _against_truth(self, shot: Shot, result: Segmentation, problems: Problems) -> float | None:
        if shot.labels is None:
            return None
        truth = images.resize_labels(shot.labels, result.labels.shape[:2])
        truth = np.where(truth == UNLABELLED, np.uint8(self._ignore), truth)
        try:
            accuracy = self.tally.truth.add(result.frames_since_keyframe, truth, result.labels)
        except ValueError as cause:
            problems.note(f'the true labels of image {shot.number} are left out: {cause}')
            return None
        if accuracy is not None:
            self.worst.offer(shot, result.labels, truth, accuracy, 'true labels')
        return accuracy

    def _consistency(self, labels: np.ndarray, match: Match | None) -> float | None:
        """Compare with the labels of the image before, at the size of the match."""
        labels = images.resize_labels(labels, self._size)
        before, self._before = self._before, labels
        if match is None or before is None:
            return None
        here = Consistency()
        here.add(match, before, labels)
        self.tally.consistency.equal += here.equal
        self.tally.consistency.seen += here.seen
        return here.share if here.seen else None
