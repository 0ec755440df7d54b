# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from accel_ros.metrics import Confusion

K, IGNORE = 5, 255


@pytest.fixture
def images() -> list[tuple[np.ndarray, np.ndarray]]:
    """Two images of true and predicted labels; class 4 never occurs, some truth is ignored."""
    rng = np.random.default_rng(3)
    pairs = []
    for _ in range(2):
        truth = rng.integers(0, 4, (20, 30), dtype=np.uint8)
        guess = np.where(rng.random((20, 30)) < 0.7, truth, rng.integers(0, 4, (20, 30)))
        truth[rng.random((20, 30)) < 0.1] = IGNORE
        pairs.append((truth, guess.astype(np.uint8)))
    return pairs


def confusion(images) -> Confusion:
    result = Confusion(K, IGNORE)
    for truth, guess in images:
        result.add(truth, guess)
    return result


def test_the_matrix_counts_every_pair(images):
    matrix = confusion(images).matrix
    truth = np.concatenate([t.ravel() for t, _ in images])
    guess = np.concatenate([g.ravel() for _, g in images])
    for true in range(K):
        for predicted in range(K):
            assert matrix[true, predicted] == np.sum((truth == true) & (guess == predicted))


def test_iou_and_accuracy_against_sets_of_pixels(images):
    result = confusion(images)
    truth = np.concatenate([t.ravel() for t, _ in images])
    guess = np.concatenate([g.ravel() for _, g in images])
    guess, truth = guess[truth != IGNORE], truth[truth != IGNORE]
    ious = [
        np.sum((truth == k) & (guess == k)) / np.sum((truth == k) | (guess == k)) for k in range(4)
    ]
    assert result.iou[:4] == pytest.approx(ious)
    assert math.isnan(result.iou[4])
    assert result.mean_iou == pytest.approx(np.mean(ious))
    assert result.pixel_accuracy == pytest.approx(np.mean(truth == guess))


def test_agrees_with_torchmetrics(images):
    torch = pytest.importorskip('torch')
    classification = pytest.importorskip('torchmetrics.classification')
    matrix = classification.MulticlassConfusionMatrix(K, ignore_index=IGNORE)
    iou = classification.MulticlassJaccardIndex(4, average='none', ignore_index=IGNORE)
    for truth, guess in images:
        pair = torch.from_numpy(guess).long(), torch.from_numpy(truth).long()
        matrix.update(*pair)
        iou.update(*pair)
    result = confusion(images)
    assert np.array_equal(result.matrix, matrix.compute().numpy())
    assert result.iou[:4] == pytest.approx(iou.compute().numpy(), rel=1e-6)


@st.composite
def labelled_images(draw):
    """Images of true and predicted labels in which some classes are absent and some is ignored."""
    classes = draw(st.integers(2, 6))
    images = []
    for _ in range(draw(st.integers(1, 3))):
        shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
        guess = draw(arrays(np.uint8, shape, elements=st.integers(0, classes - 1)))
        known = st.integers(0, classes - 1) | st.just(IGNORE)
        images.append((draw(arrays(np.uint8, shape, elements=known)), guess))
    return classes, images


@settings(deadline=None)
@given(labelled_images())
def test_agrees_with_torchmetrics_on_any_labels(sample):
    torch = pytest.importorskip('torch')
    classification = pytest.importorskip('torchmetrics.classification')
    classes, images = sample
    truth = np.concatenate([t.ravel() for t, _ in images])
    guess = np.concatenate([g.ravel() for _, g in images])
    pair = torch.from_numpy(guess).long(), torch.from_numpy(truth).long()
    jaccard = classification.MulticlassJaccardIndex(
        classes, average='none', ignore_index=IGNORE, zero_division=float('nan')
    )
    accuracy = classification.MulticlassAccuracy(classes, average='micro', ignore_index=IGNORE)
    expected = jaccard(*pair).numpy()
    result = Confusion(classes, IGNORE)
    for image in images:
        result.add(*image)
    np.testing.assert_allclose(result.iou, expected, rtol=1e-6)  # nan for an absent class
    if np.isnan(expected).all():
        assert math.isnan(result.mean_iou) and math.isnan(result.pixel_accuracy)
    else:
        assert result.mean_iou == pytest.approx(np.nanmean(expected), rel=1e-6)
        assert result.pixel_accuracy == pytest.approx(float(accuracy(*pair)), rel=1e-6)


def test_merging_is_counting_all(images):
    whole, merged = confusion(images), confusion(images[:1])
    merged.merge(confusion(images[1:]))
    assert np.array_equal(merged.matrix, whole.matrix)


def test_nothing_to_evaluate_is_not_a_number():
    result = Confusion(K, IGNORE)
    result.add(np.full((2, 2), IGNORE, np.uint8), np.zeros((2, 2), np.uint8))
    assert math.isnan(result.mean_iou) and math.isnan(result.pixel_accuracy)


@pytest.mark.parametrize(
    ('truth', 'guess', 'complaint'),
    [
        (np.zeros((2, 2), np.uint8), np.zeros((2, 3), np.uint8), 'cannot be compared'),
        (np.full((2, 2), 9, np.uint8), np.zeros((2, 2), np.uint8), 'from 9 to 9 do not fit'),
        (np.zeros((2, 2), np.uint8), np.full((2, 2), 5, np.uint8), 'from 5 to 5 do not fit'),
        (np.zeros((2, 2), np.int64), np.full((2, 2), -1), 'from -1 to -1 do not fit'),
    ],
)
def test_labels_that_do_not_fit_are_refused(truth, guess, complaint):
    result = Confusion(K, IGNORE)
    with pytest.raises(ValueError, match=complaint):
        result.add(truth, guess)
    assert not result.matrix.any()
