# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""segment.launch.py under the real launch system, where it is installed."""

import os
import signal
import subprocess
import sys

import pytest
from support.bundles import write_bundle
from support.client import Client
from support.domains import isolated_domain

pytest.importorskip('launch_ros', reason='needs ROS 2 with launch_ros')

# What `ros2 launch FILE name:=value ...` does.
LAUNCH = """
import sys
from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
file, *arguments = sys.argv[1:]
include = IncludeLaunchDescription(
    PythonLaunchDescriptionSource(file),
    launch_arguments=[tuple(argument.split(':=', 1)) for argument in arguments],
)
service = LaunchService(argv=arguments)
service.include_launch_description(LaunchDescription([include]))
sys.exit(service.run())
"""


@pytest.fixture
def launch(repository, tmp_path):
    """Start the launch file in a domain of its own and return the process and its log."""
    file = repository / 'launch' / 'segment.launch.py'
    processes = []

    def run(**arguments):
        log = tmp_path / 'launch.log'
        command = [sys.executable, '-c', LAUNCH, str(file)]
        command += [f'{name}:={value}' for name, value in arguments.items()]
        with log.open('wb') as stream:
            process = subprocess.Popen(
                command, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True
            )
        processes.append(process)
        return process, log

    with isolated_domain():
        yield run
        for process in processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def test_a_launched_node_works_and_stops_as_from_the_terminal(launch, tmp_path):
    process, log = launch(
        bundle=write_bundle(tmp_path / 'bundle'), image='/usb/rgb', keyframe_interval='3'
    )
    client = Client()
    try:
        client.until_active()
        client.wait_for(lambda: client.node.count_subscribers('/usb/rgb') == 1, 'the remapping')
        assert client.change('deactivate')
        assert not client.within(3.0, lambda: client.state() != 'inactive'), 'activated again'
    finally:
        client.close()
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
    assert process.wait(20) == 0
    assert 'process has finished cleanly' in log.read_text()
    assert 'XMLPARSER' not in log.read_text()


def test_a_wrong_argument_ends_the_launch_with_a_reason(launch):
    process, log = launch(keyframe_interval='often')
    assert process.wait(20) == 1
    assert 'keyframe_interval:=often is not a whole number' in log.read_text()
