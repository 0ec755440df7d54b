# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import copy
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bundles import CLASS_TABLE, CLASSES, HEIGHT, WIDTH, write_bundle

from accel_ros import resources
from accel_ros.bundle import Bundle, default_bundle, write_manifest
from accel_ros.errors import BundleError
from accel_ros.manifest import Manifest, from_json


@pytest.fixture
def folder(bundle_path: Path, tmp_path: Path) -> Path:
    """A copy of the tiny bundle to break."""
    return Path(shutil.copytree(bundle_path, tmp_path / 'bundle'))


def change(folder: Path, *keys, value) -> None:
    """Set one entry of the manifest."""
    path = folder / 'manifest.json'
    content = json.loads(path.read_text())
    entry = content
    for key in keys[:-1]:
        entry = entry[key]
    entry[keys[-1]] = value
    path.write_text(json.dumps(content))


def refused(folder: Path, remedy: str = 'again') -> str:
    """Return the one line that the bundle is refused with."""
    with pytest.raises(BundleError) as caught:
        Bundle.open(folder)
    text = str(caught.value)
    assert '\n' not in text and str(folder) in text and remedy in text
    return text


def test_opens_with_all_that_was_written(bundle: Bundle):
    manifest = bundle.manifest
    assert (manifest.name, manifest.variant, manifest.precision) == ('tiny-accel', 'accel', 'fp32')
    assert (manifest.height, manifest.width, manifest.channels) == (HEIGHT, WIDTH, 'rgb')
    assert set(manifest.files) == {
        'classes.yaml', 'keyframe.onnx', 'update.onnx', 'propagate.onnx',
    }  # fmt: skip
    assert len(bundle.classes) == manifest.num_classes == CLASSES
    assert bundle.has_update
    assert bundle.graph_path('keyframe') == bundle.path / 'keyframe.onnx'
    assert manifest.graphs['update'].tensor('flow').shape == (1, 2, 16, 24)
    assert manifest.graphs['update'].tensor('nothing') is None


@pytest.mark.parametrize(('variant', 'has_update'), [('frame', False), ('dff', True)])
def test_opens_the_other_variants(tmp_path: Path, variant: str, has_update: bool):
    bundle = Bundle.open(write_bundle(tmp_path, variant))
    assert bundle.has_update == has_update
    assert bundle.manifest.graphs['keyframe'].tensor('labels') is not None


def test_a_manifest_can_be_written_again_with_measured_accuracy(folder: Path):
    bundle = Bundle.open(folder)
    again = write_manifest(folder, replace(bundle.manifest, accuracy={'miou': {'1': 0.68}}))
    assert again.manifest.accuracy == {'miou': {'1': 0.68}}
    assert replace(again.manifest, accuracy={}) == bundle.manifest
    assert sorted(path.name for path in folder.iterdir()) == [
        'classes.yaml', 'keyframe.onnx', 'manifest.json', 'propagate.onnx', 'update.onnx',
    ]  # fmt: skip


def test_a_wrong_manifest_cannot_be_written_unnoticed(folder: Path):
    manifest = Bundle.open(folder).manifest
    with pytest.raises(BundleError, match='image uint8'):
        write_manifest(folder, replace(manifest, height=HEIGHT + 1))


def test_every_other_file_is_checked_too(folder: Path):
    manifest = Bundle.open(folder).manifest
    (folder / 'docs').mkdir()
    (folder / 'docs' / 'card.md').write_text('# Model card')
    write_manifest(folder, manifest)
    (folder / 'docs' / 'card.md').write_text('# model card')
    assert 'card.md is not the one that was exported' in refused(folder)


def test_no_folder(tmp_path: Path):
    assert 'no such folder' in refused(tmp_path / 'none', 'name a folder')


def test_a_file_instead_of_a_folder(folder: Path):
    assert 'no such folder' in refused(folder / 'classes.yaml', 'name a folder')


