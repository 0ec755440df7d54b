# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The views in config/ show topics and fields that a running node really has."""

import json

import pytest
import yaml
from support.bundles import write_bundle
from support.domains import isolated_domain

pytest.importorskip('rclpy', reason='needs ROS 2 (. scripts/env.sh)')

OUT = '/camera/segmentation'
IMAGE = 'sensor_msgs/msg/Image'
PLOTS = ('Plot', 'StateTransitions')


@pytest.fixture(scope='module')
def topics(tmp_path_factory):
    """Every topic of an active node with its type."""
    from support.node import running

    folder = tmp_path_factory.mktemp('node')
    parameters = {'bundle': str(write_bundle(folder / 'bundle')), 'autostart': True}
    with isolated_domain(), running(folder, parameters) as (_, client):
        client.until_active()
        wanted = {'/camera/image_raw', f'{OUT}/timing', '/diagnostics'}

        def found():
            return dict(client.node.get_topic_names_and_types())

        client.wait_for(lambda: wanted <= found().keys(), 'the topics')
        yield {name: types[0] for name, types in found().items()}


@pytest.fixture
def displays(repository):
    config = yaml.safe_load((repository / 'config' / 'rviz' / 'segment.rviz').read_text())
    return {d['Name']: d for d in config['Visualization Manager']['Displays']}


@pytest.fixture
def layout(repository):
    return json.loads((repository / 'config' / 'foxglove' / 'segment.json').read_text())


def test_rviz_shows_image_labels_and_overlay(displays, topics):
    assert {name: display['Topic']['Value'] for name, display in displays.items()} == {
        'Image': '/camera/image_raw',
        'Labels': f'{OUT}/labels',
        'Overlay': f'{OUT}/overlay',
    }
    for display in displays.values():
        assert display['Class'] == 'rviz_default_plugins/Image'
        assert topics[display['Topic']['Value']] == IMAGE


def test_rviz_listens_with_a_qos_that_the_node_and_any_camera_can_serve(displays):
    assert displays['Image']['Topic']['Reliability Policy'] == 'Best Effort'
    for display in displays.values():
        assert display['Topic']['Durability Policy'] == 'Volatile'


def test_foxglove_shows_image_labels_and_overlay(layout, topics):
    shown = {
        panel.removeprefix('Image!'): config['imageMode']['imageTopic']
        for panel, config in layout['configById'].items()
        if panel.startswith('Image!')
    }
    assert shown == {
        'image': '/camera/image_raw',
        'labels': f'{OUT}/labels',
        'overlay': f'{OUT}/overlay',
    }
    assert {topics[topic] for topic in shown.values()} == {IMAGE}


def test_foxglove_plots_fields_that_the_timing_has(layout, topics):
    from accel_ros.msg import FrameTiming

    plots = [c for name, c in layout['configById'].items() if name.split('!')[0] in PLOTS]
    paths = [path['value'] for plot in plots for path in plot['paths']]
    assert {path.split('.')[0] for path in paths} == {f'{OUT}/timing'}
    assert topics[f'{OUT}/timing'] == 'accel_ros/msg/FrameTiming'
    fields = {path.split('.')[1] for path in paths}
    assert fields <= FrameTiming.get_fields_and_field_types().keys()
    assert {'total_ms', 'age_ms', 'dropped', 'kind'} <= fields


def test_foxglove_shows_the_diagnostics(layout, topics):
    panel = layout['configById']['DiagnosticSummary!node']
    assert topics[panel['topicToRender']] == 'diagnostic_msgs/msg/DiagnosticArray'


def test_foxglove_lays_out_every_panel_once(layout):
    def panels(part):
        if isinstance(part, str):
            return [part]
        assert part['direction'] in ('row', 'column')
        return panels(part['first']) + panels(part['second'])

    assert sorted(panels(layout['layout'])) == sorted(layout['configById'])
