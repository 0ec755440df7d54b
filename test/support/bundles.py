# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A tiny bundle with real ONNX graphs whose answers can be computed by hand.

The "network" sees class `red // 24` in every pixel (11 classes), is as confident as the pixel is
green, and carries one number per 4x4 cell. Every update mixes the image, the previous image and
the state, so an answer is right only if all three were: `Arithmetic` says the same in NumPy.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from accel_ros.bundle import GraphSpec, Manifest, TensorSpec, write_manifest

HEIGHT, WIDTH, CELL, CLASSES = 64, 96, 4, 11
CELLS = (1, 1, HEIGHT // CELL, WIDTH // CELL)
RED_PER_CLASS = 24

CLASS_TABLE = 'name: tiny\nignore: 255\nclasses:\n' + ''.join(
    f'  - {{id: {i}, name: class {i}, color: [{20 * i}, {255 - 20 * i}, {7 * i}]}}\n'
    for i in range(CLASSES)
)

IMAGE = TensorSpec('image', 'uint8', (1, HEIGHT, WIDTH, 3))
PREVIOUS = TensorSpec('previous', 'uint8', (1, HEIGHT, WIDTH, 3))
STATE = TensorSpec('state', 'float32', CELLS)
STATE_OUT = TensorSpec('state_out', 'float32', CELLS)
FLOW = TensorSpec('flow', 'float32', (1, 2, *CELLS[2:]))
DRIFT = TensorSpec('drift', 'float32', (1,))
ANSWER = (
    TensorSpec('labels', 'uint8', (1, HEIGHT, WIDTH)),
    TensorSpec('confidence', 'uint8', (1, HEIGHT, WIDTH)),
)


class Arithmetic:
    """The same network in NumPy: labels u8 [H, W] of images u8 [H, W, 3] (rgb)."""

    def __init__(self) -> None:
        self.previous: np.ndarray | None = None
        self.state: np.ndarray | None = None
        self.drift: float | None = None
        self._under_way: np.ndarray | None = None  # its state, carried up to now

    def keyframe(self, image: np.ndarray) -> np.ndarray:
        """Labels are what the image says; the state is the label in each cell's corner."""
        own = image[..., 0].astype(int) // RED_PER_CLASS
        self.previous, self.state = image, own[::CELL, ::CELL]
        self._under_way = None
        return own.astype(np.uint8)

    def land(self) -> None:
        """Put its state in force; every update carried it on by how much the corners changed."""
        self.state, self._under_way = self._under_way, None

    def update(self, image: np.ndarray, begin_keyframe: bool = False) -> np.ndarray:
        """Labels are own + 2 * previous + 3 * state; the state adds up the cells' corners."""
        own = image[..., 0].astype(int) // RED_PER_CLASS
        before = self.previous[..., 0].astype(int) // RED_PER_CLASS
        carried = self.state.repeat(CELL, axis=0).repeat(CELL, axis=1)
        labels = (own + 2 * before + 3 * carried) % CLASSES
        self.drift = float(np.mean(labels != own))
        if begin_keyframe:
            self._under_way = _corners(image)
        elif self._under_way is not None:
            moved = _corners(image) - _corners(self.previous)
            self._under_way = (self._under_way + moved) % CLASSES
        self.previous, self.state = image, (self.state + own[::CELL, ::CELL]) % CLASSES
        return labels.astype(np.uint8)


def _corners(image: np.ndarray) -> np.ndarray:
    return image[::CELL, ::CELL, 0].astype(int) // RED_PER_CLASS


def write_bundle(folder: Path, variant: str = 'accel', channels: str = 'rgb') -> Path:
    """Write the bundle; `variant` is accel, dff (no drift) or frame (no update)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'classes.yaml').write_text(CLASS_TABLE, encoding='utf-8')
    graphs = {'keyframe': _keyframe(folder, with_state=variant != 'frame')}
    if variant != 'frame':
        graphs['update'] = _update(folder, with_drift=variant != 'dff')
        graphs['propagate'] = _propagate(folder)
    manifest = Manifest(
        name=f'tiny-{variant}',
        variant=variant,
        classes='classes.yaml',
        num_classes=CLASSES,
        height=HEIGHT,
        width=WIDTH,
        channels=channels,
        precision='fp32',
        graphs=graphs,
        license='none: there are no weights',
    )
    write_manifest(folder, manifest)
    return folder


def _keyframe(folder: Path, with_state: bool) -> GraphSpec:
    graph = _Graph()
    own, confidence = graph.read_image('image')
    graph.add('Cast', [own], 'labels', to=TensorProto.UINT8)
    graph.add('Identity', [confidence], 'confidence')
    if with_state:
        graph.corners(own, 'state')
    return graph.save(folder / 'keyframe.onnx', (IMAGE,), (*ANSWER, *((STATE,) * with_state)))


def _update(folder: Path, with_drift: bool) -> GraphSpec:
    graph = _Graph()
    own, confidence = graph.read_image('image')
    before, _ = graph.read_image('previous')
    carried = graph.add('Resize', ['state', '', graph.constant(np.float32([1, 1, CELL, CELL]))],
                        mode='nearest', coordinate_transformation_mode='asymmetric',
                        nearest_mode='floor')  # fmt: skip
    carried = graph.add('Squeeze', [carried, graph.constant([1])])
    carried = graph.add('Cast', [carried], to=TensorProto.INT64)
    total = graph.add('Add', [own, graph.add('Mul', [before, graph.constant(2)])])
    total = graph.add('Add', [total, graph.add('Mul', [carried, graph.constant(3)])])
    labels = graph.add('Mod', [total, graph.constant(CLASSES)])
    graph.add('Cast', [labels], 'labels', to=TensorProto.UINT8)
    graph.add('Identity', [confidence], 'confidence')
    corners = graph.corners(own)
    total = graph.add('Add', ['state', corners])
    graph.add('Mod', [total, graph.constant(np.float32(CLASSES))], 'state_out', fmod=1)
    moved = graph.add('Sub', [corners, graph.corners(before)])
    graph.add('Concat', [moved, moved], 'flow', axis=1)
    outputs = [*ANSWER, STATE_OUT, FLOW]
    if with_drift:
        same = graph.add('Cast', [graph.add('Equal', [labels, own])], to=TensorProto.FLOAT)
        same = graph.add('ReduceMean', [same, graph.constant([0, 1, 2])], keepdims=0)
        same = graph.add('Unsqueeze', [same, graph.constant([0])])
        graph.add('Sub', [graph.constant(np.float32([1])), same], 'drift')
        outputs.append(DRIFT)
    return graph.save(folder / 'update.onnx', (IMAGE, PREVIOUS, STATE), tuple(outputs))


def _propagate(folder: Path) -> GraphSpec:
    """The state plus how much the cells' corners changed."""
    graph = _Graph()
    moved = graph.add(
        'Slice', ['flow', graph.constant([0]), graph.constant([1]), graph.constant([1])]
    )
    total = graph.add(
        'Add', [graph.add('Add', ['state', moved]), graph.constant(np.float32(CLASSES))]
    )
    graph.add('Mod', [total, graph.constant(np.float32(CLASSES))], 'state_out', fmod=1)
    return graph.save(folder / 'propagate.onnx', (STATE, FLOW), (STATE_OUT,))


class _Graph:
    """An ONNX graph under construction."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, value) -> str:
        name = f'constant{len(self._constants)}'
        array = value if isinstance(value, np.generic | np.ndarray) else np.int64(value)
        self._constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def add(self, kind: str, inputs: list[str], output: str = '', **attributes) -> str:
        output = output or f'value{len(self._nodes)}'
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def read_image(self, name: str) -> tuple[str, str]:
        """Return the pixels' own classes, int64 [1, H, W], and the green channel, uint8."""
        red, green = (
            self.add('Gather', [name, self.constant(channel)], axis=3) for channel in (0, 1)
        )
        red = self.add('Cast', [red], to=TensorProto.INT64)
        return self.add('Div', [red, self.constant(RED_PER_CLASS)]), green

    def corners(self, own: str, output: str = '') -> str:
        """Return the class in the corner of each cell, float32 [1, 1, h, w]."""
        starts, ends = self.constant([0, 0]), self.constant([HEIGHT, WIDTH])
        axes, steps = self.constant([1, 2]), self.constant([CELL, CELL])
        corner = self.add('Slice', [own, starts, ends, axes, steps])
        corner = self.add('Unsqueeze', [corner, self.constant([1])])
        return self.add('Cast', [corner], output, to=TensorProto.FLOAT)

    def save(
        self, path: Path, inputs: tuple[TensorSpec, ...], outputs: tuple[TensorSpec, ...]
    ) -> GraphSpec:
        ends = [
            [
                helper.make_tensor_value_info(
                    t.name, helper.np_dtype_to_tensor_dtype(np.dtype(t.dtype)), t.shape
                )
                for t in side
            ]
            for side in (inputs, outputs)
        ]
        graph = helper.make_graph(self._nodes, path.stem, *ends, self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18)])
        model.ir_version = 10
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, path)
        return GraphSpec(path.name, inputs, outputs)
