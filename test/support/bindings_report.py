# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""python -I -S bindings_report.py FOLDER MODULE: what a module offers, as JSON.

Runs in a process of its own for each version: two versions do not fit into one.
"""

import contextlib
import importlib
import inspect
import json
import sys


def describe(value):
    """The texts that tell how a callable is called; none for anything else."""
    if not callable(value):
        return []
    if isinstance(value, type):
        value = value.__init__
    texts = [line.strip() for line in (value.__doc__ or '').splitlines() if '(' in line]
    with contextlib.suppress(TypeError, ValueError):
        texts.append('signature' + str(inspect.signature(value)))
    return texts


def collect(thing, prefix, names):
    """Describe the members of a module or class, and of the classes in it."""
    for name in dir(thing):
        if not name.startswith('_') or name == '__init__':
            value = getattr(thing, name)
            names[prefix + name] = describe(value)
            if isinstance(value, type) and prefix.count('.') < 2:
                collect(value, f'{prefix}{name}.', names)
    return names


sys.path.insert(0, sys.argv[1])
module = importlib.import_module(sys.argv[2])
report = {'version': getattr(module, '__version__', ''), 'names': collect(module, '', {})}
print(json.dumps(report))
