# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The scripts that build the environment."""

import re
import shutil
import subprocess

import pytest

SHELLS = [name for name in ('bash', 'zsh', 'dash') if shutil.which(name)]


def bash(command, **options):
    return subprocess.run(['bash', '-c', command], capture_output=True, text=True, **options)


@pytest.fixture
def steps(repository, tmp_path):
    """Run two steps of a setup, the second of which is given; return what happened."""

    def run(body):
        return bash(
            f'set -euo pipefail; notes={tmp_path} steps=2; . scripts/setup.d/steps.sh\n'
            f'first() {{ echo fine; }}\nsecond() {{ {body}\n}}\n'
            'step "the first" first; step "the second" second; echo ready',
            cwd=repository,
        )

    return run


def test_steps_show_their_number_and_time(steps):
    result = steps('sleep 0.1')
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert re.fullmatch(r'setup: \[1/2\] the first: done, \d+ s', lines[1])
    assert lines[-1] == 'ready'


def test_a_failed_step_names_itself_and_shows_the_end_of_its_output(steps):
    result = steps('seq 100; echo the reason >&2; false; echo never')
    assert result.returncode == 1
    assert '[2/2] the second: failed after ' in result.stderr
    assert '    100\n    the reason\n' in result.stderr
    assert '    50\n' not in result.stderr
    assert "stopped at step 'the second'" in result.stderr
    assert 'never' not in result.stderr and 'ready' not in result.stdout


def test_a_missing_python_says_what_to_install(repository):
    result = bash(
        'kind=wheels; . scripts/setup.d/find.sh; ACCEL_PYTHON=/no/python find_python',
        cwd=repository,
    )
    assert result.returncode == 1
    assert 'sudo apt install python3-venv python3-dev' in result.stderr


def test_a_missing_compiler_says_what_to_install(repository):
    result = bash('. scripts/setup.d/find.sh; CXX=/no/compiler check_tools', cwd=repository)
    assert result.returncode == 1
    assert 'sudo apt install g++' in result.stderr


@pytest.mark.parametrize('shell', SHELLS)
def test_environment_twice_is_the_same_as_once(repository, shell):
    if not (repository / '.setup' / 'kind').exists():
        pytest.skip('nothing is set up here')
    show = 'echo "$PATH|$PYTHONPATH|$AMENT_PREFIX_PATH|$CMAKE_PREFIX_PATH|$LD_LIBRARY_PATH"'
    once, twice = (
        subprocess.run(
            [shell, '-uc', f'{"; ".join([". scripts/env.sh"] * times)}; {show}'],
            cwd=repository,
            env={'PATH': '/usr/bin:/bin'},
            capture_output=True,
            text=True,
        )
        for times in (1, 2)
    )
    assert once.stderr == twice.stderr == ''
    assert once.stdout == twice.stdout
    assert f'{repository}/scripts/bin:{repository}/.venv/bin:' in once.stdout


def test_environment_without_a_setup_says_so(repository, tmp_path):
    (tmp_path / 'scripts').mkdir()
    shutil.copy(repository / 'scripts' / 'env.sh', tmp_path / 'scripts')
    result = bash(f'. {tmp_path}/scripts/env.sh; echo rc $?')
    assert 'run' in result.stderr and 'scripts/setup first' in result.stderr
    assert result.stdout == 'rc 1\n'


def test_continuous_integration_runs_the_test_command(repository):
    assert 'exec scripts/test' in (repository / '.ci' / 'run').read_text()
