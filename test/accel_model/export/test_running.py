# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A camera's way through graphs in the making."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.bundles import HEIGHT, WIDTH, Arithmetic, write_bundle

from accel_model.export.running import Graphs, Walk

KEYFRAMES = (True, False, False, True, False)


@pytest.mark.parametrize('as_bytes', [False, True])
def test_a_walk_carries_state_and_previous_image(tmp_path: Path, as_bytes: bool) -> None:
    write_bundle(tmp_path)
    files = {name: tmp_path / f'{name}.onnx' for name in ('keyframe', 'update')}
    models = {name: path.read_bytes() for name, path in files.items()} if as_bytes else files
    walk, due, rng = Walk(Graphs(models, threads=1)), Arithmetic(), np.random.default_rng(7)
    for keyframe in KEYFRAMES:
        image = rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
        graph, outputs = walk.step(image, keyframe)
        assert graph == ('keyframe' if keyframe else 'update')
        labels = due.keyframe(image) if keyframe else due.update(image)
        np.testing.assert_array_equal(outputs['labels'][0], labels)


def test_without_updates_every_frame_is_a_keyframe(tmp_path: Path) -> None:
    write_bundle(tmp_path, 'frame')
    walk = Walk(Graphs({'keyframe': tmp_path / 'keyframe.onnx'}))
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    assert [walk.step(image, keyframe)[0] for keyframe in KEYFRAMES] == 5 * ['keyframe']
