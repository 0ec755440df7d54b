# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Images in every encoding, made by the definition of each: what a camera would send."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

BAYER = ('bayer_rggb8', 'bayer_bggr8', 'bayer_gbrg8', 'bayer_grbg8')
YUV422 = ('yuv422', 'uyvy', 'yuv422_yuy2', 'yuyv')
NV = ('nv12', 'nv21')
COLOUR = ('rgb8', 'bgr8', 'rgba8', 'bgra8', *YUV422, *NV, *BAYER)
GREY = ('mono8', 'mono16')


def grey_of(rgb: np.ndarray) -> np.ndarray:
    """The brightness of rgb8, u8 [h, w]."""
    return np.uint8(np.rint(rgb @ [0.299, 0.587, 0.114]))


def store(rgb: np.ndarray, encoding: str, big_endian: bool = False) -> np.ndarray:
    """The rows, u8 [rows, bytes], in which an encoding stores rgb8 u8 [h, w, 3].

    A colour that pixels share is that of the first of them.
    """
    if encoding in ('rgb8', 'bgr8', 'rgba8', 'bgra8'):
        pixels = rgb if encoding.startswith('rgb') else rgb[..., ::-1]
        if 'a' in encoding:
            pixels = np.pad(pixels, ((0, 0), (0, 0), (0, 1)), constant_values=99)
    elif encoding in GREY:
        pixels = grey_of(rgb)
        if encoding == 'mono16':
            order = (pixels, 255 - pixels) if big_endian else (255 - pixels, pixels)
            pixels = np.stack(order, -1)
    elif encoding in BAYER:
        letters = np.resize(list(encoding[6:10]), (2, 2))
        tiles = np.tile(letters, (rgb.shape[0] // 2 + 1, rgb.shape[1] // 2 + 1))
        channel = np.vectorize('rgb'.index)(tiles[: rgb.shape[0], : rgb.shape[1]])
        pixels = np.take_along_axis(rgb, channel[..., None], -1)
    else:
        return _store_yuv(rgb, encoding)
    return pixels.reshape(len(rgb), -1)


def _store_yuv(rgb: np.ndarray, encoding: str) -> np.ndarray:
    """BT.601 with a limited range."""
    matrix = [[65.738, 129.057, 25.064], [-37.945, -74.494, 112.439], [112.439, -94.154, -18.285]]
    yuv = np.uint8(np.rint(rgb @ np.transpose(matrix) / 256 + [16, 128, 128]))
    y, u, v = yuv[..., 0], yuv[:, ::2, 1], yuv[:, ::2, 2]
    if encoding in NV:
        pair = (u, v) if encoding == 'nv12' else (v, u)
        return np.vstack([y, np.stack(pair, -1)[::2].reshape(len(y) // 2, -1)])
    first = (u, y[:, ::2], v, y[:, 1::2])
    second = (y[:, ::2], u, y[:, 1::2], v)
    order = first if encoding in ('yuv422', 'uyvy') else second
    return np.stack(order, -1).reshape(len(y), -1)


def message(
    rgb: np.ndarray, encoding: str, padding: int = 0, big_endian: bool = False, filling: int = 255
) -> SimpleNamespace:
    """The fields of a sensor_msgs/Image; every row ends with `padding` bytes of `filling`."""
    rows = store(rgb, encoding, big_endian)
    rows = np.pad(rows, ((0, 0), (0, padding)), constant_values=filling)
    return SimpleNamespace(
        height=rgb.shape[0],
        width=rgb.shape[1],
        encoding=encoding,
        is_bigendian=int(big_endian),
        step=rows.shape[1],
        data=rows.tobytes(),
    )


def blocks(height: int, width: int, size: int = 2, seed: int = 0) -> np.ndarray:
    """A random picture, rgb8, of blocks with one colour each, so that they may share it."""
    rng = np.random.default_rng(seed)
    shape = (-(-height // size), -(-width // size), 3)
    colours = rng.integers(0, 256, shape, dtype=np.uint8)
    return colours.repeat(size, 0).repeat(size, 1)[:height, :width]
