# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Conventions of the sources that no tool checks."""

import ast

import pytest
from support.sources import python_files, relative

HEADER = '# Copyright 2026 The Accel for ROS 2 Authors\n# SPDX-License-Identifier: Apache-2.0\n'
FILES = python_files()


@pytest.mark.parametrize('path', FILES, ids=relative)
def test_copyright_header(path):
    text = path.read_text()
    if text.startswith('#!'):
        text = text.split('\n', 1)[1]
    assert text.startswith(HEADER)


def test_shell_scripts_have_the_header_too(repository):
    found = (p for p in (repository / 'scripts').rglob('*') if p.is_file() and p not in FILES)
    scripts = [p for p in found if p.suffix == '.sh' or p.read_bytes().startswith(b'#!')]
    assert repository / 'scripts' / 'setup' in scripts
    for path in [*scripts, repository / '.ci' / 'run']:
        assert HEADER in path.read_text()[:200], path


@pytest.mark.parametrize('path', FILES, ids=relative)
def test_files_and_functions_are_short(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno + 1 <= 60, node.name
