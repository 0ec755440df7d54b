# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The process: how it starts, and that it ends cleanly whatever the node is doing."""

import signal

import pytest
from accel_ros.msg import FrameTiming
from support.images import image_of
from support.node import NodeProcess, running


@pytest.mark.parametrize('how', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_working_node_cleanly(domain, bundle, tmp_path, drive, how):
    with running(tmp_path, {'bundle': str(bundle), 'autostart': True}) as (node, client):
        timing = client.listen('timing', FrameTiming)
        client.camera().warm_up(drive(0), timing)
        assert node.stop(how) == 0
        assert node.lines('images received')
        assert 'Traceback' not in node.log and 'ERROR' not in node.log


@pytest.mark.parametrize(
    'parameters, why',
    [
        ({'keyframe_interval': 0}, 'Min: 1'),
        ({'keyframe_interval': 'often'}, 'keyframe_interval'),
        ({'backend': 'openvino'}, 'choose one of'),
        ({'cameras': ['a b']}, "'a b' cannot be part"),
    ],
)
def test_an_invalid_first_value_is_one_line_and_a_status(domain, tmp_path, parameters, why):
    node = NodeProcess(tmp_path, parameters)
    assert node.wait() == 1
    [line] = node.log.strip().splitlines()
    assert 'not started' in line and why in line


def test_an_unreadable_parameter_file_is_one_line_and_a_status(domain, tmp_path):
    node = NodeProcess(tmp_path, {}, '--params-file', str(tmp_path / 'missing.yaml'))
    assert node.wait() == 1
    assert 'missing.yaml' in node.log
    assert 'Traceback' not in node.log


# Something goes wrong where nobody has thought of it: in the receiving of an image.
FAULTY_NODE = """
import sys
from accel_ros.node import camera, main
receive = camera.Camera.receive
def faulty(self, message):
    if message.header.frame_id == 'odd':
        raise RuntimeError('nobody has thought of this')
    receive(self, message)
camera.Camera.receive = faulty
sys.exit(main(sys.argv))
"""


def test_an_unforeseen_error_is_one_line_and_the_node_goes_on(domain, bundle, tmp_path, drive):
    program = tmp_path / 'faulty_node.py'
    program.write_text(FAULTY_NODE)
    parameters = {'bundle': str(bundle), 'autostart': True}
    with running(tmp_path, parameters, program=(str(program),)) as (node, client):
        timing = client.listen('timing', FrameTiming)
        camera = client.camera()
        camera.warm_up(drive(0), timing)
        for stamp in range(1001, 1005):
            camera.send(image_of(drive(1), stamp, frame_id='odd'))
            client.within(0.1, lambda: False)
        client.wait_for(lambda: node.lines('nobody has thought of this'), 'the log line')
        camera.send(image_of(drive(2), 2000))
        timing.wait(2000)
        assert client.state() == 'active'
        [line] = node.lines('nobody has thought of this')
        assert 'ERROR' in line and 'RuntimeError' in line
        assert 'Traceback' not in node.log
