# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What README.md and docs/ say of the node is what the node does."""

import ast
import re

import pytest
from support.node import running

from accel_ros.node.parameters import SPECS


@pytest.fixture(scope='module')
def readme(request):
    return (request.config.rootpath / 'README.md').read_text()


def rows(text, heading):
    """The cells of a Markdown table's rows, by the first cell of its heading."""
    table = re.search(rf'^\| {heading} \|.*\n\| ---.*\n((?:\|.*\n)+)', text, re.M)
    return [[cell.strip() for cell in line[1:-1].split('|')] for line in table[1].splitlines()]


@pytest.fixture(scope='module')
def topics(domain, bundle, tmp_path_factory):
    """The topics of a node with a camera and of one with compressed images, with types."""
    found = {}
    for transport in ('raw', 'compressed'):
        folder = tmp_path_factory.mktemp('node')
        parameters = {'bundle': str(bundle), 'autostart': True, 'cameras': ['front']}
        parameters['image_transport'] = transport
        with running(folder, parameters) as (_, client):
            client.until_active()
            client.wait_for(
                lambda: client.node.count_subscribers('/front/camera_info'), 'the topics'
            )
            found |= client.node.get_topic_names_and_types()
    return {name.replace('/front/', '/N/'): types[0] for name, types in found.items()}


def test_every_topic_of_the_table_is_there_and_every_topic_is_in_the_table(readme, topics):
    listed = {}
    for name, kind, *_ in rows(readme, 'topic'):
        name = name.replace(' (in)', '').strip('`')
        listed[name if name.startswith('/') else f'/{name}'] = kind.split(',')[0]
    assert listed.pop('/N/segmentation/label_info') == 'vision_msgs/LabelInfo'  # where installed
    ours = {
        name: kind.replace('/msg/', '/')
        for name, kind in topics.items()
        if name.startswith('/N/') or name == '/diagnostics'
    }
    ours.pop('/N/segmentation/label_info', None)
    assert listed == ours


def test_every_parameter_is_in_the_table_with_its_default(readme):
    listed = {}
    for names, default, live, _ in rows(readme, 'parameter'):
        names = re.findall(r'`([\w.]+)`', names)
        names = [f'diagnostics{name}' if name.startswith('.') else name for name in names]
        values = default.split(', ') if len(names) > 1 else [default]
        listed |= {name: (value, live) for name, value in zip(names, values)}
    assert listed.keys() == {spec.name for spec in SPECS}
    for spec in SPECS:
        default, live = listed[spec.name]
        assert live == ('yes' if spec.live else '')
        if spec.name not in ('bundle', 'cameras', 'autostart'):
            default = default.strip('`')
            assert spec.default == (
                default if isinstance(spec.default, str) else ast.literal_eval(default)
            )


def test_every_reason_for_no_output_is_on_its_page(repository):
    """The fixed parts of the diagnostics' messages, in the sources, are quoted on the page."""
    page = (repository / 'docs' / 'no_output.md').read_text()
    for part in (
        'configure and activate it', 'activate it', 'loading the network since',
        'building the engines', 'not configured:',
        'not activated:', 'no images:', 'nobody publishes on', 'no image yet on', 'no image for',
        'image dropped:', 'the network has been at one image for', 'after the stamps of their',
        'of the images are dropped', 'ahead of this clock', 'is the lens covered?',
        'a keyframe failed, the old state stays:', 'keyframes took too long beside the updates',
    ):  # fmt: skip
        assert part in page
        sources = (repository / 'accel_ros' / 'node').glob('*.py')
        assert any(part in source.read_text() for source in sources), part


def test_every_fault_names_a_test_or_benchmark_that_exists(repository):
    page = (repository / 'docs' / 'stream_faults.md').read_text()
    named = re.findall(r'`(test_\w+|benchmarks/\w+\.py)`', page)
    assert len(set(named)) > 5
    for name in named:
        file = f'test/node/{name}.py' if name.startswith('test_') else name
        assert (repository / file).exists(), name
