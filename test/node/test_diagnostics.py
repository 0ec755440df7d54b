# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""/diagnostics from another process: the figures, and why nothing comes out when nothing does."""

import functools
import platform

import pytest
from accel_ros.msg import FrameTiming
from rclpy.qos import qos_profile_sensor_data
from support.images import image_of
from support.node import running
from support.reports import ERROR, OK, STALE, Reports, values

from accel_ros.node.diagnostics import Level, worst


@pytest.fixture
def start(domain, bundle, tmp_path):
    """Return a context of a node with these parameters: its client and reports."""

    def run(*arguments, autostart=True, **parameters):
        parameters = {'bundle': str(bundle), 'autostart': autostart, **parameters}
        return running(tmp_path, parameters, *arguments)

    return run


def test_from_unconfigured_to_labels_and_back(start, bundle, drive):
    with start(autostart=False) as (_, client):
        reports = Reports(client)
        status = reports.wait('the node is unconfigured; configure and activate it')
        assert status.level == STALE
        client.change('configure')
        assert reports.wait('the node is inactive; activate it').level == STALE
        status = reports.wait('tiny-accel is ready', 'segment: network')
        assert status.level == OK
        assert values(status)['engine state'] == 'ready'
        assert values(status)['backend'] == 'onnxruntime'
        assert values(status)['bundle'] == str(bundle)
        assert int(values(status)['process memory (MiB)']) > 10
        client.change('activate')
        assert reports.wait('nobody publishes on /camera/image_raw').level == ERROR
        camera, timing = client.camera(), client.listen('timing', FrameTiming)
        camera.warm_up(drive(0), timing)
        stamp = 0
        while True:
            for _ in range(10):
                stamp += 1
                camera.send(image_of(drive(stamp % 50), client.node.get_clock().now().nanoseconds))
                client.within(0.03, lambda: False)
            status = reports.wait('', 'segment: camera camera')
            if status.level == OK and values(status)['latency update p50 (ms)']:
                break
            assert stamp < 300, status
        assert 'images per second get their labels' in status.message
        check_figures(status)
        client.change('deactivate')
        assert reports.wait('the node is inactive').level == STALE
        client.change('shutdown')
        assert reports.wait('the node is finalized', 'segment: network').level == STALE


def check_figures(status):
    assert status.hardware_id == platform.node() != ''
    figures = values(status)
    assert figures['topic'] == '/camera/image_raw'
    for name in ('rate in (Hz)', 'rate out (Hz)', 'age p95 (ms)', 'last image (s ago)'):
        assert float(figures[name]) > 0
    for kind in ('key', 'update'):
        p50, p95, p99 = (float(figures[f'latency {kind} {q} (ms)']) for q in ('p50', 'p95', 'p99'))
        assert 0 < p50 <= p95 <= p99
    assert 0 < float(figures['keyframe share']) < 1
    assert 'interval' in figures['keyframe reasons']
    received, labelled, overtaken, refused = (
        int(figures[f'{name} since activation'])
        for name in ('received', 'labelled', 'overtaken', 'refused')
    )
    assert received >= labelled + overtaken + refused > 0


def test_a_report_comes_again_and_again_with_a_stamp(start):
    with start(autostart=False) as (_, client):
        reports = Reports(client).listener
        client.wait_for(lambda: len(reports.messages) >= 3, 'three reports')
        stamps = [message.header.stamp.sec for message in reports.messages]
        assert stamps == sorted(stamps) and stamps[0] > 1_700_000_000


def test_a_bundle_that_cannot_be_used_is_a_failure_with_its_reason(start):
    with start(bundle='/nowhere') as (_, client):
        reports = Reports(client)
        for name in ('segment: network', 'segment: camera camera'):
            status = reports.wait('not configured: ', name)
            assert status.level == ERROR
            assert '/nowhere' in status.message and 'there is no such folder' in status.message
        assert values(reports.wait('', 'segment: network'))['engine state'] == 'failed'


def test_a_qos_that_does_not_fit_is_named(start):
    override = {'qos_overrides./camera/image_raw.subscription.reliability': 'reliable'}
    with start(**override) as (node, client):
        client.until_active()
        client.camera(qos=qos_profile_sensor_data)
        status = Reports(client).wait('QoS of /camera/image_raw does not fit')
        assert status.level == ERROR and 'reliab' in status.message.lower()
        client.wait_for(lambda: node.lines('QoS of /camera/image_raw'), 'the log line')


def test_an_encoding_that_is_refused_is_named(start, drive):
    with start() as (_, client):
        client.until_active()
        camera = client.camera()
        message = image_of(drive(0), 1)
        message.encoding = 'yuv999'
        reports = Reports(client)
        client.wait_for(functools.partial(_sent, client, camera, message, reports), 'the reason')


def _sent(client, camera, message, reports):
    """Send once more; whether the reason for the drop has been reported."""
    camera.send(message)
    client.within(0.2, lambda: False)
    statuses = [s for m in reports.listener.messages for s in m.status]
    return any("image dropped: the image encoding 'yuv999'" in s.message for s in statuses)


def test_every_camera_has_its_status_under_the_nodes_full_name(start):
    with start('-r', '__ns:=/robot', autostart=False, cameras=['left', 'rig/right']) as (
        _,
        client,
    ):
        reports = Reports(client).listener
        client.wait_for(lambda: reports.messages, 'a report')
        assert [status.name for status in reports.messages[0].status] == [
            'robot/segment: network',
            'robot/segment: camera left',
            'robot/segment: camera rig/right',
        ]


def test_a_fault_weighs_more_than_silence_and_silence_more_than_a_doubt():
    doubt, silence, fault = (Level.WARN, 'doubt'), (Level.STALE, 'silence'), (Level.ERROR, 'fault')
    assert worst([doubt, fault, silence], 'fine') == (Level.ERROR, 'fault; silence; doubt')
    assert worst([doubt, silence], 'fine') == (Level.STALE, 'silence; doubt')
    assert worst([], 'fine') == (Level.OK, 'fine')
