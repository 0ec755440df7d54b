# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import cv2
import numpy as np
import pytest

from accel_ros.errors import AccelError
from accel_ros.film import Film


def read(path) -> list[np.ndarray]:
    capture, frames = cv2.VideoCapture(str(path)), []
    while (frame := capture.read())[0]:
        frames.append(frame[1])
    return frames


@pytest.mark.parametrize('size', [(48, 64), (49, 65)])
def test_a_film_plays_what_was_written(tmp_path, size):
    film = Film(tmp_path / 'film.mp4', fps=12.5)
    for red in (0, 100, 200):
        film.write(np.full((*size, 3), (red, 50, 0), np.uint8))
    film.close()
    frames = read(tmp_path / 'film.mp4')
    assert [frame.shape for frame in frames] == [(48, 64, 3)] * 3  # even sides
    assert [round(float(frame[..., 2].mean()), -1) for frame in frames] == [0, 100, 200]
    assert cv2.VideoCapture(str(tmp_path / 'film.mp4')).get(cv2.CAP_PROP_FPS) == 12.5


def test_other_sizes_are_fitted_into_the_first(tmp_path):
    film = Film(tmp_path / 'film.mp4', fps=10)
    for size in ((48, 64), (100, 30), (1, 1)):
        film.write(np.zeros((*size, 3), np.uint8))
    film.close()
    assert len(read(tmp_path / 'film.mp4')) == 3


def test_a_film_that_cannot_be_written(tmp_path):
    film = Film(tmp_path / 'none' / 'film.mp4', fps=10)
    with pytest.raises(AccelError, match='cannot be written'):
        film.write(np.zeros((48, 64, 3), np.uint8))
    film.close()
