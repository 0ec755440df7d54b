# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The name of the CPU, also where the system does not tell it."""

import platform
from pathlib import Path

import pytest

from accel_ros.processor import processor

ARM = 'processor\t: 0\nCPU part\t: 0xd42\n'
X86 = 'processor\t: 0\nmodel name\t: AMD EPYC: 64 cores\n' * 2


@pytest.mark.parametrize(('told', 'name'), [(X86, 'AMD EPYC: 64 cores'), (ARM, 'aarch64')])
def test_the_name_or_the_kind(monkeypatch, told, name):
    monkeypatch.setattr(Path, 'read_text', lambda *_, **__: told)
    monkeypatch.setattr(platform, 'processor', lambda: '')
    monkeypatch.setattr(platform, 'machine', lambda: 'aarch64')
    assert processor() == name
