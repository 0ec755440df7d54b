# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Which run to choose for a latency budget, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accel_ros.report.figures import quality, title

FEW_DROPS = 1.0  # percent of the images: as good as none
SAME_QUALITY = 0.1  # percentage points: no difference


def latency_ms(figures: dict[str, Any]) -> float:
    """Return the 95th percentile of what labels are late by.

    The age at the recorded rate, waiting included; without recorded times, what images take.
    """
    real_time = figures['real_time']
    return (real_time['age_ms'] if real_time else figures['time_ms']['all'])['p95']


def drops(figures: dict[str, Any]) -> float:
    """Return the share of dropped images in percent; 0 without recorded times."""
    return figures['real_time']['drop_share'] if figures['real_time'] else 0.0


def recommend(runs: Sequence[dict[str, Any]], budget_ms: float) -> dict[str, Any]:
    """Choose among runs: within the budget, then few drops, then quality, then latency.

    Without true labels that is among the intervals of the first bundle only.
    """
    reasons: list[str] = []
    timed = runs[0]['real_time'] is not None
    what = 'age of the labels at the recorded rate' if timed else 'time for an image'
    runs = _comparable(runs, reasons)
    left = [run for run in runs if latency_ms(run) <= budget_ms]
    within = bool(left)
    if within:
        reasons.append(
            f'{len(left)} of {len(runs)} runs stay within the budget of {budget_ms:g} ms '
            f'(95th percentile of the {what})'
        )
    else:
        left = [min(runs, key=latency_ms)]
        reasons.append(
            f'no run stays within the budget of {budget_ms:g} ms (95th percentile of the {what}); '
            f'this one comes nearest, with {latency_ms(left[0]):.0f} ms: use a smaller bundle, a '
            'faster computer or a bigger budget'
        )
    left = _with_few_drops(left, reasons)
    chosen = _best(left, reasons)
    return {
        'budget_ms': budget_ms,
        'within_budget': within,
        'bundle': chosen['bundle'],
        'interval': chosen['interval'],
        'mode': chosen['mode'],
        'latency_ms': round(latency_ms(chosen), 3),
        'drop_share': drops(chosen),
        'quality': quality(chosen)[1],
        'quality_is': quality(chosen)[0],
        'why': _sentence(reasons),
    }


def _comparable(runs: Sequence[dict[str, Any]], reasons: list[str]) -> list[dict[str, Any]]:
    """Return the runs whose quality is on one scale."""
    bundles = list(dict.fromkeys(run['bundle'] for run in runs))
    if quality(runs[0])[0] == 'mIoU' or len(bundles) == 1:
        return list(runs)
    reasons.append(
        f'without true labels bundles cannot be ranked, because each agrees with frame-by-frame '
        f'labels of its own, so this is about the first one, {bundles[0]}'
    )
    return [run for run in runs if run['bundle'] == bundles[0]]


def _sentence(reasons: Sequence[str]) -> str:
    text = '; '.join(reasons)
    return text[0].upper() + text[1:]


def _with_few_drops(runs: list[dict[str, Any]], reasons: list[str]) -> list[dict[str, Any]]:
    least = min(drops(run) for run in runs)
    left = [run for run in runs if drops(run) <= max(least, 0.0) + FEW_DROPS]
    if len(left) < len(runs):
        verb = 'drops' if len(left) == 1 else 'drop'
        kind = 'hardly an image' if least <= FEW_DROPS else 'the fewest images'
        reasons.append(f'{len(left)} of these {verb} {kind} ({least:g} %)')
    elif least > FEW_DROPS:
        reasons.append(f'at the recorded rate {least:g} % of the images are dropped')
    return left


def _best(runs: list[dict[str, Any]], reasons: list[str]) -> dict[str, Any]:
    """Return the run of the highest quality; among equals the one with the lowest latency."""
    name = quality(runs[0])[0]
    most = max(quality(run)[1] or 0.0 for run in runs)
    equal = [run for run in runs if (quality(run)[1] or 0.0) >= most - SAME_QUALITY]
    chosen = min(equal, key=lambda run: (latency_ms(run), -(quality(run)[1] or 0.0)))
    called = 'mIoU' if name == 'mIoU' else 'agreement with frame by frame'
    if len(runs) > 1:
        reasons.append(f'of these, {title(chosen)} has the highest {called}, {most:.1f} %')
    if len(equal) > 1:
        reasons.append(f'and of {len(equal)} that are equally good it is the quickest')
    return chosen
