# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The evaluation against the network run by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from support.narrow import narrow_network
from support.videos import PanningVideo, panning_dataset

from accel_model.evaluate.matcher import Matcher
from accel_model.evaluate.protocol import labelled_frames
from accel_model.evaluate.result import EvaluationError
from accel_model.evaluate.runner import Runner, passes
from accel_ros.classes import ClassTable
from accel_ros.consistency import Consistency, match_frames
from accel_ros.metrics import Confusion

CPU = torch.device('cpu')


@pytest.fixture(scope='module')
def network():
    network = narrow_network('accel-18')
    torch.nn.init.normal_(network.fusion.weight)  # so that the branches' labels differ
    return network


def evaluate(network, dataset, intervals, protocol='avg', part=slice(None)):
    """Return the results by model and interval, and how many frames were processed."""
    processed = []
    runner = Runner(network, 'net', dataset.classes, Matcher(), CPU, lambda: processed.append(1))
    plan = passes(network, labelled_frames(dataset.videos)[part], intervals, protocol)
    results = [result for way in plan for result in runner.run(way)]
    assert len(processed) == sum(len(way.steps) for way in plan)
    return {(result.model, result.interval): result for result in results}


@torch.no_grad()
def by_hand(network, video, interval):
    """Labels of Accel and of DFF for every frame of a video, in the paper's words."""
    accel, dff = [], []
    feat = previous = None
    for index in range(len(video)):
        image = torch.from_numpy(video.image(index)).permute(2, 0, 1)[None].float()
        data = network.normalize(image)
        if index % interval == 0:
            scores, feat = network.keyframe(data)
            carried = scores
        else:
            update = network.update(data, previous, feat)
            scores, feat = update.scores, update.state
            carried = network.upsampling(update.reference_scores, scores.shape[-2:])
        previous = data
        accel.append(scores[0].argmax(0).byte().numpy())
        dff.append(carried[0].argmax(0).byte().numpy())
    return {'accel': accel, 'dff': dff}


def counted(video, predictions):
    confusion, consistency = Confusion(19, 255), Consistency()
    for index, labels in enumerate(predictions):
        confusion.add(video.labels(index), labels)
        if index:
            match = match_frames(video.image(index), video.image(index - 1))
            consistency.add(match, predictions[index - 1], labels)
    return confusion, consistency


def test_the_rows_are_what_the_network_does(network):
    video = PanningVideo(5)
    rows = evaluate(network, panning_dataset(video), [1, 3])
    assert set(rows) == {('reference', 1), ('update', 1), ('dff', 3), ('accel', 3)}
    expected = by_hand(network, video, 3)
    expected['reference'] = by_hand(network, video, 1)['accel']
    for model, interval in [('accel', 3), ('dff', 3), ('reference', 1)]:
        confusion, consistency = counted(video, expected[model])
        result = rows[model, interval]
        assert (result.confusion.matrix == confusion.matrix).all()
        assert result.consistency.share == consistency.share
    assert (rows['accel', 3].confusion.matrix != rows['dff', 3].confusion.matrix).any()
    assert [len(rows['accel', 3].key_ms), len(rows['accel', 3].update_ms)] == [2, 3]
    assert [len(rows['dff', 3].key_ms), len(rows['dff', 3].update_ms)] == [2, 3]


@pytest.mark.parametrize('variant', ['frame', 'deeplab-18', 'dff', 'accel-50', 'accel-101'])
def test_every_variant_has_its_rows(variant):
    rows = evaluate(narrow_network(variant), panning_dataset(PanningVideo(3)), [2])
    assert all(result.row().frames == 3 for result in rows.values())
    assert ('accel', 2) in rows or not variant.startswith('accel')
    assert ('dff', 2) in rows or variant in ('frame', 'deeplab-18')


def test_parts_of_the_labels_add_up_to_the_whole(network):
    dataset = panning_dataset(PanningVideo(5))
    whole = evaluate(network, dataset, [3])
    parts = [evaluate(network, dataset, [3], part=p) for p in (slice(0, 2), slice(2, 5))]
    for key, result in whole.items():
        total = sum(part[key].confusion.matrix for part in parts)
        assert (result.confusion.matrix == total).all()


def test_min_reports_how_many_labels_count(network):
    dataset = panning_dataset(PanningVideo(5, [1, 4]))
    rows = evaluate(network, dataset, [2, 4, 9], 'min')
    assert [rows['accel', n].row().frames for n in (2, 4, 9)] == [2, 1, 0]
    (at,) = rows['accel', 4].row().by_distance
    assert (at.distance, at.frames) == (3, 1)


def test_sparse_labels_have_consistency_frame_by_frame_too(network):
    rows = evaluate(network, panning_dataset(PanningVideo(5, [3])), [2])
    reference = rows['reference', 1]
    assert reference.consistency.seen > 0
    assert reference.row().frames == 1 and len(reference.key_ms) == 2


def test_stills_are_evaluated_frame_by_frame_only(network):
    stills = panning_dataset(*(PanningVideo(1) for _ in range(2)))
    assert evaluate(network, stills, [1])['reference', 1].row().frames == 2
    assert evaluate(narrow_network('deeplab-18'), stills, [1, 2, 5])
    with pytest.raises(EvaluationError, match='--intervals 1'):
        evaluate(network, stills, [1, 2])


class Squeezed(PanningVideo):
    """Images of a size of their own."""

    def __init__(self, size):
        super().__init__(2)
        self._size = size

    def image(self, index):
        return super().image(index)[: self._size[0], : self._size[1]].copy()


@pytest.mark.parametrize('size, complaint', [((1, 1), 'cannot process'), ((49, 65), 'of 48x64')])
def test_images_that_the_network_cannot_take_are_one_line(network, size, complaint):
    with pytest.raises(EvaluationError, match=f'{complaint}.*multiples of 32') as error:
        evaluate(network, panning_dataset(Squeezed(size)), [2])
    assert '\n' not in str(error.value)


def test_a_gpu_that_is_too_small_is_told_from_images_that_are(monkeypatch):
    def keyframe(data):
        raise torch.cuda.OutOfMemoryError('CUDA out of memory.\nTried to allocate')

    network = narrow_network('deeplab-18')
    monkeypatch.setattr(network, 'keyframe', keyframe)
    with pytest.raises(EvaluationError, match='more memory') as error:
        evaluate(network, panning_dataset(PanningVideo(2)), [1])
    assert 'multiples' not in str(error.value) and '\n' not in str(error.value)


def test_labels_that_are_no_class_are_one_line():
    network = narrow_network('deeplab-18', 2)
    dataset = panning_dataset(PanningVideo(2))
    two = replace(dataset.classes, classes=dataset.classes.classes[:2])
    dataset.classes = two
    with pytest.raises(EvaluationError, match='pan:0: .*class table'):
        evaluate(network, dataset, [1])


def test_the_class_table_says_what_is_ignored(network):
    dataset = panning_dataset(PanningVideo(2))
    labels = dataset.videos[0].labels(0)
    assert (labels == ClassTable.named('cityscapes').ignore).any()
    result = evaluate(network, dataset, [1])['reference', 1]
    assert result.confusion.matrix.sum() == sum(
        (dataset.videos[0].labels(i) != 255).sum() for i in range(2)
    )
