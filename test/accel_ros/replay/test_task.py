# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A recording evaluated: every figure against the arithmetic of the tiny bundle."""

from dataclasses import replace

import numpy as np
import pytest
from support.bundles import CLASSES, Arithmetic, write_bundle
from support.recordings import image_message, image_topic, write_bag
from support.replays import CAMERA, labelled_bag, scene, task, truth

from accel_ros.bundle import default_bundle
from accel_ros.errors import AccelError, SourceError
from accel_ros.metrics import Confusion
from accel_ros.replay import bundle_pass
from accel_ros.replay.footage import Problems
from accel_ros.replay.store import STATE
from accel_ros.replay.task import evaluate, name_bundles

FRAMES = 20


@pytest.fixture
def clip():
    return scene(FRAMES)


def expected(clip, interval):
    """The labels that the tiny bundle gives to a clip, with a keyframe every so often."""
    network = Arithmetic()
    return [
        network.keyframe(image) if number % interval == 0 else network.update(image)
        for number, image in enumerate(clip)
    ]


def matrix(truths, labels):
    counted = Confusion(CLASSES, 255)
    for true, label in zip(truths, labels, strict=True):
        counted.add(true, label)
    return counted.matrix


def by_interval(result):
    return {run.interval: run for run in result.runs}


def test_against_true_labels_by_distance(tmp_path, clip, bundle_path):
    bag = labelled_bag(tmp_path / 'bag', clip)
    result = evaluate(task(bag, tmp_path / 'report', {'tiny': bundle_path}))
    assert result.problems == () and result.labels == 'topic /camera/labels'
    runs = by_interval(result)
    assert runs[1].tally.truth.total.mean_iou == 1.0
    labels = expected(clip, 3)
    truths = [truth(image) for image in clip]
    assert np.array_equal(runs[3].tally.truth.total.matrix, matrix(truths, labels))
    for distance in range(3):
        found = runs[3].tally.truth.at[distance].matrix
        assert np.array_equal(found, matrix(truths[distance::3], labels[distance::3]))
    assert dict(runs[3].tally.truth.frames) == {0: 7, 1: 7, 2: 6}
    shares = [np.mean(label == true) for label, true in zip(labels, truths)]
    assert runs[3].columns.accuracy == pytest.approx(shares)


def test_without_labels_it_is_agreement_with_frame_by_frame(tmp_path, clip, bundle_path):
    bag = labelled_bag(tmp_path / 'bag', clip)
    work = task(bag, tmp_path / 'report', {'tiny': bundle_path}, labels=None)
    runs = by_interval(evaluate(work))
    assert not runs[3].tally.truth.frames and not runs[1].tally.reference.frames
    labels, reference = expected(clip, 3), expected(clip, 1)
    found = runs[3].tally.reference.total.matrix
    assert np.array_equal(found, matrix(reference, labels))
    assert {entry['against'] for entry in runs[3].worst} == {'frame by frame'}


def test_sparse_labels_count_where_they_are(tmp_path, clip, bundle_path):
    bag = labelled_bag(tmp_path / 'bag', clip, every=4)
    runs = by_interval(evaluate(task(bag, tmp_path / 'report', {'tiny': bundle_path})))
    assert runs[3].tally.truth.frames.total() == 5 and runs[3].tally.frames == FRAMES


def test_a_bundle_without_updates_is_frame_by_frame(tmp_path, clip):
    bundle = write_bundle(tmp_path / 'frame', variant='frame')
    bag = labelled_bag(tmp_path / 'bag', clip)
    runs = evaluate(task(bag, tmp_path / 'report', {'frame': bundle})).runs
    assert [run.interval for run in runs] == [1] and runs[0].columns.key.all()


def test_several_bundles_each_with_its_own_reference(tmp_path, clip, bundle_path):
    dff = write_bundle(tmp_path / 'dff', variant='dff')
    bag = labelled_bag(tmp_path / 'bag', clip)
    bundles = name_bundles([bundle_path, dff])
    result = evaluate(task(bag, tmp_path / 'report', bundles))
    assert [run.key for run in result.runs] == [
        ('tiny-accel', 'offline', 1), ('tiny-accel', 'offline', 3),
        ('tiny-dff', 'offline', 1), ('tiny-dff', 'offline', 3),
    ]  # fmt: skip


def test_bundles_of_one_name_are_called_by_their_folders(tmp_path, bundle_path):
    other = write_bundle(tmp_path / 'other')
    assert list(name_bundles([bundle_path, other])) == ['tiny', 'other']
    with pytest.raises(AccelError, match='two bundles are called'):
        name_bundles([other, write_bundle(tmp_path / 'elsewhere' / 'other')])


def test_bundles_of_other_classes_do_not_go_together(tmp_path, bundle_path):
    with pytest.raises(AccelError, match='with the same classes'):
        name_bundles([bundle_path, default_bundle()])


