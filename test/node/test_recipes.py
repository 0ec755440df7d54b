# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The programs and settings in docs/nav2_nvblox.md do what the page says."""

import re
import subprocess
import sys

import numpy as np
import pytest
import yaml
from sensor_msgs.msg import Image
from support.images import image_of, pixels_of, stamp_of

from accel_ros.classes import ClassTable

WIDTH = 256


@pytest.fixture
def page(repository):
    return (repository / 'docs' / 'nav2_nvblox.md').read_text()


@pytest.fixture
def classes(repository):
    table = ClassTable.load(repository / 'models' / 'accel-lite' / 'classes.yaml')
    return {entry.name: entry.id for entry in table.classes}


def block(page, language):
    [code] = re.findall(rf'```{language}\n(.*?)```', page, re.S)
    return code


def test_the_mask_for_nvblox_is_that_of_people(client, page, classes, tmp_path):
    program = tmp_path / 'mask.py'
    program.write_text(block(page, 'python'))
    process = subprocess.Popen([sys.executable, str(program)])
    try:
        masks = client.listen('/mask/image')
        publisher = client.node.create_publisher(Image, '/labels', 10)
        client.wait_for(publisher.get_subscription_count, 'the program')
        labels = np.arange(WIDTH, dtype=np.uint8)[None].repeat(3, 0)
        sent = image_of(labels, 1_700_000_000_123_456_789, 'mono8', frame_id='optical frame')

        def answered():
            publisher.publish(sent)
            client.within(0.2, lambda: masks.messages)
            return masks.messages

        client.wait_for(answered, 'a mask')
        mask = masks.messages[0]
        assert stamp_of(mask) == stamp_of(sent) and mask.header.frame_id == 'optical frame'
        people = [classes['pedestrian'], classes['bicyclist']]
        assert np.array_equal(pixels_of(mask), np.where(np.isin(labels, people), 255, 0))
    finally:
        process.kill()
        process.wait()


def test_the_layer_for_nav2_names_topics_and_classes_that_are_there(page, classes):
    layer = yaml.safe_load(block(page, 'yaml'))['semantic_segmentation_layer']
    camera = layer[layer['observation_sources']]
    topics = {name: camera[f'{name}_topic'] for name in ('segmentation', 'confidence', 'labels')}
    assert topics == {
        'segmentation': '/camera/segmentation/labels',
        'confidence': '/camera/segmentation/confidence',
        'labels': '/camera/segmentation/label_info',
    }
    for kind in camera['class_types']:
        assert set(camera[kind]['classes']) <= classes.keys()
