# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The lifecycle, driven through its services from another process."""

import dataclasses

import pytest
from accel_ros.msg import FrameTiming
from support.bundles import write_bundle
from support.images import image_of
from support.node import running

from accel_ros.bundle import Bundle, write_manifest


@pytest.fixture
def talk(domain, bundle, tmp_path):
    """An unconfigured node and its client."""
    with running(tmp_path, {'bundle': str(bundle)}) as (node, client):
        yield node, client


def test_work_is_done_in_active_only(talk, drive):
    node, client = talk
    assert client.state() == 'unconfigured'
    assert client.node.count_publishers('/camera/segmentation/labels') == 0
    assert client.change('configure')
    assert client.state() == 'inactive'
    assert client.node.count_subscribers('/camera/image_raw') == 0
    camera, timing = client.camera(), client.listen('timing', FrameTiming)
    for start in (1, 2):
        assert client.change('activate')
        # launch/replay.launch.py waits for these words.
        assert len(node.lines('listening to /camera/image_raw')) == start
        camera.warm_up(drive(0), timing)
        assert client.change('deactivate')
        assert client.state() == 'inactive'
        client.wait_for(lambda: not client.node.count_subscribers('/camera/image_raw'), 'silence')
        assert len(node.lines('images received')) == start
    assert client.change('cleanup')
    assert client.state() == 'unconfigured'
    assert client.change('configure')
    assert client.change('activate')
    camera.warm_up(drive(0), timing)
    assert client.change('shutdown')
    assert client.state() == 'finalized'
    assert node.process.poll() is None
    assert 'Traceback' not in node.log


def test_a_transition_out_of_turn_is_refused_and_changes_nothing(talk):
    _, client = talk
    assert not client.change('activate')
    assert client.state() == 'unconfigured'


def no_such_folder(bundle):
    return bundle / 'nowhere', 'there is no such folder'


def wrong_hash(bundle):
    with (bundle / 'keyframe.onnx').open('ab') as file:
        file.write(b'!')
    return bundle, 'keyframe.onnx is not the one that was exported'


def no_manifest(bundle):
    (bundle / 'manifest.json').unlink()
    return bundle, 'has no manifest.json'


@pytest.fixture
def own_bundle(tmp_path):
    """A bundle to be broken."""
    return write_bundle(tmp_path / 'bundle')


@pytest.mark.parametrize(
    'spoil', [no_such_folder, wrong_hash, no_manifest], ids=lambda spoil: spoil.__name__
)
def test_a_bad_bundle_is_one_line_and_the_node_can_be_mended(talk, bundle, own_bundle, spoil):
    node, client = talk
    path, why = spoil(own_bundle)
    assert client.set('bundle', str(path)) == ''
    assert not client.change('configure')
    assert client.state() == 'unconfigured'
    [line] = node.lines('not configured')
    assert 'ERROR' in line and str(path) in line and why in line
    assert 'Traceback' not in node.log
    assert client.set('bundle', str(bundle)) == ''
    assert client.change('configure')
    assert client.change('activate')
    assert client.state() == 'active'


def test_autostart_with_a_bad_bundle_leaves_a_node_that_can_be_mended(domain, bundle, tmp_path):
    parameters = {'bundle': '/nowhere', 'autostart': True}
    with running(tmp_path, parameters) as (node, client):
        client.wait_for(lambda: node.lines('not configured'), 'the log line')
        assert client.state() == 'unconfigured'
        assert client.set('bundle', str(bundle)) == ''
        assert client.change('configure')
        assert client.change('activate')
        assert client.change('deactivate')
        client.within(0.5, lambda: False)
        assert client.state() == 'inactive', 'it stays as a user leaves it'


def test_two_cameras_share_a_network_and_keep_their_states_apart(domain, bundle, tmp_path, drive):
    parameters = {'bundle': str(bundle), 'cameras': ['left', 'rig/right'], 'keyframe_interval': 4}
    with running(tmp_path, parameters) as (_, client):
        assert client.change('configure') and client.change('activate')
        cameras = {name: client.camera(name) for name in ('left', 'rig/right')}
        timing = {
            name: client.listen(f'/{name}/segmentation/timing', FrameTiming) for name in cameras
        }
        for name, camera in cameras.items():
            camera.warm_up(drive(0), timing[name])
        assert client.change('deactivate') and client.change('activate')
        stamps = {'left': 0, 'rig/right': 0}
        kinds = {'left': '', 'rig/right': ''}
        for name in ['left', 'left', 'rig/right', 'left', 'rig/right', 'left', 'left']:
            stamps[name] += 1
            cameras[name].send(image_of(drive(stamps[name]), stamps[name], frame_id=name))
            answer = timing[name].wait(stamps[name])
            assert answer.header.frame_id == name
            assert answer.received == stamps[name]
            kinds[name] += answer.kind[0]
        assert kinds == {'left': 'kuuuk', 'rig/right': 'ku'}


def test_a_qos_that_does_not_exist_is_one_line_and_leaves_the_node_inactive(
    domain, bundle, tmp_path
):
    override = {'qos_overrides./camera/image_raw.subscription.reliability': 'sometimes'}
    with running(tmp_path, {'bundle': str(bundle), **override}) as (node, client):
        assert client.change('configure')
        assert not client.change('activate')
        assert client.state() == 'inactive'
        [line] = node.lines('not activated')
        assert 'reliability' in line and 'sometimes' in line
        assert 'Traceback' not in node.log
        assert client.change('cleanup')


def test_keyframes_beside_the_updates_need_a_bundle_that_can_carry_them(domain, tmp_path):
    opened = Bundle.open(write_bundle(tmp_path / 'bundle'))
    graphs = {name: g for name, g in opened.manifest.graphs.items() if name != 'propagate'}
    write_manifest(opened.path, dataclasses.replace(opened.manifest, graphs=graphs))
    parameters = {'bundle': str(opened.path), 'keyframe_mode': 'concurrent'}
    with running(tmp_path / 'node', parameters) as (node, client):
        assert not client.change('configure')
        [line] = node.lines('not configured')
        assert 'has no graph propagate; use keyframe mode sync' in line
        assert client.set('keyframe_mode', 'sync') == ''
        assert client.change('configure')