def test_no_manifest(folder: Path):
    (folder / 'manifest.json').unlink()
    assert 'no manifest.json' in refused(folder)


@pytest.mark.parametrize('text', ['', '{', '\xff', '[' * 100_000, '1' * 10_000, '[1]', 'null'])
def test_a_manifest_that_is_no_json_object(folder: Path, text: str):
    (folder / 'manifest.json').write_bytes(text.encode('latin-1'))
    assert 'manifest.json is' in refused(folder)


def test_an_endless_manifest_is_not_read(folder: Path):
    with (folder / 'manifest.json').open('wb') as file:
        file.truncate(2**30)
    assert 'larger than' in refused(folder)


@pytest.mark.parametrize('version', [0, 2, '1', None, True, 1.0])
def test_an_unknown_version(folder: Path, version):
    change(folder, 'format', value=version)
    assert 'format version is' in refused(folder)


def test_a_missing_file(folder: Path):
    (folder / 'update.onnx').unlink()
    assert 'update.onnx is missing' in refused(folder)


def test_a_wrong_hash(folder: Path):
    content = bytearray((folder / 'update.onnx').read_bytes())
    content[100] ^= 1
    (folder / 'update.onnx').write_bytes(content)
    assert 'update.onnx is not the one that was exported' in refused(folder)


@pytest.mark.parametrize(
    'name',
    ['/etc/passwd', '../x', 'a/../../x', './x', 'a//x', '', '.', '..', 'a\\x', 'C:x', 'x\0', 'a/'],
)
def test_names_that_leave_the_folder(folder: Path, name: str):
    change(folder, 'files', name, value='0' * 64)
    assert 'not a plain path' in refused(folder)


def test_a_graph_that_no_hash_covers(folder: Path):
    change(folder, 'graphs', 'update', 'file', value='other.onnx')
    assert 'not listed with its hash' in refused(folder)


def test_a_manifest_that_lists_itself(folder: Path):
    change(folder, 'files', 'manifest.json', value='0' * 64)
    assert 'its own files' in refused(folder)


@pytest.mark.parametrize('digest', ['', 'A' * 64, '0' * 63, None, 5])
def test_what_is_no_hash(folder: Path, digest):
    change(folder, 'files', 'classes.yaml', value=digest)
    assert 'not a sha256' in refused(folder)


def test_a_class_table_that_does_not_fit_the_labels(folder: Path):
    table = CLASS_TABLE[: CLASS_TABLE.rindex('  - ')]
    (folder / 'classes.yaml').write_text(table)
    with pytest.raises(BundleError, match='10 classes and its graphs tell 11 apart'):
        write_manifest(folder, _manifest(folder))


def test_a_broken_class_table(folder: Path):
    (folder / 'classes.yaml').write_text('name: [')
    with pytest.raises(BundleError, match='classes.yaml cannot be read'):
        write_manifest(folder, _manifest(folder))


def _manifest(folder: Path) -> Manifest:
    return from_json(json.loads((folder / 'manifest.json').read_text()))


