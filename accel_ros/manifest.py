# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The manifest of a bundle: what it says, and whether that fits together.

Nothing here touches a file: see `bundle` for the folder around it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, TypeVar

from accel_ros.classes import MAX_CLASSES
from accel_ros.errors import BundleError

FORMAT = 1
MANIFEST = 'manifest.json'
GRAPHS = ('keyframe', 'update', 'propagate')
OPTIONAL = {'drift'}  # only variants with two branches can tell it
MAX_SIDE = 16384  # pixels; also keeps a hostile manifest from asking for absurd buffers
FLOATS = ('float32', 'float16')


@dataclass(frozen=True)
class TensorSpec:
    """A tensor at the edge of a graph; dtype is NumPy's name for it."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    def __str__(self) -> str:
        """Return a form such as `image uint8 [1, 360, 480, 3]`."""
        return f'{self.name} {self.dtype} {list(self.shape)}'


@dataclass(frozen=True)
class GraphSpec:
    """An ONNX file and its tensors."""

    file: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]

    def tensor(self, name: str) -> TensorSpec | None:
        """Return the input or output of that name, if there is one."""
        return next((t for t in self.inputs + self.outputs if t.name == name), None)


@dataclass(frozen=True)
class Manifest:
    """All that a bundle says about itself. `graphs`: keyframe, and update and propagate if any."""

    name: str
    variant: str
    classes: str  # file name of the class table
    num_classes: int  # the graphs' labels are below it
    height: int  # pixels, of the graphs' images
    width: int
    channels: str  # 'rgb' or 'bgr': the channel order of the graphs' images
    precision: str
    graphs: Mapping[str, GraphSpec]
    accuracy: Mapping[str, Any] = field(default_factory=dict)  # measured; free form
    license: str = ''  # of the weights
    files: Mapping[str, str] = field(default_factory=dict)  # file name: sha256


def to_json(manifest: Manifest) -> dict[str, Any]:
    """Return the content of manifest.json."""
    content = dataclasses.asdict(manifest)
    size = {key: content.pop(key) for key in ('height', 'width', 'channels')}
    return {'format': FORMAT, **content, 'image': size}


def from_json(content: Any) -> Manifest:
    """Check the content of manifest.json. Raises BundleError, without the bundle's path."""
    if not isinstance(content, dict):
        raise BundleError('manifest.json is not a JSON object')
    if content.get('format') != FORMAT or type(content['format']) is not int:
        raise BundleError(
            f'its format version is {content.get("format")!r} and this release reads {FORMAT}'
        )
    image = _get(content, 'image', dict)
    manifest = Manifest(
        name=_get(content, 'name', str),
        variant=_get(content, 'variant', str),
        classes=_get(content, 'classes', str),
        num_classes=_integer(content, 'num_classes', MAX_CLASSES),
        height=_integer(image, 'height', MAX_SIDE),
        width=_integer(image, 'width', MAX_SIDE),
        channels=_get(image, 'channels', str),
        precision=_get(content, 'precision', str),
        graphs={key: _graph(key, graph) for key, graph in _get(content, 'graphs', dict).items()},
        accuracy=_get(content, 'accuracy', dict),
        license=_get(content, 'license', str),
        files=_files(_get(content, 'files', dict)),
    )
    _check_graphs(manifest)
    _check_files(manifest)
    return manifest


def _check_graphs(manifest: Manifest) -> None:
    """Raise BundleError unless the graphs' tensors fit each other and the image."""
    if manifest.channels not in ('rgb', 'bgr'):
        raise BundleError(f'channels is {manifest.channels!r} and has to be rgb or bgr')
    graphs = manifest.graphs
    if set(graphs) not in ({'keyframe'}, {'keyframe', 'update'}, set(GRAPHS)):
        raise BundleError(
            f'its graphs are {sorted(graphs)}; they have to be keyframe alone, '
            'with update, or with update and propagate'
        )
    state = None
    if 'update' in graphs:
        state = _check_state(graphs['keyframe'], manifest)
    due = _due_tensors(manifest, state)
    for key, graph in graphs.items():
        inputs, outputs = due[key]
        _check_tensors(key, graph.inputs, inputs)
        _check_tensors(key, graph.outputs, outputs)


def _check_state(keyframe: GraphSpec, manifest: Manifest) -> TensorSpec:
    """Return the state that keyframes give to updates, [1, C, h, w]."""
    state = keyframe.tensor('state')
    if state is None:
        raise BundleError('graph keyframe has no output state for graph update to carry forward')
    fits = (
        state.dtype in FLOATS
        and len(state.shape) == 4
        and state.shape[0] == 1
        and state.shape[2] <= manifest.height
        and state.shape[3] <= manifest.width
    )
    if not fits:
        raise BundleError(
            f'graph keyframe has the tensor {state} where a state of {" or ".join(FLOATS)} '
            f'[1, C, h, w], not larger than the image, would fit'
        )
    return state


