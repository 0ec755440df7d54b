# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What docs/replay.md says of commands, options and files is what there is."""

import re

import pytest

from accel_ros.cli import make_parser
from accel_ros.replay.records import FIELDS


@pytest.fixture(scope='module')
def page(request):
    return (request.config.rootpath / 'docs' / 'replay.md').read_text()


@pytest.fixture(scope='module')
def options():
    """Every option of every command of accel-ros."""
    parser = make_parser()
    [commands] = [a for a in parser._actions if hasattr(a, 'choices') and a.choices]
    return {
        name: {option for action in command._actions for option in action.option_strings}
        for name, command in commands.choices.items()
    }


def test_every_option_of_the_usage_exists(page, options):
    usage = re.findall(r'^ {4}accel-ros (\w+)((?:.*\n {10,}.*)*.*)$', page, re.M)
    assert {'evaluate', 'compare', 'play', 'record'} <= {name for name, _ in usage}
    for name, rest in usage:
        assert set(re.findall(r'(?<![\w-])--?[a-z][a-z-]*', rest)) <= options[name], name


def test_every_option_of_evaluate_is_on_the_page(page, options):
    for option in options['evaluate'] - {'-h', '--help', '--output'}:
        assert option in page, option


def test_the_pictures_are_there(page, repository):
    for name in re.findall(r'\]\((images/[^)]+)\)', page):
        assert (repository / 'docs' / name).exists(), name


def test_the_records_have_what_the_page_says():
    assert {'stamp_ns', 'kind', 'reason', 'frames_since_keyframe', 'drift'} <= set(FIELDS)
