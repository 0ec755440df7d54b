# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""vision_msgs/LabelInfo for machines without it: a package of the same names and fields.

It is built by ROS's own generators, so that messages travel over DDS as those of the real one do.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

FILES = {
    'package.xml': """<package format="3">
  <name>vision_msgs</name>
  <version>4.1.1</version>
  <description>The part of vision_msgs that the tests need.</description>
  <maintainer email="accel-ros@example.org">The Accel for ROS 2 Authors</maintainer>
  <license>Apache-2.0</license>
  <depend>std_msgs</depend>
  <member_of_group>rosidl_interface_packages</member_of_group>
</package>
""",
    'CMakeLists.txt': """cmake_minimum_required(VERSION 3.16)
project(vision_msgs)
find_package(ament_cmake REQUIRED)
find_package(rosidl_default_generators REQUIRED)
find_package(std_msgs REQUIRED)
rosidl_generate_interfaces(vision_msgs msg/VisionClass.msg msg/LabelInfo.msg DEPENDENCIES std_msgs)
ament_package()
""",
    'msg/VisionClass.msg': 'uint16 class_id\nstring class_name\n',
    'msg/LabelInfo.msg': """std_msgs/Header header
vision_msgs/VisionClass[] class_map
float32 threshold
""",
}


def environment(cache: Path) -> dict[str, str]:
    """The variables with which a new process finds vision_msgs; built once into `cache`."""
    if importlib.util.find_spec('vision_msgs'):
        return {}
    key = hashlib.sha256(repr((FILES, sys.version, sys.prefix)).encode()).hexdigest()[:16]
    prefix = cache / key
    if not (prefix / 'ready').exists():
        _build(prefix)
        (prefix / 'ready').touch()
    [packages] = prefix.glob('l*/python3*/*-packages')
    return {
        'PYTHONPATH': _first(packages, 'PYTHONPATH'),
        'AMENT_PREFIX_PATH': _first(prefix, 'AMENT_PREFIX_PATH'),
        'LD_LIBRARY_PATH': _first(prefix / 'lib', 'LD_LIBRARY_PATH'),
    }


def _build(prefix: Path) -> None:
    source, build = prefix / 'source', prefix / 'build'
    for name, text in FILES.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    settings = {
        'CMAKE_INSTALL_PREFIX': prefix,
        'CMAKE_BUILD_TYPE': 'Debug',  # compiles fastest
        'Python3_EXECUTABLE': sys.executable,
        'BUILD_TESTING': 'OFF',
    }
    _run('cmake', '-S', source, '-B', build, *(f'-D{n}={value}' for n, value in settings.items()))
    _run('cmake', '--build', build, '--target', 'install', '--parallel', '2')


def _run(*command: object) -> None:
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def _first(path: Path, variable: str) -> str:
    return os.pathsep.join(filter(None, [str(path), os.environ.get(variable)]))
