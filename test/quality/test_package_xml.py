# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""package.xml is valid (REP-149), complete, and agrees with the other descriptions."""

import ast
import re
import sys

import pytest
from support.sources import imports, python_files

import accel_ros

catkin_package = pytest.importorskip('catkin_pkg.package')

# Packages whose import is offered by another name in package.xml.
KEYS = {'cv2': 'python3-opencv', 'numpy': 'python3-numpy', 'tqdm': 'python3-tqdm',
        'yaml': 'python3-yaml', 'onnxruntime': 'python3-onnxruntime-pip'}  # fmt: skip
# Found at run time or not at all (setup.py's extras, the engines of the machine).
OPTIONAL = {'rosbags', 'mcap', 'backports', 'compression', 'matplotlib', 'ray', 'accel_model',
            'tensorrt', 'cuda'}  # fmt: skip
STANDARD = {'ament_index_python', 'builtin_interfaces'}  # come with launch and std_msgs


@pytest.fixture(scope='module')
def package(request):
    path = request.config.rootpath / 'package.xml'
    warnings = []
    package = catkin_package.parse_package(str(path), warnings=warnings)
    package.validate(warnings=warnings)
    assert not warnings
    return package


def test_the_facts(package):
    assert package.package_format == 3
    assert package.name == 'accel_ros'
    assert package.get_build_type() == 'ament_cmake'
    assert [(str(entry), entry.file) for entry in package.licenses] == [('Apache-2.0', 'LICENSE')]
    assert [group.name for group in package.member_of_groups] == ['rosidl_interface_packages']


def test_everything_that_is_imported_is_declared(package, repository):
    files = [*python_files('accel_ros'), *python_files('launch')]
    imported = {name.split('.')[0] for path in files for name in imports(path)}
    imported -= {'accel_ros', *OPTIONAL, *STANDARD, *sys.stdlib_module_names}
    declared = {dependency.name for dependency in package.exec_depends}
    assert {KEYS.get(name, name) for name in imported} <= declared


def test_the_build_finds_what_it_declares(package, repository):
    cmake = (repository / 'CMakeLists.txt').read_text()
    found = set(re.findall(r'find_package\((\w+)', cmake)) - {'Python3'}
    declared = {d.name for d in [*package.buildtool_depends, *package.build_depends]}
    declared |= {d.name for d in package.test_depends}
    assert found <= declared


def test_one_version(package, repository):
    setup = ast.parse((repository / 'setup.py').read_text())
    [call] = [n for n in ast.walk(setup) if isinstance(n, ast.Call) and _name(n) == 'setup']
    [version] = [k.value.value for k in call.keywords if k.arg == 'version']
    newest = re.search(r'^(\d+\.\d+\.\d+) \(', (repository / 'CHANGELOG.rst').read_text(), re.M)
    assert package.version == version == accel_ros.__version__ == newest[1]


def _name(call):
    return getattr(call.func, 'id', '')
