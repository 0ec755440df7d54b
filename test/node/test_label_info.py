# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the label values mean: heard by whoever comes late, where vision_msgs is installed."""

import json
import subprocess
import sys

import pytest
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy
from support.bundles import CLASSES
from support.node import running
from support.vision_msgs import environment

from accel_ros.bundle import Bundle

TOPIC = '/camera/segmentation/label_info'
LISTENER = f"""
import json, rclpy
from rclpy.qos import DurabilityPolicy, QoSProfile
from vision_msgs.msg import LabelInfo
rclpy.init()
node = rclpy.create_node('listener')
heard = []
qos = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
node.create_subscription(LabelInfo, {TOPIC!r}, heard.append, qos)
for _ in range(300):
    rclpy.spin_once(node, timeout_sec=0.1)
    if heard:
        break
[message] = heard
print(json.dumps({{
    'classes': [[entry.class_id, entry.class_name] for entry in message.class_map],
    'threshold': message.threshold,
    'stamped': message.header.stamp.sec > 0,
}}))
"""


@pytest.fixture
def with_vision_msgs(monkeypatch, pytestconfig):
    """New processes find vision_msgs: the real one, or one of the same names and fields."""
    for name, value in environment(pytestconfig.cache.mkdir('vision_msgs')).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def without_vision_msgs(monkeypatch, tmp_path):
    """New processes do not find it."""
    module = tmp_path / 'hidden' / 'vision_msgs.py'
    module.parent.mkdir()
    module.write_text("raise ImportError('hidden')\n")
    monkeypatch.setenv('PYTHONPATH', str(module.parent), prepend=':')


def test_late_listeners_hear_the_class_table(domain, bundle, tmp_path, with_vision_msgs):
    with running(tmp_path, {'bundle': str(bundle)}) as (node, client):
        assert client.change('configure')
        client.wait_for(lambda: client.node.count_publishers(TOPIC), 'the topic')
        [info] = client.node.get_publishers_info_by_topic(TOPIC)
        assert info.topic_type == 'vision_msgs/msg/LabelInfo'
        assert info.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
        assert info.qos_profile.reliability == ReliabilityPolicy.RELIABLE
        listener = [sys.executable, '-c', LISTENER]
        heard = json.loads(subprocess.run(listener, check=True, capture_output=True).stdout)
        names = Bundle.open(bundle).classes.names
        assert len(names) == CLASSES
        assert heard == {
            'classes': [list(entry) for entry in enumerate(names)],
            'threshold': 0.0,
            'stamped': True,
        }
        assert client.change('cleanup')
        client.wait_for(lambda: not client.node.count_publishers(TOPIC), 'its end')
        assert not node.lines('label_info')


def test_without_vision_msgs_one_line_says_so(domain, bundle, tmp_path, without_vision_msgs):
    with running(tmp_path, {'bundle': str(bundle), 'cameras': ['camera', 'rear']}) as (
        node,
        client,
    ):
        assert client.change('configure') and client.change('activate')
        topics = dict(client.node.get_topic_names_and_types())
        assert '/rear/segmentation/labels' in topics
        assert not [topic for topic in topics if 'label_info' in topic]
        [line] = node.lines('label_info is not published: vision_msgs is not installed')
        assert 'INFO' in line
