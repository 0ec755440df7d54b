# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The files in config/ agree with the node."""

import os
import subprocess
import sys

import pytest
import yaml
from support.domains import isolated_domain

rclpy = pytest.importorskip('rclpy', reason='needs ROS 2 (. scripts/env.sh)')


def test_segment_yaml_names_every_parameter_with_its_default(repository):
    from accel_ros.node.parameters import SPECS

    file = yaml.safe_load((repository / 'config' / 'segment.yaml').read_text())
    values = file['/**/segment']['ros__parameters']
    values |= {f'diagnostics.{name}': value for name, value in values.pop('diagnostics').items()}
    assert values == {spec.name: spec.default for spec in SPECS}
    assert {n: type(v) for n, v in values.items()} == {s.name: type(s.default) for s in SPECS}


@pytest.mark.parametrize('namespace', ['', '/robot1/front'])
def test_segment_yaml_reaches_the_node_in_any_namespace(repository, tmp_path, namespace):
    text = (repository / 'config' / 'segment.yaml').read_text()
    file = tmp_path / 'changed.yaml'
    file.write_text(text.replace('keyframe_interval: 5', 'keyframe_interval: 7'))
    context = rclpy.Context()
    rclpy.init(context=context, args=['--ros-args', '--params-file', str(file)])
    node = rclpy.create_node(
        'segment',
        namespace=namespace,
        context=context,
        automatically_declare_parameters_from_overrides=True,
    )
    try:
        assert node.get_parameter('keyframe_interval').value == 7
    finally:
        node.destroy_node()
        context.try_shutdown()


def test_fast_dds_accepts_the_profile(repository):
    profile = repository / 'config' / 'fastdds.xml'
    environment = dict(os.environ) | {
        'FASTDDS_DEFAULT_PROFILES_FILE': str(profile),
        'RMW_IMPLEMENTATION': 'rmw_fastrtps_cpp',
    }
    program = "import rclpy; rclpy.init(); rclpy.create_node('profile'); rclpy.shutdown()"
    with isolated_domain() as domain:
        environment['ROS_DOMAIN_ID'] = str(domain)
        result = subprocess.run(
            [sys.executable, '-c', program], env=environment, capture_output=True, text=True
        )
    assert result.returncode == 0
    assert 'XMLPARSER' not in result.stdout + result.stderr
