# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""segment.launch.py under the real launch system, where it is installed."""

import functools
import json
import os
import signal
import subprocess
import sys

import pytest
from support.bundles import write_bundle
from support.client import Client
from support.domains import isolated_domain
from support.replays import CAMERA, LABELS, labelled_bag, scene

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


# A robot's own launch file that includes ours, and starts a "camera" after it.
ROBOT = """
import sys
from launch import LaunchDescription
from launch.actions import ExecuteProcess, GroupAction, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch_ros.actions import PushRosNamespace

SHOW = 'import os; print("camera has", os.environ.get("FASTDDS_DEFAULT_PROFILES_FILE"))'

def generate_launch_description():
    include = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(FILE), launch_arguments=ARGUMENTS.items()
    )
    return LaunchDescription([
        include if not NAMESPACE else GroupAction([PushRosNamespace(NAMESPACE), include]),
        ExecuteProcess(cmd=[sys.executable, '-c', SHOW], output='screen'),
    ])
"""


@pytest.fixture
def launch(repository, tmp_path):
    """Start the launch file in a domain of its own and return the process and its log."""
    ours = repository / 'launch' / 'segment.launch.py'
    processes = []

    def run(file=ours, **arguments):
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


@pytest.fixture
def include(launch, repository, tmp_path):
    """Include the launch file in a robot's, and start that."""

    def run(namespace, **arguments):
        ours = repository / 'launch' / 'segment.launch.py'
        file = tmp_path / 'robot.launch.py'
        names = f'FILE = {str(ours)!r}\nNAMESPACE = {namespace!r}\nARGUMENTS = {arguments!r}\n'
        file.write_text(names + ROBOT)
        return launch(file)

    return run


def test_without_autostart_the_node_waits(launch, tmp_path):
    process, _ = launch(bundle=write_bundle(tmp_path / 'bundle'), autostart='false')
    client = Client()
    try:
        assert client.state() == 'unconfigured'
        assert not client.within(2.0, lambda: client.state() != 'unconfigured')
        assert client.change('configure') and client.change('activate')
    finally:
        client.close()
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(20) == 0


def test_several_cameras(launch, tmp_path):
    launch(bundle=write_bundle(tmp_path / 'bundle'), cameras='left,right', image='/l/rgb,/r/rgb')
    client = Client()
    try:
        client.until_active()
        for topic in ('/l/rgb', '/r/rgb'):
            client.wait_for(functools.partial(client.node.count_subscribers, topic), topic)
        for topic in ('/left/segmentation/labels', '/right/segmentation/labels'):
            client.wait_for(functools.partial(client.node.count_publishers, topic), topic)
    finally:
        client.close()


def test_a_larger_launch_file_puts_the_node_into_its_namespace(include, tmp_path):
    bundle = str(write_bundle(tmp_path / 'bundle'))
    _, log = include('robot', bundle=bundle, cameras='front', image='rgb')
    client = Client()
    topics = '/robot/rgb', '/robot/front/segmentation/labels'
    try:
        client.wait_for(lambda: client.node.count_subscribers(topics[0]), 'the image')
        client.wait_for(lambda: client.node.count_publishers(topics[1]), 'the labels')
        names = client.node.get_node_names_and_namespaces
        client.wait_for(lambda: ('segment', '/robot') in names(), 'the name')
        client.wait_for(lambda: 'camera has None' in log.read_text(), 'the other process')
    finally:
        client.close()


def test_a_larger_launch_file_can_have_the_profile_for_its_camera(include, tmp_path):
    _, log = include('', bundle=str(write_bundle(tmp_path / 'bundle')), dds_profile='all')
    client = Client()
    try:
        client.wait_for(lambda: 'camera has /' in log.read_text(), 'the camera')
        assert 'config/fastdds.xml' in log.read_text()
    finally:
        client.close()


def test_a_replay_ends_with_a_report(launch, repository, tmp_path):
    bag = labelled_bag(tmp_path / 'bag', scene(25))
    process, log = launch(
        repository / 'launch' / 'replay.launch.py',
        bag=bag,
        topic=CAMERA,
        label_topic=LABELS,
        bundle=write_bundle(tmp_path / 'bundle'),
        report=tmp_path / 'report',
    )
    assert process.wait(120) == 0, log.read_text()
    [recording] = json.loads((tmp_path / 'report' / 'report.json').read_text())['recordings']
    assert 0 < recording['live']['equal'] == recording['live']['both'], log.read_text()
