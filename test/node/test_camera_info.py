# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The calibration of label images: a point of the world stays on its pixel."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensor_msgs.msg import CameraInfo, RegionOfInterest
from std_msgs.msg import Header

from accel_ros.node.camera_info import MAX_FULL, Calibration, problem, scaled

HEADER = Header(frame_id='optical')
K = [500.0, 0.0, 321.25, 0.0, 510.0, 239.5, 0.0, 0.0, 1.0]
P = [480.0, 0.0, 320.0, -57.6, 0.0, 480.0, 240.0, 3.0, 0.0, 0.0, 1.0, 0.0]


def info_of(height=480, width=640, roi=(0, 0, 0, 0), binning=(0, 0), **changes) -> CameraInfo:
    """A calibration; `roi` is x, y, width, height, and `binning` that of x and y."""
    fields = {
        'height': height,
        'width': width,
        'distortion_model': 'plumb_bob',
        'd': [0.1, -0.2, 0.001, 0.002, 0.05],
        'k': K,
        'r': np.eye(3).ravel(),
        'p': P,
        'binning_x': binning[0],
        'binning_y': binning[1],
        'roi': RegionOfInterest(x_offset=roi[0], y_offset=roi[1], width=roi[2], height=roi[3]),
    }
    return CameraInfo(**{**fields, **changes})


