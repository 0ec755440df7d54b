# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-ros doctor`: what works here, what is missing, and whether all engines agree."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from accel_ros.bundle import Bundle, default_bundle
from accel_ros.commands.arguments import add_bundle, add_json
from accel_ros.commands.checks import Finding, advice, findings
from accel_ros.commands.parity import compare
from accel_ros.engines.protocol import Engine
from accel_ros.engines.select import Candidate, candidates
from accel_ros.engines.watch import Watch
from accel_ros.errors import AccelError


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Add the sub-command to the parsers of `accel-ros`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        'doctor',
        help='what is installed, what works, and how to get what is missing',
        description='Look at this machine and run every graph of a bundle with every backend that '
        'works, on the same images. Builds no engine: see accel-ros build.',
    )
    add_bundle(parser)
    add_json(parser)
    return parser


def run(args: argparse.Namespace) -> str:
    """Do the work; return what to tell the user."""
    found = [*findings(), *_bundle(args.bundle)]
    if args.json:
        rows = [dataclasses.asdict(finding) for finding in found]
        args.json.write_text(json.dumps(rows, indent=1) + '\n')
    return table(found)


def table(found: list[Finding]) -> str:
    """Return the findings as text; what to do stands below what it is about."""
    wide = max(len(finding.what) for finding in found)
    lines = []
    for finding in found:
        lines.append(f'{finding.what:{wide}}  {finding.state:7}  {finding.detail}')
        if finding.advice and finding.state != 'works':
            lines.append(f'{"":{wide}}           -> {finding.advice}')
    return '\n'.join(lines)


def _bundle(path: str | None) -> Iterator[Finding]:
    """Yield what becomes of a bundle here: every graph, with everything that may run it."""
    bundle = Bundle.open(path or default_bundle())
    it = bundle.manifest
    yield Finding('bundle', 'works', f'{it.name}, {it.width}x{it.height}, {it.precision}')
    *better, reference = candidates(bundle, 'auto', None, Watch())
    try:
        trusted = reference.open('the reference')
    except AccelError as error:
        yield Finding(reference.name, 'fails', str(error), advice('onnxruntime'))
        return
    try:
        yield Finding(reference.name, 'works', trusted.description)
        for candidate in better:
            yield from _parity(bundle, candidate, trusted)
    finally:
        trusted.close()


def _parity(bundle: Bundle, candidate: Candidate, trusted: Engine) -> Iterator[Finding]:
    """Yield how each graph's answers with a backend compare to those of onnxruntime."""
    try:
        if graphs := candidate.unbuilt():
            command = f'accel-ros build --bundle {bundle.path}'
            yield Finding(candidate.name, 'missing', f'not built: {", ".join(graphs)}', command)
            return
        engine = candidate.open('to compare')
        try:
            results = compare(bundle, engine, trusted)
        finally:
            engine.close()
    except AccelError as error:
        yield Finding(candidate.name, 'fails', *_halves(str(error)))
        return
    for parity in results:
        yield Finding(
            f'{candidate.name}: {parity.graph}',
            'works' if parity.agrees else 'differs',
            f'{100 * parity.labels:.2f} % of the labels as with onnxruntime on the CPU; '
            f'confidence off by {parity.confidence:.2f} of 255',
            'use the backend onnxruntime, and report this' if not parity.agrees else '',
        )


def _halves(message: str) -> tuple[str, str]:
    """Return what is wrong, and what to do."""
    what, _, todo = message.partition('; ')
    return what, todo
