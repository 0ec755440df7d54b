# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A bag played into the node over DDS: three processes and this one."""

import contextlib
import dataclasses
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from accel_ros.msg import FrameTiming
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy
from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image
from support.images import stamp_of
from support.node import NODE, running
from support.recordings import PERIOD_NS, START_NS, image_topic, write_bag
from support.replays import CAMERA, LABELS, labelled_bag, scene, task

from accel_ros.replay.task import evaluate

FRAMES = 25
SLOW = (str(Path(__file__).parents[1] / 'support' / 'slow_node.py'),)
LONG = QosTime(2147483647, 4294967295)
BEST_EFFORT = Qos(
    QosHistory.KEEP_LAST, 7, QosReliability.BEST_EFFORT, QosDurability.VOLATILE,
    LONG, LONG, QosLiveliness.AUTOMATIC, LONG, False,
)  # fmt: skip
LATCHED = BEST_EFFORT._replace(
    reliability=QosReliability.RELIABLE, durability=QosDurability.TRANSIENT_LOCAL
)


@contextlib.contextmanager
def accel_ros(*arguments):
    """Run a command in the background; it is gone at the end."""
    command = [sys.executable, '-m', 'accel_ros.cli', *map(str, arguments)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def finish(process, how=None):
    """Wait until a command ends, after a signal if one is given; returns what it said."""
    if how is not None:
        process.send_signal(how)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    return out + error


def settings(bundle, mode='sync'):
    return {
        'bundle': str(bundle),
        'autostart': True,
        'use_sim_time': True,
        'keyframe_interval': 3,
        'keyframe_mode': mode,
    }


@pytest.mark.parametrize(
    'seconds, mode',
    [(0.0, 'sync'), (0.09, 'sync'), (0.0, 'concurrent')],
    ids=['quick', 'slow', 'concurrent'],
)
def test_live_labels_are_the_offline_ones(domain, bundle, tmp_path, seconds, mode):
    """Also where the node is slower than the camera, drops images, and takes other keyframes."""
    bag = labelled_bag(tmp_path / 'bag', scene(FRAMES))
    gate = tmp_path / 'gate'
    gate.write_text(str(seconds))
    program = (*SLOW, str(gate)) if seconds else NODE
    live = tmp_path / 'live'
    with running(tmp_path, settings(bundle, mode), program=program) as (_, client):
        client.until_active()
        with accel_ros('record', '-o', live) as recorder:
            client.wait_for(
                lambda: client.node.count_subscribers('/camera/segmentation/timing'), 'recorder'
            )
            with accel_ros('play', bag, '--topics', CAMERA, '--clock') as player:
                assert f'played {FRAMES} messages' in finish(player)
            assert 'recorded the labels' in finish(recorder, signal.SIGINT)
    work = dataclasses.replace(
        task(bag, tmp_path / 'report', {'tiny': bundle}, labels=LABELS), live=live
    )
    runs = {(run.mode, run.interval): run for run in evaluate(work).runs}
    both = runs['same', 3]
    assert both.tally.frames >= 5
    assert (both.columns.agreement == 1.0).all(), 'a live label differs from the offline one'
    seen = runs['live', 3].real_time
    assert seen.received == FRAMES and seen.since_stamp
    timing = (live / 'timing.csv').read_text()
    assert (',landed' in timing) == (mode == 'concurrent')
    if seconds:
        assert seen.dropped >= FRAMES // 4


def test_a_new_interval_shows_within_two_frames(domain, bundle, tmp_path):
    """While a bag is played in a loop."""
    bag = write_bag(tmp_path / 'bag', {CAMERA: image_topic(scene(15))})
    with running(tmp_path, settings(bundle)) as (_, client):
        client.until_active()
        timing = client.listen('timing', FrameTiming)
        with accel_ros('play', bag, '--loop', '--clock') as player:
            client.wait_for(lambda: len(timing.messages) > 20, 'more than one lap')
            for interval in (7, 1, 4):
                assert client.set('keyframe_interval', interval) == ''
                # Frames at work while the parameter was set may still be of the old interval.
                during = len(timing.messages)
                client.wait_for(lambda: len(timing.messages) > during + 10, 'ten frames')  # noqa: B023
                later = timing.messages[during + 2 :]
                assert {m.keyframe_interval for m in later} == {interval}
                gaps = {m.frames_since_keyframe for m in later}
                assert max(gaps) <= max(interval - 1, 6)
            finish(player, signal.SIGINT)
        assert 'stamp' in {m.keyframe_reason for m in timing.messages}, 'the bag begins again'


def test_a_bag_is_played_with_its_qos(domain, client, tmp_path):
    cases = {
        '/unknown': ([], 'RELIABLE', 'VOLATILE'),
        '/sensor': ([BEST_EFFORT], 'BEST_EFFORT', 'VOLATILE'),
        '/latched': ([LATCHED], 'RELIABLE', 'TRANSIENT_LOCAL'),
        '/mixed': ([LATCHED, BEST_EFFORT], 'BEST_EFFORT', 'VOLATILE'),
    }
    topics = {name: image_topic(scene(2)) for name in cases}
    profiles = {name: recorded for name, (recorded, _, _) in cases.items()}
    bag = write_bag(tmp_path / 'bag', topics, profiles=profiles)
    with accel_ros('play', bag, '--wait', '30'):
        for name, (_, reliability, durability) in cases.items():
            client.wait_for(lambda: client.node.count_publishers(name), 'the player')  # noqa: B023
            [info] = client.node.get_publishers_info_by_topic(name)
            assert info.qos_profile.reliability == ReliabilityPolicy[reliability]
            assert info.qos_profile.durability == DurabilityPolicy[durability]


def test_a_bag_is_played_with_its_timing_and_clock(domain, client, tmp_path):
    bag = write_bag(tmp_path / 'bag', {CAMERA: image_topic(scene(10))})
    images = client.listen(CAMERA, Image)
    clock = client.listen('/clock', Clock)
    with accel_ros('play', bag, '--rate', '0.5', '--clock', '50') as player:
        client.wait_for(lambda: len(images.messages) == 10, 'all images')
        finish(player)
    stamps = [stamp_of(message) for message in images.messages]
    assert stamps == [START_NS + n * PERIOD_NS for n in range(10)]
    times = [m.clock.sec * 10**9 + m.clock.nanosec for m in clock.messages]
    assert times == sorted(times) and times[0] >= START_NS
    assert times[-1] <= START_NS + 9 * PERIOD_NS and len(times) > 10


def test_what_cannot_be_played_is_one_line(domain, tmp_path):
    bag = write_bag(tmp_path / 'bag', {CAMERA: image_topic(scene(1))})
    for arguments, complaint in (
        ([bag, '--topics', '/up'], 'has no topic /up; it has: /camera/image_raw'),
        ([tmp_path / 'missing'], 'there is no bag'),
    ):
        with accel_ros('play', *arguments) as player:
            _, error = player.communicate(timeout=60)
        assert player.returncode == 1 and complaint in error and error.count('\n') == 1