def pixel_of(info: CameraInfo, point: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Where a matrix puts a point of the world in the image, as image_geometry defines it."""
    u, v, w = matrix @ point
    offset = np.array([info.roi.x_offset, info.roi.y_offset])
    return (np.array([u, v]) / w - offset) / [max(info.binning_x, 1), max(info.binning_y, 1)]


def check_points(info, result, image, labels):
    """Every point's label pixel is where the resizing of the image put its pixel."""
    scale = np.array([labels[1] / image[1], labels[0] / image[0]])
    for point in np.array([[0, 0, 1, 1], [0.3, -0.2, 1, 1], [-2, 1, 7, 1]], float):
        for shape, name in (((3, 3), 'k'), ((3, 4), 'p')):
            before = pixel_of(info, point[: shape[1]], getattr(info, name).reshape(shape))
            after = pixel_of(result, point[: shape[1]], getattr(result, name).reshape(shape))
            assert after == pytest.approx((before + 0.5) * scale - 0.5, abs=1e-6)


def test_labels_of_the_images_size_have_the_images_own_calibration():
    info = info_of(roi=(16, 8, 320, 240), binning=(2, 2))
    result = scaled(info, HEADER, (120, 160), (120, 160))
    assert result.header == HEADER
    result.header = info.header
    assert result == info


def test_a_smaller_label_image():
    result = scaled(info_of(), HEADER, (480, 640), (120, 320))
    assert (result.height, result.width) == (120, 320)
    assert result.k == pytest.approx([250, 0, 160.375, 0, 127.5, 59.5, 0, 0, 1])
    assert result.p == pytest.approx([240, 0, 159.75, -28.8, 0, 120, 59.625, 0.75, 0, 0, 1, 0])
    assert (result.distortion_model, list(result.d)) == (
        'plumb_bob',
        [0.1, -0.2, 0.001, 0.002, 0.05],
    )
    assert list(result.r) == [1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert result.roi == RegionOfInterest() and (result.binning_x, result.binning_y) == (0, 0)
    assert problem(result, (120, 320)) is None


def test_region_of_interest_and_binning_are_scaled():
    info = info_of(roi=(100, 60, 400, 300), binning=(2, 1), distortion_model='equidistant')
    result = scaled(info, HEADER, (300, 200), (150, 100))
    assert (result.height, result.width) == (240, 320)
    roi = result.roi
    assert (roi.x_offset, roi.y_offset, roi.width, roi.height) == (50, 30, 200, 150)
    assert (result.binning_x, result.binning_y) == (2, 1)
    check_points(info, result, (300, 200), (150, 100))


sides = st.integers(1, 3000)


@given(
    image=st.tuples(sides, sides),
    labels=st.tuples(sides, sides),
    binning=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    offset=st.tuples(st.integers(0, 500), st.integers(0, 500)),
    region=st.booleans(),
)
def test_points_stay_on_their_pixels_at_any_size(image, labels, binning, offset, region):
    part = image[1] * max(binning[0], 1), image[0] * max(binning[1], 1)
    if region:
        info = info_of(part[1] + offset[1] + 3, part[0] + offset[0], (*offset, *part), binning)
    else:
        info = info_of(part[1], part[0], binning=binning)
    assert problem(info, image) is None
    result = scaled(info, HEADER, image, labels)
    assert max(result.height, result.width) > MAX_FULL or problem(result, labels) is None
    check_points(info, result, image, labels)


def test_an_uncalibrated_camera_stays_one():
    info = info_of(k=[0.0] * 9, p=[0.0] * 12, d=[], distortion_model='')
    assert problem(info, (480, 640)) is None
    result = scaled(info, HEADER, (480, 640), (48, 64))
    assert not result.k.any() and not result.p.any() and (result.height, result.width) == (48, 64)


@pytest.mark.parametrize(
    ('changes', 'complaint'),
    [
        (
            {'height': 720, 'width': 1280},
            'that of an image of 1280x720 pixels .*and the image has 64',
        ),
        ({'binning': (2, 2)}, 'that of an image of 320x240'),
        ({'roi': (0, 0, 100, 100)}, 'that of an image of 100x100'),
        ({'roi': (600, 0, 100, 480)}, 'its region of interest is not within its 640x480'),
        ({'height': 0, 'width': 0}, 'that of an image of 0x0'),
        ({'height': MAX_FULL + 1}, '640x65537, and 65536 a side is the most'),
        ({'k': [float('nan')] * 9}, 'its K has values that are not finite'),
        ({'p': [float('inf')] * 12}, 'its P has values that are not finite'),
        ({'d': [float('inf')]}, 'its D has'),
        ({'k': [500.0, *[0.0] * 8]}, 'focal lengths are 500 and 0'),
        ({'k': [-500.0, 0, 0, 0, 500.0, 0, 0, 0, 1.0]}, 'have to be positive'),
    ],
)
def test_what_cannot_be_the_images_calibration_is_said(changes, complaint):
    assert re.search(complaint, problem(info_of(**changes), (480, 640)))


uint32 = st.integers(0, 2**32 - 1) | st.integers(0, 20)
doubles = st.floats()


@given(
    height=uint32, width=uint32, roi=st.tuples(*[uint32] * 4), binning=st.tuples(uint32, uint32),
    k=st.lists(doubles, min_size=9, max_size=9), p=st.lists(doubles, min_size=12, max_size=12),
    d=st.lists(doubles, max_size=3), image=st.tuples(*[st.integers(1, 20)] * 2),
    labels=st.tuples(*[st.integers(1, 16384)] * 2), fits=st.booleans(),
)  # fmt: skip
def test_any_calibration_is_scaled_or_explained(image, labels, fits, roi, **fields):
    if fits:  # seldom by chance
        fields |= {'height': image[0], 'width': image[1], 'binning': (0, 1)}
        roi = (0, 0, 0, 0)
    info = info_of(roi=roi, **fields)
    said = problem(info, image)
    if said is None:
        result = scaled(info, HEADER, image, labels)
        assert (result.height, result.width) == labels
    else:
        assert re.fullmatch('(its|it is that of) .+', said)


def test_the_newest_calibration_counts_and_a_bad_one_is_spoken_of_once(client):
    warnings = []
    calibration = Calibration(client.node, 'camera', warnings.append)
    publisher = client.node.create_publisher(CameraInfo, '/camera/camera_info', 10)
    assert calibration.of_labels(HEADER, (480, 640), (48, 64)) is None and not warnings

    def publish(**changes):
        client.wait_for(publisher.get_subscription_count, 'the subscription')
        publisher.publish(info_of(**changes))

    def result():
        return calibration.of_labels(HEADER, (480, 640), (48, 64))

    client.wait_for(lambda: publish() or result(), 'the calibration')
    assert result() == scaled(info_of(), HEADER, (480, 640), (48, 64))
    for times in (1, 2):
        client.wait_for(lambda: publish(width=700) or result() is None, 'the bad calibration')
        for _ in range(3):
            assert result() is None
        assert (
            len(warnings) == times
            and 'not passed on: it is that of an image of 700x480' in warnings[0]
        )
        client.wait_for(lambda: publish() or result(), 'the good calibration')
    calibration.close()
    client.node.destroy_publisher(publisher)
