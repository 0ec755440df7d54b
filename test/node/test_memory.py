# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The allocator's settings, seen from outside: a freed image buffer is not mapped afresh."""

import platform
import subprocess
import sys

import pytest

COUNT_PAGE_FAULTS = """
import resource, sys
from accel_ros.node.memory import keep_image_buffers
if sys.argv[1] == 'keep':
    assert keep_image_buffers()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
warm = bytearray(6_000_000)
del warm
before = faults()
for _ in range(20):
    buffer = bytearray(b'x') * 6_000_000
    del buffer
print(faults() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='the settings are those of glibc')
def test_freed_image_buffers_are_used_again():
    def page_faults(mode):
        command = [sys.executable, '-c', COUNT_PAGE_FAULTS, mode]
        return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)

    assert page_faults('keep') < page_faults('default') / 4


GROWTH_AFTER_THREADS = """
import threading
from accel_ros.node.memory import give_memory_back, keep_image_buffers
keep_image_buffers()
def resident():
    with open('/proc/self/statm') as file:
        return int(file.read().split()[1]) * 4096
def work():
    buffers = [bytearray(b'x') * 6_000_000 for _ in range(3)]
before = resident()
for _ in range(12):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
give_memory_back()
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='the settings are those of glibc')
def test_what_threads_have_freed_is_given_back():
    command = [sys.executable, '-c', GROWTH_AFTER_THREADS]
    growth = int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert growth < 6_000_000
