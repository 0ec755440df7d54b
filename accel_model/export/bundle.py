# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Write a bundle: graphs, class table and manifest."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from accel_model.export.fold import fold_batch_norms
from accel_model.export.form import OnboardForm
from accel_model.export.graphs import KeyframeGraph, UpdateGraph, read_image
from accel_model.export.onnx_file import cut_graph, write_graph
from accel_model.export.verify import Agreement, ExportError, example_images, verify
from accel_model.networks.accel import Accel
from accel_model.networks.description import Description
from accel_model.networks.upsampling import map_size
from accel_ros import resources
from accel_ros.bundle import GraphSpec, Manifest, write_manifest
from accel_ros.classes import ClassTable
from accel_ros.manifest import MANIFEST, MAX_SIDE

MIN_SIDE = 32
CLASS_TABLE = 'classes.yaml'


def export_bundle(
    network: Accel,
    size: tuple[int, int],
    folder: Path,
    name: str = '',
    accuracy: Mapping[str, Any] | None = None,
    license_text: str = '',
    classes: Path | None = None,
) -> Agreement:
    """
    Export a network for images of one size, and compare the graphs with it.

    :param size: (height, width)
    :param name: of the bundle; default: the folder's
    :param accuracy: what was measured, free form
    :param classes: file of the class table; default: the project's table of that name
    :raises ExportError: the size or the network does not do, or the folder holds something else
    """
    if min(size) < MIN_SIDE or max(size) > MAX_SIDE:
        raise ExportError(
            f'images of {size[0]}x{size[1]} are not possible: {MIN_SIDE} to {MAX_SIDE} a side'
        )
    description = network.description
    table = _class_table(description, classes)
    with taking_place(folder) as partial:
        graphs = write_graphs(network, size, partial)
        agreement = verify(network, partial, graphs, size)
        shutil.copyfile(table, partial / CLASS_TABLE)
        manifest = Manifest(
            name=name or folder.name,
            variant=description.variant,
            classes=CLASS_TABLE,
            num_classes=description.num_classes,
            height=size[0],
            width=size[1],
            channels='rgb',
            precision='fp32',
            graphs=graphs,
            accuracy=accuracy or {},
            license=license_text,
        )
        write_manifest(partial, manifest)
    return agreement


def check_place(folder: Path) -> None:
    """Raise ExportError where a folder holds something else than a bundle."""
    if folder.exists() and not (folder / MANIFEST).is_file():
        raise ExportError(f'{folder} exists and is not a bundle: choose another folder')


@contextmanager
def taking_place(folder: Path) -> Iterator[Path]:
    """
    Yield an empty folder that is renamed to a bundle's when the block has filled it.

    The bundle appears at once, when all of it is there; a bundle in its place is replaced.

    :raises ExportError: the folder holds something else
    """
    check_place(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f'.{folder.name}.') as temporary:
        partial = Path(temporary) / folder.name
        partial.mkdir()
        yield partial
        if folder.exists():
            folder.rename(Path(temporary) / 'replaced')
        partial.rename(folder)


def write_graphs(network: Accel, size: tuple[int, int], folder: Path) -> dict[str, GraphSpec]:
    """Write the ONNX files of a network in evaluation mode; returns their tensors."""
    watched = network.normalize(read_image(example_images((64, 64))[0]))
    form = OnboardForm(fold_batch_norms(network, watched), size)
    previous, image, *_ = example_images(size)
    state = _example_state(form, image)
    outputs = ['labels', 'confidence', 'state'][: 2 if form.update is None else 3]
    keyframe = KeyframeGraph(form)
    graphs = {
        'keyframe': write_graph(keyframe, {'image': image}, outputs, folder / 'keyframe.onnx')
    }
    if form.update is None:
        return graphs
    inputs = {'image': image, 'previous': previous, 'state': state}
    outputs = ['labels', 'confidence', 'state_out', 'flow']
    if form.update.score_fusion is not None:
        outputs.append('drift')
    graphs['update'] = write_graph(
        UpdateGraph(form.update), inputs, outputs, folder / 'update.onnx'
    )
    cut = ['state', 'flow'], ['state_out']  # carries a late keyframe on, as an update does
    graphs['propagate'] = cut_graph(folder / 'update.onnx', *cut, folder / 'propagate.onnx')
    return graphs


def _example_state(form: OnboardForm, image: Tensor) -> Tensor:
    """
    Return the state that a keyframe leaves.

    :raises ExportError: the flow is not on the state's grid: the reference network's pooling and
        the flow network round some sizes differently
    """
    with torch.no_grad():
        pixels = read_image(image)
        _, state = form.keyframe(pixels)
        if form.update is None:
            return state
        cells = map_size(state)
        flow, _ = form.update.see(pixels, pixels, cells)
    if map_size(flow) != cells:
        raise ExportError(
            f'images of {image.shape[1]}x{image.shape[2]} have features of {cells[0]}x{cells[1]} '
            f'cells and a flow of {flow.shape[-2]}x{flow.shape[-1]}: choose sides that are '
            'multiples of 32'
        )
    return state


def _class_table(description: Description, given: Path | None) -> Path:
    name = description.classes
    path = given or resources.find(f'config/classes/{name}.yaml')
    if path is None:
        raise ExportError(
            f'the project has no class table {name!r}: give the one of your data with --classes'
        )
    table = ClassTable.load(path)
    if table.name != name:
        raise ExportError(f'the weights know the classes {name!r}, but {path} is {table.name!r}')
    if len(table) != description.num_classes:
        raise ExportError(
            f'the network tells {description.num_classes} classes apart, but the table {name} has '
            f'{len(table)}'
        )
    return path