class Stop(Exception):
    """The power fails."""


@pytest.mark.parametrize('stop_at', [1, 7, 19])
def test_a_stopped_evaluation_goes_on_to_the_same_result(
    tmp_path, clip, bundle_path, monkeypatch, stop_at
):
    bag = labelled_bag(tmp_path / 'bag', clip, every=2)
    bundles = {'tiny': bundle_path}
    whole = evaluate(task(bag, tmp_path / 'whole', bundles))
    monkeypatch.setattr(bundle_pass, 'SAVE_EVERY_S', -1.0)
    processed = []
    process = bundle_pass.BundlePass._process

    def failing(self, shot, runs):
        if shot.number == stop_at and not any(n > stop_at for n in processed):
            processed.append(FRAMES)
            raise Stop
        processed.append(shot.number)
        process(self, shot, runs)

    monkeypatch.setattr(bundle_pass.BundlePass, '_process', failing)
    with pytest.raises(Stop):
        evaluate(task(bag, tmp_path / 'report', bundles))
    del processed[:-1]
    again = evaluate(task(bag, tmp_path / 'report', bundles))
    assert min(processed) >= stop_at - 3, 'it began anew'
    for first, second in zip(whole.runs, again.runs, strict=True):
        assert first.tally.dump() == second.tally.dump()
        assert np.array_equal(first.columns.number, second.columns.number)
        assert np.array_equal(first.columns.accuracy, second.columns.accuracy, equal_nan=True)
        assert list(first.columns.reason) == list(second.columns.reason)
        assert [e['number'] for e in first.worst] == [e['number'] for e in second.worst]


def test_what_is_complete_is_not_done_again_and_what_is_stale_is(
    tmp_path, clip, bundle_path, monkeypatch
):
    bag = labelled_bag(tmp_path / 'bag', clip)
    work = task(bag, tmp_path / 'report', {'tiny': bundle_path})
    evaluate(work)
    [state] = (tmp_path / 'report').rglob(STATE)
    before = state.stat().st_mtime_ns
    evaluate(work)
    assert state.stat().st_mtime_ns == before
    changes = [
        replace(work, intervals=(1, 4)),
        replace(work, bundles={'tiny': write_bundle(tmp_path / 'bgr', channels='bgr')}),
        task(bag, tmp_path / 'report', {'tiny': bundle_path}, labels=None),
    ]
    for change in changes:
        evaluate(change)
        assert state.stat().st_mtime_ns != before
        before = state.stat().st_mtime_ns
    labelled_bag(tmp_path / 'new', clip[:10])
    [file] = (tmp_path / 'new').glob('*.mcap')
    file.rename(bag / 'bag.mcap')
    assert evaluate(work).runs[0].tally.frames == 10


def test_images_that_cannot_be_read_are_named_and_the_rest_counts(tmp_path, clip, bundle_path):
    messages = image_topic(clip)
    messages[4] = image_message(clip[4], messages[4].header.stamp.sec * 10**9, encoding='32FC1')
    bag = write_bag(tmp_path / 'bag', {CAMERA: messages})
    work = task(bag, tmp_path / 'report', {'tiny': bundle_path}, labels=None)
    result = evaluate(work)
    assert result.runs[0].tally.frames == FRAMES - 1
    assert 4 not in result.runs[0].columns.number
    [problem] = result.problems
    assert 'image 4 of /camera/image_raw' in problem


def test_labels_of_another_bag_are_named(tmp_path, clip, bundle_path):
    bag = labelled_bag(tmp_path / 'bag', clip)
    folder = tmp_path / 'labels'
    folder.mkdir()
    (folder / '12345.png').write_bytes(b'')
    work = task(bag, tmp_path / 'report', {'tiny': bundle_path}, labels=None)
    opener = work.open.func, *work.open.args[:3]
    work = replace(work, open=lambda problems: opener[0](*opener[1:], folder, problems))
    result = evaluate(work)
    assert any('has the stamp of an image' in problem for problem in result.problems)


def test_nothing_to_evaluate_is_an_error(tmp_path, clip, bundle_path):
    messages = [image_message(image, 1, encoding='32FC1') for image in clip]
    bag = write_bag(tmp_path / 'bag', {CAMERA: messages})
    work = task(bag, tmp_path / 'report', {'tiny': bundle_path}, labels=None)
    with pytest.raises(SourceError, match='no image that can be used: image 0'):
        evaluate(work)


def test_problems_are_kept_up_to_a_number():
    problems = Problems()
    for number in range(100):
        problems.note(f'problem {number}')
        problems.note(f'problem {number}')
    lines = problems.all()
    assert lines[0] == 'problem 0' and len(lines) == 21 and lines[-1].startswith('and ')