@pytest.mark.parametrize(
    ('keys', 'value', 'complaint'),
    [
        (('image', 'height'), 0, 'height is 0'),
        (('image', 'width'), 2**40, 'width is 1099511627776'),
        (('image', 'height'), True, 'height is True'),
        (('image', 'height'), HEIGHT + 1, 'would fit'),
        (('image', 'channels'), 'rgba', 'has to be rgb or bgr'),
        (('num_classes',), 256, 'num_classes is 256'),
        (('name',), 7, 'name is 7'),
        (('graphs',), {}, 'its graphs are'),
        (('graphs', 'other'), {'file': 'x', 'inputs': [], 'outputs': []}, 'its graphs are'),
        (('graphs', 'update', 'outputs'), [], 'where .* are due'),
        (('graphs', 'update', 'outputs', 0, 'name'), 'drift', 'where .* are due'),
        (('graphs', 'keyframe', 'outputs', 2, 'name'), 'other', 'no output state'),
        (('graphs', 'keyframe', 'outputs', 0, 'dtype'), 'int64', 'labels uint8 .* would fit'),
        (('graphs', 'keyframe', 'outputs', 2, 'dtype'), 'uint8', 'would fit'),
        (('graphs', 'keyframe', 'outputs', 2, 'shape'), [1, 16, 24], 'would fit'),
        (('graphs', 'keyframe', 'outputs', 2, 'shape'), [1, 1, 65, 24], 'not larger than'),
        (('graphs', 'keyframe', 'outputs', 2, 'shape'), [1, 1, 16, 25], 'would fit'),
        (('graphs', 'update', 'inputs', 2, 'shape'), [1, 2, 16, 24], 'state float32'),
        (('graphs', 'update', 'outputs', 3, 'shape'), [1, 2, 16, 23], 'flow float32'),
        (('graphs', 'update', 'outputs', 4, 'shape'), [], 'drift float32'),
        (('graphs', 'update', 'inputs', 0, 'shape'), ['N', 64, 96, 3], 'has to be fixed'),
        (('graphs', 'update', 'inputs', 0), None, 'not a JSON object'),
        (('graphs', 'update'), None, 'not a JSON object'),
        (('files',), [], 'files is'),
    ],
)
def test_entries_that_do_not_fit(folder: Path, keys, value, complaint: str):
    change(folder, *keys, value=value)
    with pytest.raises(BundleError, match=complaint):
        Bundle.open(folder)


def test_the_drift_may_be_missing_and_nothing_else(folder: Path):
    content = json.loads((folder / 'manifest.json').read_text())
    outputs = content['graphs']['update']['outputs']
    for index, tensor in enumerate(outputs):
        change(folder, 'graphs', 'update', 'outputs', value=outputs[:index] + outputs[index + 1 :])
        if tensor['name'] == 'drift':
            Bundle.open(folder)
        else:
            refused(folder)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_only_bundle_errors_come_out_of_a_mutated_manifest(bundle_path, tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp() / 'mutated'
    if not folder.exists():
        shutil.copytree(bundle_path, folder)
    original = json.loads((bundle_path / 'manifest.json').read_text())
    content = copy.deepcopy(original)
    for _ in range(data.draw(st.integers(1, 3))):
        _mutate(content, data)
    (folder / 'manifest.json').write_text(json.dumps(content))
    try:
        bundle = Bundle.open(folder)
    except BundleError as error:
        assert '\n' not in str(error)
    else:
        assert bundle.manifest.height == HEIGHT and len(bundle.classes) == CLASSES


def _mutate(content, data) -> None:
    """Replace, remove or add an entry somewhere in a tree of dicts and lists."""
    while True:
        keys = list(content) if isinstance(content, dict) else list(range(len(content)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        inner = content[key]
        if isinstance(inner, dict | list) and data.draw(st.booleans()):
            content = inner
            continue
        action = data.draw(st.sampled_from(['replace', 'remove', 'add']))
        if action == 'remove':
            del content[key]
        elif action == 'replace' or isinstance(content, list):
            content[key] = data.draw(JUNK)
        else:
            content[data.draw(st.text(max_size=10))] = data.draw(JUNK)
        return


def test_the_default_bundle_is_found_where_it_is_installed(folder: Path, tmp_path, monkeypatch):
    place = tmp_path / 'share' / 'accel_ros' / 'models' / 'accel-lite'
    shutil.copytree(folder, place)
    monkeypatch.setattr(resources, '_roots', lambda: iter([tmp_path / 'share' / 'accel_ros']))
    assert Bundle.open(default_bundle()).manifest.name == 'tiny-accel'


def test_no_default_bundle(monkeypatch):
    monkeypatch.setattr(resources, '_roots', lambda: iter([]))
    with pytest.raises(BundleError, match='name the folder of a bundle'):
        default_bundle()
