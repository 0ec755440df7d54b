# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A labelled still becomes the last frame of a short drive with exactly known flow.

CamVid labels one frame a second, so no labelled frame has a predecessor to learn flow, warp and
fusion from. Here the still is put on the stage set of :mod:`accel_model.datasets.relief`, a
virtual camera is driven backwards through it, and cars and people move on their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from accel_model.datasets import camvid
from accel_model.datasets.relief import horizon, inverse_depth
from accel_ros.resample import pixel_grid, resample

FOCAL = 1.0  # focal length in image widths, about that of the CamVid camera
MOVERS = (camvid.CAR, camvid.PEDESTRIAN, camvid.BICYCLIST)
ONCOMING = 0.25  # share of the movers that pass by fast

Image = np.ndarray
Map = np.ndarray


@dataclass(frozen=True)
class Motion:
    """What the camera does between two frames, seen from the later frame.

    :ivar forward: distance driven, in depths of the ground at the lower edge.
    :ivar sideways: shift of the nearest pixels to the side, in image widths.
    :ivar turn: yaw, pitch and roll in radians.
    """

    forward: float
    sideways: float
    turn: tuple[float, float, float]


@dataclass(frozen=True)
class Drive:
    """A clip and its flow.

    :ivar images: u8 [T, H, W, 3], oldest first; the last one is the still itself.
    :ivar flows: f32 [T - 1, H, W, 2]: pixels from frame i + 1 back to frame i.
    :ivar valid: bool [T - 1, H, W]: where that flow is known and ends inside the image.
    """

    images: Image
    flows: Map
    valid: np.ndarray


def random_motion(rng: np.random.Generator) -> Motion:
    """A car's motion within about 1/15 s: mostly forward, seldom turning, always rocking."""
    yaw = rng.normal(0, 0.02 if rng.random() < 0.3 else 0.004)
    return Motion(
        forward=float(rng.uniform(0, 0.25) if rng.random() < 0.9 else 0.0),
        sideways=float(rng.normal(0, 0.01)),
        turn=(float(yaw), float(rng.normal(0, 0.003)), float(rng.normal(0, 0.002))),
    )


def drive(
    image: Image, labels: Image, frames: int, motion: Motion, rng: np.random.Generator
) -> Drive:
    """Invent the `frames` - 1 frames that led to a labelled still [H, W, 3]."""
    horizon_row = horizon(labels)
    nearness = inverse_depth(labels, horizon_row)
    own = _object_motion(labels, nearness, rng)
    order = np.argsort(nearness, axis=None, kind='stable')  # nearest last: it hides the others
    backdrop = ~np.isin(labels, MOVERS)
    height, width = labels.shape
    position = pixel_grid(height, width)
    source = position  # where in the still each pixel of the latest view comes from
    known = np.ones((height, width), bool)
    images, flows, valid = [image], [], []
    for _ in range(frames - 1):
        moved, nearness = _step(position, nearness, motion, horizon_row)
        moved += own
        flow = resample(moved - position, source)
        flows.append(flow)
        valid.append(known & _inside(flow))
        source, known = _splat(moved, order, backdrop)
        images.append(resample(image, source, cv2.BORDER_REFLECT))
        position = moved
    return Drive(np.stack(images[::-1]), np.stack(flows[::-1]), np.stack(valid[::-1]))


def _step(position: Map, nearness: Map, motion: Motion, horizon_row: float) -> tuple[Map, Map]:
    """Where the points are seen one frame earlier, and how near they were then."""
    height, width = nearness.shape
    focal = FOCAL * width
    yaw, pitch, roll = motion.turn
    shrink = 1 / (1 + motion.forward * nearness)
    x = position[..., 0] - width / 2
    y = position[..., 1] - horizon_row
    x = (x + motion.sideways * width * nearness) * shrink
    y = y * shrink
    earlier_x = x + yaw * (focal + x * x / focal) + pitch * x * y / focal - roll * y
    earlier_y = y + pitch * (focal + y * y / focal) + yaw * x * y / focal + roll * x
    earlier = np.stack([earlier_x + width / 2, earlier_y + horizon_row], -1)
    return earlier.astype(np.float32), nearness * shrink


def _object_motion(labels: Image, nearness: Map, rng: np.random.Generator) -> Map:
    """Pixels per frame by which cars and people move on their own, [H, W, 2]."""
    own = np.zeros((*labels.shape, 2), np.float32)
    for mover in MOVERS:
        count, parts, stats, _ = cv2.connectedComponentsWithStats(
            (labels == mover).astype(np.uint8)
        )
        for part in range(1, count):
            if stats[part, cv2.CC_STAT_AREA] < 50 or rng.random() < 0.4:
                continue
            mask = parts == part
            near = float(nearness[mask].max())
            pace = 4.0 if rng.random() < ONCOMING else 1.0
            own[mask] = pace * rng.normal(0, (12 * near + 0.5, 3 * near))
    return own


def _inside(flow: Map) -> np.ndarray:
    height, width = flow.shape[:2]
    x = flow[..., 0] + np.arange(width)
    y = flow[..., 1] + np.arange(height)[:, None]
    return (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)


def _splat(moved: Map, order: np.ndarray, backdrop: np.ndarray) -> tuple[Map, np.ndarray]:
    """Invert a displacement of the still's pixels, nearer pixels over farther ones.

    :returns: for every pixel of the new view its position in the still, and where it is known;
        unknown ones continue the nearest known pixel of the backdrop.
    """
    height, width = moved.shape[:2]
    target = moved.reshape(-1, 2)[order]
    cell = np.rint(target).astype(np.int32)
    inside = ((cell >= 0) & (cell < (width, height))).all(1)
    cell, target, order = cell[inside], target[inside], order[inside]
    index = cell[:, 1] * width + cell[:, 0]
    source = np.zeros((height * width, 2), np.float32)
    source[index] = _coordinates(order, width) + (cell - target)
    known, anchor = np.zeros(height * width, bool), np.zeros(height * width, bool)
    known[index] = True
    anchor[index] = backdrop.ravel()[order]
    _continue(source, known, anchor.reshape(height, width))
    return source.reshape(height, width, 2), known.reshape(height, width)


def _continue(source: Map, known: np.ndarray, anchor: np.ndarray) -> None:
    """Fill unknown positions from their nearest anchors, as if the picture went on beyond them."""
    _, zone = cv2.distanceTransformWithLabels(
        (~anchor).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    nearest = np.zeros(zone.max() + 1, np.int32)
    nearest[zone[anchor]] = np.flatnonzero(anchor)
    unknown = np.flatnonzero(~known)
    near = nearest[zone.ravel()[unknown]]
    width = anchor.shape[1]
    source[unknown] = source[near] + (_coordinates(unknown, width) - _coordinates(near, width))


def _coordinates(index: np.ndarray, width: int) -> Map:
    """Pixel numbers [N] -> x and y, [N, 2]."""
    return np.stack(np.divmod(index, width)[::-1], -1).astype(np.float32)
