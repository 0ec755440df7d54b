# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The demo: a camera process, the node as users start it, and a recorder; then a film.

scripts/demo starts it in the right environment.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import children
import report
import sheet
from recorder import Recorder
from session import REPOSITORY, Interrupts, Session, Steps

from accel_ros.bundle import Bundle, default_bundle
from accel_ros.errors import AccelError
from accel_ros.sources import open_source

CLIP = REPOSITORY / 'test' / 'data' / 'drive' / 'solidWhiteRight.mp4'


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog='scripts/demo',
        description='Play a recorded drive as a camera through ROS into the segmentation node, '
        'and make a film of the labels that come back.',
    )
    parser.add_argument('--bundle', type=Path, help='network to run (the one that comes with it)')
    parser.add_argument('--rate', type=float, help="images a second (the recording's own, 25)")
    parser.add_argument('--frames', type=int, help='play only so many frames (all)')
    parser.add_argument('--output', type=Path, default=REPOSITORY / 'demo', help='folder (demo/)')
    options = parser.parse_args(arguments)
    if options.rate is not None and not 2 <= options.rate <= 200:
        parser.error('--rate is in images a second, from 2 to 200')
    if options.frames is not None and options.frames < 1:
        parser.error('--frames is at least 1')
    return options


def run(
    options: argparse.Namespace, steps: Steps, interrupts: Interrupts, stack: ExitStack
) -> None:
    """Do the steps one after the other; each that fails raises AccelError."""
    steps.begin('open the network and the clip')
    bundle = Bundle.open(options.bundle or default_bundle())
    clip = open_source(CLIP)
    rate = options.rate or clip.fps
    frames = min(options.frames or clip.count, clip.count)
    folder = prepare(options.output)

    steps.begin('start the node')
    session = Session()
    scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix='accel-demo-')))
    with interrupts.held():
        node = children.start_node(folder / 'node.log', options.bundle)
        stack.callback(node.stop)
    recorder = Recorder()
    stack.callback(recorder.close)
    recorder.until_active(node)
    steps.say(f'{bundle.manifest.name} is active; to watch: {session.watch}')

    steps.begin(f'play {frames} frames at {rate:g} Hz: {frames / rate:.1f} s')
    with interrupts.held():
        log, sent_file = folder / 'camera.log', scratch / 'sent'
        camera = children.start_camera(log, CLIP, rate, frames, sent_file)
        stack.callback(camera.stop)
    recorder.record(camera, node, frames, frames / rate)
    sent = json.loads(sent_file.read_text())
    node.stop()

    steps.begin('make the film')
    result = report.collect(sent, recorder.answers, bundle.manifest.name, rate)
    if not result.shown:
        raise AccelError(f'no image came back labelled; see {folder / "node.log"}')
    report.write(result, folder)
    sheet.make_film(result, clip, bundle.classes, folder / 'overlay.mp4')
    sheet.make_contact_sheet(result, bundle.classes, folder / 'contact_sheet.png')
    steps.end()
    print(report.table(result, folder))


def prepare(folder: Path) -> Path:
    """Make the output folder, without an earlier demo's files."""
    shutil.rmtree(folder / 'labels', ignore_errors=True)
    (folder / 'labels').mkdir(parents=True)
    for name in ('overlay.mp4', 'contact_sheet.png', 'timing.json', 'node.log', 'camera.log'):
        (folder / name).unlink(missing_ok=True)
    return folder


def main(arguments: Sequence[str]) -> int:
    """Run the demo; returns the exit status."""
    options = parse(arguments)
    interrupts = Interrupts()
    os.environ.setdefault('OPENCV_FFMPEG_LOGLEVEL', '-8')
    steps = Steps(total=4)
    try:
        with ExitStack() as stack:
            run(options, steps, interrupts, stack)
    except (AccelError, OSError) as error:
        print(f"demo: failed at step '{steps.name}': {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"demo: interrupted at step '{steps.name}'", file=sys.stderr)
        return 130
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
