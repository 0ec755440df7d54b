# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Format, lint and types, by the tools; their settings are in pyproject.toml."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    'tool, arguments',
    [
        ('ruff', ['format', '--check', '--diff', '.']),
        ('ruff', ['check', '.']),
        ('mypy', []),
    ],
    ids=['format', 'lint', 'types'],
)
def test_tool_has_no_complaint(repository, tool, arguments):
    pytest.importorskip(tool)
    command = [sys.executable, '-m', tool, *arguments]
    result = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
