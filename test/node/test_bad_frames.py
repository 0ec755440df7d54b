# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Images that cannot be used: each is counted and explained, and the next good one is labelled."""

import pytest
from accel_ros.msg import FrameTiming
from support.images import image_of
from support.node import running


@pytest.fixture(scope='module')
def talk(domain, bundle, tmp_path_factory):
    """An active node and its client."""
    parameters = {'bundle': str(bundle), 'autostart': True}
    with running(tmp_path_factory.mktemp('node'), parameters) as (node, client):
        client.until_active()
        yield node, client


def unknown_encoding(message):
    message.encoding = 'yuv999'


def truncated(message):
    message.data = message.data[:-100]


def a_huge_promise(message):
    message.height = message.width = 2**32 - 1


def odd_colours(message):
    message.encoding, message.width = 'nv12', 3


def too_few_rows(message):
    message.encoding, message.step = 'nv21', message.width * 3


def no_data(message):
    message.data = b''


def no_pixels(message):
    message.height = message.width = message.step = 0
    message.data = b''


def short_step(message):
    message.step -= 1


BAD = {
    unknown_encoding: ("'yuv999' is not supported", 'bayer_grbg8'),
    a_huge_promise: ('height is 4294967295', 'at most'),
    odd_colours: ('width and height have to be even', 'another encoding'),
    too_few_rows: ('truncated: 18432 bytes of 27648', '96 rows of 288'),
    truncated: ('truncated: 18332 bytes of 18432', '64 rows of 288'),
    no_data: ('truncated: 0 bytes', 'bytes'),
    no_pixels: ('empty', 'height'),
    short_step: ('step', 'bytes'),
}


@pytest.mark.parametrize('spoil', BAD, ids=lambda spoil: spoil.__name__)
def test_a_bad_image_is_one_explained_drop(talk, drive, spoil):
    node, client = talk
    camera = client.camera()
    timing = client.listen('timing', FrameTiming)
    camera.warm_up(drive(0), timing)
    camera.send(image_of(drive(1), 1001))
    before = timing.wait(1001)
    bad = image_of(drive(2), 1002)
    spoil(bad)
    what, accepted = BAD[spoil]
    camera.send(bad)
    client.wait_for(lambda: node.lines(what), 'the log line')
    for _ in range(2):
        camera.send(bad)
        client.within(0.05, lambda: False)
    camera.send(image_of(drive(5), 1005))
    after = timing.wait(1005)
    client.wait_for(lambda: node.lines('frames are usable again'), 'the end of the bad spell')
    client.forget()
    assert after.processed == before.processed + 1
    assert after.dropped - before.dropped == after.received - before.received - 1 > 0
    assert not timing.has(1002)
    [line] = node.lines(what)
    assert 'ERROR' in line and 'segment.camera' in line and accepted in line
    assert 'Traceback' not in node.log
