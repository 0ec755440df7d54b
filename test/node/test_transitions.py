# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A transition that takes long: everything else of the node answers meanwhile."""

import signal
from pathlib import Path

import pytest
from accel_ros.msg import FrameTiming
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import GetParameters
from support.images import image_of
from support.node import running

SLOW_NODE = Path(__file__).parents[1] / 'support' / 'slow_node.py'


@pytest.fixture
def gate(tmp_path):
    """The file for which the engine waits."""
    return tmp_path / 'gate'


@pytest.fixture
def talk(domain, bundle, tmp_path, gate):
    """A node whose engine waits for the gate, and its client."""
    program = (str(SLOW_NODE), str(gate))
    with running(tmp_path, {'bundle': str(bundle)}, program=program) as (node, client):
        yield node, client
        gate.touch()


def begin(client, transition):
    """Ask for a transition and do not wait for it."""
    service = client.node.create_client(ChangeState, '/segment/change_state')
    client.wait_for(service.service_is_ready, 'the node')
    request = ChangeState.Request()
    request.transition.label = transition
    return service.call_async(request)


def test_services_parameters_and_diagnostics_answer_while_a_network_loads(talk, gate):
    _, client = talk
    diagnostics = client.listen('/diagnostics', DiagnosticArray)
    configured = begin(client, 'configure')
    client.wait_for(lambda: client.state() == 'configuring', 'the transition to begin')
    request = GetParameters.Request(names=['keyframe_interval'])
    [value] = client.call(GetParameters, 'get_parameters', request).values
    assert value.integer_value == 5
    assert client.set('keyframe_interval', 9) == ''
    assert 'in use' in client.set('bundle', '/elsewhere')
    assert not client.change('configure'), 'one transition at a time'
    diagnostics.messages.clear()
    client.wait_for(lambda: len(diagnostics.messages) > 1, 'two reports')
    for status in diagnostics.messages[-1].status:
        assert status.level == b'\x01' and 'loading the network' in status.message
    assert not configured.done() and client.state() == 'configuring'
    gate.touch()
    client.wait_for(configured.done, 'the network')
    assert configured.result().success and client.state() == 'inactive'


def test_a_frame_at_hand_that_takes_long_holds_up_deactivation_only(talk, gate, drive):
    node, client = talk
    gate.write_text('0')
    camera, timing = client.camera(), client.listen('timing', FrameTiming)
    assert client.change('configure') and client.change('activate')
    camera.warm_up(drive(0), timing)
    gate.write_text('1.5')
    camera.send(image_of(drive(0), 1000))
    client.wait_for(Path(f'{gate}.busy').exists, 'the frame to be at hand')
    deactivated = begin(client, 'deactivate')
    client.wait_for(lambda: client.state() in ('deactivating', 'inactive'), 'the transition')
    client.wait_for(deactivated.done, 'the frame at hand to be finished')
    assert deactivated.result().success
    assert not Path(f'{gate}.busy').exists()
    client.wait_for(lambda: timing.has(1000), 'its timing')
    assert ' 0 labelled' not in node.lines('images received')[0]


def test_a_signal_while_a_network_loads_ends_the_node_once_it_is_there(talk, gate):
    node, client = talk
    begin(client, 'configure')
    client.wait_for(lambda: client.state() == 'configuring', 'the transition to begin')
    node.process.send_signal(signal.SIGINT)
    gate.touch()
    assert node.wait() == 0
    assert 'Traceback' not in node.log


def test_a_second_signal_ends_it_at_once(talk):
    node, client = talk
    begin(client, 'configure')
    client.wait_for(lambda: client.state() == 'configuring', 'the transition to begin')
    node.process.send_signal(signal.SIGINT)
    client.within(1.0, lambda: node.process.poll() is not None)
    assert node.process.poll() is None, 'it waits for the network'
    assert node.stop(signal.SIGTERM) == -signal.SIGTERM
