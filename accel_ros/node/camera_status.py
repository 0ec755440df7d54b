# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How a camera's stream is; when nothing comes out of it, why."""

from __future__ import annotations

from collections.abc import Iterator

from accel_ros.node.camera import Camera
from accel_ros.node.diagnostics import Level, Status, worst
from accel_ros.node.network_status import not_working
from accel_ros.node.parameters import Thresholds
from accel_ros.node.situation import Story
from accel_ros.node.traffic import Summary

AHEAD_MS = 50.0  # two computers' clocks that are kept together differ by less

Finding = tuple[Level, str]


class CameraTask:
    """Reports on one camera; `camera` is None while the node is not configured."""

    def __init__(
        self, name: str, story: Story, camera: Camera | None, thresholds: Thresholds
    ) -> None:
        self.name = f'camera {name}'
        self._story = story
        self._camera = camera
        self._thresholds = thresholds

    def run(self) -> Status:
        """Return how the camera's stream is."""
        obstacle = not_working(self._story)
        if obstacle is not None:
            return Status(*obstacle)
        if self._camera is None or not self._camera.running:  # at the edge of a transition
            return Status(Level.WARN, 'the camera is being started or stopped')
        traffic = self._camera.traffic.summary()
        findings = self._silence(self._camera, traffic) or [
            *self._doubts(self._camera, traffic),
            *_given_up(traffic),
        ]
        return Status(*worst(findings, _in_order(traffic)), _values(self._camera, traffic))

    def _silence(self, camera: Camera, traffic: Summary) -> list[Finding]:
        """Return why no images come, where none come."""
        obstacle = camera.obstacle()
        if obstacle is not None:
            return [(Level.ERROR, f'no images: {obstacle}')]
        if traffic.silence_s > self._thresholds.stale_after_s:
            return [(Level.STALE, _why_silent(camera.topic, traffic))]
        return []

    def _doubts(self, camera: Camera, traffic: Summary) -> Iterator[Finding]:
        """Yield what is wrong with the images that come and with what becomes of them."""
        limits = self._thresholds
        if traffic.refusal:
            never = not traffic.labelled or traffic.unlabelled_s > limits.stale_after_s
            yield Level.ERROR if never else Level.WARN, f'image dropped: {traffic.refusal}'
        if camera.busy_s > limits.stale_after_s:
            yield Level.ERROR, f'the network has been at one image for {camera.busy_s:.0f} s'
        age = traffic.age_ms
        if age['count']:
            if age['p95'] > limits.error_age_ms:
                yield Level.ERROR, _old(age, limits.error_age_ms)
            elif age['p95'] > limits.warn_age_ms:
                yield Level.WARN, _old(age, limits.warn_age_ms)
            if age['p50'] < -AHEAD_MS:
                yield Level.WARN, f'the stamps are {-age["p50"]:.0f} ms ahead of this clock'
        if traffic.drop_share > limits.warn_drop_share:
            yield (
                Level.WARN,
                f'{traffic.drop_share:.0%} of the images are dropped '
                f'(more than {limits.warn_drop_share:.0%})',
            )
        if traffic.blank:
            yield Level.WARN, 'the images are all one colour; is the lens covered?'


def _given_up(traffic: Summary) -> Iterator[Finding]:
    """Yield why keyframes beside the updates did not land."""
    if traffic.failure:
        yield Level.WARN, f'a keyframe failed, the old state stays: {traffic.failure}'
    late = traffic.landings.get('late', 0)
    if late:
        yield (
            Level.WARN,
            f'{late} keyframes took too long beside the updates and were given up; raise '
            'keyframe_max_delay or the interval',
        )


def _why_silent(topic: str, traffic: Summary) -> str:
    if traffic.ever_received:
        return f'no image for {traffic.silence_s:.0f} s on {topic}, which still has a publisher'
    return (
        f'no image yet on {topic}, which has had a publisher for up to {traffic.silence_s:.0f} s; '
        'it does not send, or its images are too big for the middleware as it is set up '
        '(Fast DDS: give config/fastdds.xml to the camera, too)'
    )


def _old(age: dict[str, float], limit_ms: float) -> str:
    return (
        f'labels come {age["p95"]:.0f} ms (p95) after the stamps of their images '
        f'(more than {limit_ms:.0f} ms)'
    )


def _in_order(traffic: Summary) -> str:
    if not traffic.labelled:
        return 'waiting for the first image'
    return (
        f'{traffic.labelled / traffic.span_s:.1f} of {traffic.received / traffic.span_s:.1f} '
        'images per second get their labels'
    )


def _values(camera: Camera, traffic: Summary) -> dict[str, object]:
    counts = camera.counts
    values: dict[str, object] = {
        'topic': camera.topic,
        'rate in (Hz)': traffic.received / traffic.span_s,
        'rate out (Hz)': traffic.labelled / traffic.span_s,
    }
    for kind, latency in traffic.latency_ms.items():
        for quantile in ('p50', 'p95', 'p99'):
            values[f'latency {kind} {quantile} (ms)'] = _known(latency, quantile)
    for quantile in ('p50', 'p95', 'max'):
        values[f'age {quantile} (ms)'] = _known(traffic.age_ms, quantile)
    values |= {
        'last image (s ago)': traffic.silence_s if traffic.ever_received else 'never',
        'drop share': traffic.drop_share,
        'keyframe share': traffic.keyframe_share,
        'keyframe reasons': _listed(traffic.reasons),
        'keyframes beside updates': _listed(traffic.landings),
        'received since activation': counts.received,
        'labelled since activation': counts.processed,
        'overtaken since activation': counts.overtaken,
        'refused since activation': counts.refused,
        'keyframes beside updates since activation': _listed(counts.landings),
    }
    return values


def _listed(counts: dict[str, int]) -> str:
    return ', '.join(f'{name} {count}' for name, count in counts.items())


def _known(quantiles: dict[str, float], name: str) -> object:
    return quantiles[name] if quantiles['count'] else ''
