# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The parameters, through the node's services: described, ranged, refused with a reason."""

import pytest
from rcl_interfaces.msg import ParameterType
from support.node import running

from accel_ros.node.parameters import SPECS


@pytest.fixture(scope='module')
def client(domain, bundle, tmp_path_factory):
    """The client of an unconfigured node."""
    parameters = {'bundle': str(bundle)}
    with running(tmp_path_factory.mktemp('node'), parameters) as (_, client):
        yield client


@pytest.mark.parametrize(
    'name, value, reason',
    [
        ('keyframe_interval', 0, 'Min: 1'),
        ('keyframe_interval', -3, 'Min: 1'),
        ('keyframe_interval', 2.5, 'Wrong parameter type'),
        ('keyframe_interval', 'five', 'Wrong parameter type'),
        ('overlay_opacity', 1.5, 'Max: 1.0'),
        ('overlay_opacity', float('nan'), 'out of range'),
        ('max_gap_s', 0.0, 'Min: 0.001'),
        ('backend', 'openvino', 'choose one of auto, onnxruntime, tensorrt'),
        ('image_transport', 'theora', 'choose one of raw, compressed'),
        ('label_size', 'half', 'choose one of image, network'),
        ('cameras', ['front', 'front'], 'named twice'),
        ('cameras', ['front', '/front'], 'named twice'),
        ('cameras', ['fr{o}nt'], 'cannot be part'),
        ('cameras', ['fr ont'], "'fr ont' cannot be part of a topic's name"),
        ('cameras', [''], 'cannot be part'),
        ('autostart', True, 'read-only'),
        ('diagnostics.warn_drop_share', 1.5, 'Max: 1.0'),
        ('diagnostics.stale_after_s', 0.0, 'Min: 0.1'),
    ],
)
def test_an_invalid_value_is_refused_with_a_reason(client, name, value, reason):
    assert reason in client.set(name, value)


@pytest.mark.parametrize(
    'name, value',
    [
        ('bundle', '/elsewhere'),
        ('cameras', ['front']),
        ('backend', 'onnxruntime'),
        ('image_transport', 'compressed'),
        ('diagnostics.stale_after_s', 3.0),
    ],
)
def test_what_is_in_use_is_refused_until_the_node_is_cleaned_up(client, bundle, name, value):
    assert client.change('configure')
    for transition in ('activate', 'deactivate'):
        assert client.change(transition)
        refusal = client.set(name, value)
        assert name in refusal and 'clean up the node' in refusal
        assert client.set('keyframe_interval', 7) == ''
        assert client.set('overlay_opacity', 0.25) == ''
        assert client.set('label_size', 'network') == ''
        assert client.set('max_gap_s', 0.5) == ''
    assert client.change('cleanup')
    assert client.set(name, value) == ''
    assert client.set('bundle', str(bundle)) == ''
    assert client.set('cameras', ['camera']) == ''
    assert client.set('backend', 'auto') == ''


def test_every_parameter_is_described_and_every_number_has_a_range(client):
    descriptors = client.describe(*(spec.name for spec in SPECS))
    assert len(descriptors) == len(SPECS) <= 20
    for descriptor in descriptors:
        assert len(descriptor.description) > 20
        if descriptor.type == ParameterType.PARAMETER_INTEGER:
            assert len(descriptor.integer_range) == 1
        if descriptor.type == ParameterType.PARAMETER_DOUBLE:
            assert len(descriptor.floating_point_range) == 1
