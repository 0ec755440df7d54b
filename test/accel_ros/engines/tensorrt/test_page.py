# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""docs/engines.md says what is so."""

import re
from pathlib import Path

from accel_ros.engines.tensorrt.build import WORKSPACE
from accel_ros.engines.tensorrt.cache import FOLDER


def test_every_fault_of_the_cache_names_a_test_that_exists(repository):
    page = (repository / 'docs' / 'engines.md').read_text()
    named = re.findall(r'\| `(test_\w+)` \|', page)
    sources = ''.join(path.read_text() for path in Path(__file__).parent.glob('test_*.py'))
    assert len(set(named)) == len(named) == 16
    assert [name for name in named if f'def {name}(' not in sources] == []


def test_the_variables_have_their_names(repository):
    page = (repository / 'docs' / 'engines.md').read_text()
    assert f'`${FOLDER}`' in page and f'`{WORKSPACE}`' in page
