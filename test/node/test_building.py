# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Engines that take long to build: the node shows progress, answers, and can be called off."""

import re
import signal
from pathlib import Path

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetAvailableTransitions
from rcl_interfaces.srv import GetParameters
from support.node import running

BUILDING_NODE = Path(__file__).parents[1] / 'support' / 'building_node.py'


@pytest.fixture
def gate(tmp_path):
    """The file that ends the build."""
    return tmp_path / 'gate'


@pytest.fixture
def talk(domain, bundle, tmp_path, gate):
    """A node whose engine is being built, its client, and its answer to `configure`."""
    program = (str(BUILDING_NODE), str(gate))
    with running(tmp_path, {'bundle': str(bundle)}, program=program) as (node, client):
        configured = begin(client, 'configure')
        client.wait_for(lambda: client.state() == 'configuring', 'the transition to begin')
        yield node, client, configured


def begin(client, label='', number=0):
    """Ask for a transition and do not wait for it."""
    service = client.node.create_client(ChangeState, '/segment/change_state')
    client.wait_for(service.service_is_ready, 'the node')
    request = ChangeState.Request(transition=Transition(id=number, label=label))
    return service.call_async(request)


def test_diagnostics_show_phase_and_percent_and_services_answer(talk, gate):
    node, client, configured = talk
    diagnostics = client.listen('/diagnostics', DiagnosticArray)
    client.wait_for(lambda: len(diagnostics.messages) > 2, 'three reports')
    percents = []
    for message in diagnostics.messages[-2:]:
        network, camera = message.status
        assert network.level == camera.level == b'\x01'
        form = r'building the engines since \d+ s: update \(2/3\): Timing tactics, (\d+) %'
        percents.append(int(re.fullmatch(form, network.message)[1]))
        assert camera.message.startswith('building the engines since ')
        values = {pair.key: pair.value for pair in network.values}
        assert values['engine state'] == 'building'
        assert values['build phase'] == 'update (2/3): Timing tactics'
        assert values['build progress (%)'] == str(percents[-1])
    assert percents[0] < percents[1]
    request = GetParameters.Request(names=['keyframe_interval'])
    assert client.call(GetParameters, 'get_parameters', request).values[0].integer_value == 5
    assert client.set('keyframe_interval', 9) == ''
    assert not client.change('configure'), 'one transition at a time'
    assert not configured.done()
    gate.touch()
    client.wait_for(configured.done, 'the engine')
    assert configured.result().success and client.state() == 'inactive'
    diagnostics.messages.clear()
    client.wait_for(lambda: diagnostics.messages, 'a report')
    assert 'build phase' not in {pair.key for pair in diagnostics.messages[-1].status[0].values}
    assert len(node.lines('building the engines: /diagnostics shows how far it is')) == 1
    [line] = node.lines('update runs without a CUDA graph')
    assert 'WARN' in line and '[segment]' in line


def offered(client):
    """The transitions that a tool such as `ros2 lifecycle` sees, by label."""
    request = GetAvailableTransitions.Request()
    answer = client.call(GetAvailableTransitions, 'get_available_transitions', request)
    return {it.transition.label: it.transition.id for it in answer.available_transitions}


def test_tools_that_ask_first_are_offered_the_ways_out(talk, gate):
    _, client, configured = talk
    ways = offered(client)
    assert ways['cleanup'] == Transition.TRANSITION_CLEANUP
    assert ways['shutdown'] == Transition.TRANSITION_UNCONFIGURED_SHUTDOWN
    gate.touch()
    client.wait_for(configured.done, 'the engine')
    assert offered(client).keys() == {'activate', 'cleanup', 'shutdown'}


@pytest.mark.parametrize('how', [{'label': 'cleanup'}, {'number': Transition.TRANSITION_CLEANUP}])
def test_cleanup_calls_it_off_and_the_node_can_be_configured_again(talk, gate, how):
    node, client, configured = talk
    cleaned = begin(client, **how)
    client.wait_for(cleaned.done, 'the cleanup')
    assert cleaned.result().success
    client.wait_for(configured.done, 'the answer to configure')
    assert not configured.result().success
    assert client.state() == 'unconfigured'
    [line] = node.lines('not configured')
    assert 'building update.onnx was cancelled; nothing was kept' in line
    gate.touch()
    assert client.change('configure')
    assert 'Traceback' not in node.log


@pytest.mark.parametrize(
    'how', [{'label': 'shutdown'}, {'number': Transition.TRANSITION_INACTIVE_SHUTDOWN}]
)
def test_shutdown_calls_it_off(talk, how):
    node, client, configured = talk
    ended = begin(client, **how)
    client.wait_for(ended.done, 'the shutdown')
    assert ended.result().success and client.state() == 'finalized'
    client.wait_for(configured.done, 'the answer to configure')
    assert not configured.result().success
    assert 'Traceback' not in node.log


def test_a_signal_calls_it_off_and_ends_the_process(talk):
    node, _, _ = talk
    assert node.stop(signal.SIGINT) == 0
    assert 'was cancelled' in node.log and 'Traceback' not in node.log
