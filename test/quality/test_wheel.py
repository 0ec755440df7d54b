# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`pip install .` brings the commands, both packages, the class tables and the models."""

import configparser
import shutil
import subprocess
import sys
import zipfile

import pytest

PARTS = ('accel_ros', 'accel_model', 'config', 'models', 'setup.py', 'pyproject.toml', 'LICENSE')


@pytest.fixture(scope='module')
def wheel(tmp_path_factory, request):
    source, target = tmp_path_factory.mktemp('source'), tmp_path_factory.mktemp('wheel')
    for part in PARTS:
        path = request.config.rootpath / part
        if path.is_dir():
            shutil.copytree(path, source / part)
        elif path.exists():
            shutil.copy(path, source)
    command = [sys.executable, '-m', 'pip', 'wheel', '--no-deps', '--no-build-isolation']
    command += ['--no-index', '--wheel-dir', str(target), str(source)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    [file] = target.glob('*.whl')
    with zipfile.ZipFile(file) as archive:
        yield archive


def test_wheel_holds_both_packages(wheel, repository):
    names = set(wheel.namelist())
    for package in ('accel_ros', 'accel_model'):
        files = (repository / package).rglob('*.py')
        assert {file.relative_to(repository).as_posix() for file in files} <= names


def test_wheel_holds_class_tables_and_models_where_the_package_looks_for_them(wheel, repository):
    names = {name.split('.data/data/')[-1] for name in wheel.namelist()}
    for folder in ('config/classes', 'models'):
        for file in (repository / folder).rglob('*'):
            if file.is_file():
                assert f'share/accel_ros/{file.relative_to(repository).as_posix()}' in names


def test_wheel_brings_the_two_commands(wheel):
    [name] = [n for n in wheel.namelist() if n.endswith('entry_points.txt')]
    points = configparser.ConfigParser()
    points.read_string(wheel.read(name).decode())
    assert dict(points['console_scripts']) == {
        'accel-model': 'accel_model.cli:main',
        'accel-ros': 'accel_ros.cli:main',
    }
