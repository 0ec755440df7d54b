# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The bundle: the folder that training hands to the robot. It is checked when it is opened."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from accel_ros import resources
from accel_ros.classes import ClassTable
from accel_ros.errors import AccelError, BundleError, one_line
from accel_ros.manifest import (
    MANIFEST,
    GraphSpec,
    Manifest,
    TensorSpec,
    from_json,
    to_json,
)

__all__ = [
    'Bundle',
    'BundleError',
    'GraphSpec',
    'Manifest',
    'TensorSpec',
    'default_bundle',
    'write_manifest',
]

DEFAULT = 'models/accel-lite'
MAX_MANIFEST_BYTES = 4 * 2**20


@dataclass(frozen=True)
class Bundle:
    """A checked bundle: every file is there and is the one that was exported."""

    path: Path
    manifest: Manifest
    classes: ClassTable

    @classmethod
    def open(cls, path: str | Path) -> Bundle:
        """Read and check the bundle in a folder. Raises BundleError."""
        path = Path(path).expanduser()
        if not path.is_dir():
            raise BundleError(
                f'bundle {path} cannot be used: there is no such folder; name a folder that '
                'accel-model export has written'
            )
        try:
            manifest = _read_manifest(path)
            for name, digest in manifest.files.items():
                _check_file(path / name, digest)
            classes = ClassTable.load(path / manifest.classes)
            if len(classes) != manifest.num_classes:
                raise BundleError(
                    f'its class table has {len(classes)} classes and its graphs '
                    f'tell {manifest.num_classes} apart'
                )
        except (AccelError, OSError) as cause:
            raise BundleError(
                f'bundle {path} cannot be used: {one_line(cause)}; '
                'export it again with accel-model export, or copy the whole folder again'
            ) from cause
        return cls(path, manifest, classes)

    @property
    def has_update(self) -> bool:
        """Return whether frames between keyframes can be updates."""
        return 'update' in self.manifest.graphs

    def graph_path(self, graph: str) -> Path:
        """Return the ONNX file of a graph (keyframe, update, propagate)."""
        return self.path / self.manifest.graphs[graph].file


def default_bundle() -> Path:
    """Return the folder of the bundle that comes with the package. Raises BundleError."""
    path = resources.find(f'{DEFAULT}/{MANIFEST}')
    if path is None:
        raise BundleError(
            f'the default bundle {DEFAULT} is not installed with this package; '
            'name the folder of a bundle instead (--bundle, or the parameter bundle)'
        )
    return path.parent


def write_manifest(folder: str | Path, manifest: Manifest) -> Bundle:
    """Write the manifest of the files in a folder, with their hashes, and open the result.

    `manifest.files` is made anew, so this also serves to change a bundle's manifest, say
    `write_manifest(bundle.path, replace(bundle.manifest, accuracy=measured))`. Raises BundleError.
    """
    folder = Path(folder)
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob('*')
        if path.is_file() and path != folder / MANIFEST
    )
    manifest = replace(manifest, files={name: _sha256(folder / name) for name in names})
    partial = folder / f'{MANIFEST}.{os.getpid()}.partial'
    partial.write_text(json.dumps(to_json(manifest), indent=2) + '\n', encoding='utf-8')
    partial.replace(folder / MANIFEST)
    return Bundle.open(folder)


def _read_manifest(path: Path) -> Manifest:
    file = path / MANIFEST
    if not file.is_file():
        raise BundleError(f'it has no {MANIFEST}')
    if file.stat().st_size > MAX_MANIFEST_BYTES:
        raise BundleError(f'{MANIFEST} is larger than {MAX_MANIFEST_BYTES} bytes')
    try:
        content = json.loads(file.read_text(encoding='utf-8'))
    except (ValueError, RecursionError) as cause:
        raise BundleError(f'{MANIFEST} is not JSON: {one_line(cause)}') from cause
    return from_json(content)


def _check_file(path: Path, digest: str) -> None:
    if not path.is_file():
        raise BundleError(f'the file {path.name} is missing')
    if _sha256(path) != digest:
        raise BundleError(
            f'the file {path.name} is not the one that was exported (sha256 differs)'
        )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()