def _due_tensors(
    manifest: Manifest, state: TensorSpec | None
) -> dict[str, tuple[list[TensorSpec], list[TensorSpec]]]:
    """Return the inputs and outputs that every graph has to have."""
    frame = (1, manifest.height, manifest.width)
    image = TensorSpec('image', 'uint8', (*frame, 3))
    answer = [TensorSpec('labels', 'uint8', frame), TensorSpec('confidence', 'uint8', frame)]
    if state is None:
        return {'keyframe': ([image], answer)}
    state_out = replace(state, name='state_out')
    flow = TensorSpec('flow', 'float32', (1, 2, *state.shape[2:]))  # half would lose positions
    drift = TensorSpec('drift', 'float32', (1,))
    return {
        'keyframe': ([image], [*answer, state]),
        'update': (
            [image, replace(image, name='previous'), state],
            [*answer, state_out, flow, drift],
        ),
        'propagate': ([state, flow], [state_out]),
    }


def _check_tensors(key: str, found: tuple[TensorSpec, ...], due: list[TensorSpec]) -> None:
    """Compare a graph's tensors with the due ones, in any order. Only the drift may be missing."""
    names, expected = [t.name for t in found], {t.name: t for t in due}
    missing = expected.keys() - OPTIONAL - set(names)
    if missing or set(names) - expected.keys() or len(set(names)) < len(names):
        raise BundleError(f'graph {key} has the tensors {names} where {list(expected)} are due')
    for tensor in found:
        if tensor != expected[tensor.name]:
            raise BundleError(
                f'graph {key} has the tensor {tensor} where {expected[tensor.name]} would fit'
            )


def _check_files(manifest: Manifest) -> None:
    """Every file that is used has to be listed, and so checked by its hash."""
    used = {manifest.classes, *(graph.file for graph in manifest.graphs.values())}
    unlisted = used - manifest.files.keys()
    if unlisted:
        raise BundleError(f'{sorted(unlisted)} is used but not listed with its hash under files')


def _files(entries: Mapping[str, Any]) -> dict[str, str]:
    """Check the list of files: names that stay inside the bundle, and a sha256 each."""
    for name, digest in entries.items():
        parts = PurePosixPath(name).parts
        tricky = '\\' in name or ':' in name or not name.isprintable()
        if tricky or '..' in parts or '/'.join(parts) != name or not name:
            raise BundleError(f'the file name {name!r} is not a plain path inside the bundle')
        if name == MANIFEST:
            raise BundleError(f'{MANIFEST} is listed under its own files')
        if not isinstance(digest, str) or not re.fullmatch('[0-9a-f]{64}', digest):
            raise BundleError(f'the hash of {name} is not a sha256 of 64 hexadecimal digits')
    return dict(entries)


def _graph(key: str, content: Any) -> GraphSpec:
    if not isinstance(content, dict):
        raise BundleError(f'graph {key} is not a JSON object')
    inputs, outputs = (
        tuple(_tensor(key, tensor) for tensor in _get(content, side, list))
        for side in ('inputs', 'outputs')
    )
    return GraphSpec(_get(content, 'file', str), inputs, outputs)


def _tensor(key: str, content: Any) -> TensorSpec:
    if not isinstance(content, dict):
        raise BundleError(f'graph {key} has a tensor that is not a JSON object')
    shape = _get(content, 'shape', list)
    if not all(type(side) is int and side >= 1 for side in shape):
        raise BundleError(f'graph {key} has a tensor of shape {shape}; every side has to be fixed')
    return TensorSpec(_get(content, 'name', str), _get(content, 'dtype', str), tuple(shape))


T = TypeVar('T')


def _get(content: Mapping[str, Any], key: str, kind: type[T]) -> T:
    """Return a required entry of the right type."""
    value = content.get(key)
    if not isinstance(value, kind):
        found = 'missing' if key not in content else repr(value)[:60]
        raise BundleError(
            f'its entry {key} is {found} and has to be a {_JSON_NAMES[kind.__name__]}'
        )
    return value


_JSON_NAMES = {'str': 'string', 'list': 'list', 'dict': 'JSON object'}


def _integer(content: Mapping[str, Any], key: str, most: int) -> int:
    value = content.get(key)
    if type(value) is not int or not 1 <= value <= most:
        raise BundleError(f'its entry {key} is {value!r:.60} and has to be 1 to {most}')
    return value
