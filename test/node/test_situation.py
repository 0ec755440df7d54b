# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the node says of itself from one transition to the next."""

from accel_ros.node.situation import Loaded, Story

NETWORK = Loaded('tiny', '/bundle', 'onnxruntime', 'onnxruntime on 2 threads')


def test_a_life_from_the_beginning_to_the_end():
    story = Story()
    seen = [(story.now.phase, story.now.engine_state, story.now.network)]
    story.go_on('configuring')
    seen.append((story.now.phase, story.now.engine_state, story.now.network))
    story.loaded(NETWORK)
    seen.append((story.now.phase, story.now.engine_state, story.now.network))
    for phase in ('active', 'inactive', 'unconfigured'):
        story.go_on(phase)
        seen.append((story.now.phase, story.now.engine_state, story.now.network))
    assert seen == [
        ('unconfigured', 'none', None),
        ('configuring', 'loading', None),
        ('inactive', 'ready', NETWORK),
        ('active', 'ready', NETWORK),
        ('inactive', 'ready', NETWORK),
        ('unconfigured', 'none', None),
    ]


def test_a_failure_is_remembered_until_the_next_attempt():
    story = Story()
    story.go_on('configuring')
    story.go_on('unconfigured', 'not configured: no such folder')
    assert (story.now.failure, story.now.engine_state) == (
        'not configured: no such folder',
        'failed',
    )
    story.go_on('configuring')
    assert (story.now.failure, story.now.engine_state) == ('', 'loading')


def test_a_network_outlives_a_failed_activation():
    story = Story()
    story.loaded(NETWORK)
    story.go_on('inactive', 'not activated')
    assert (story.now.engine_state, story.now.network) == ('ready', NETWORK)


def test_time_in_a_phase():
    seconds = [10.0]
    story = Story(clock=lambda: seconds[0])
    seconds[0] = 13.0
    assert story.elapsed_s() == 3.0
    story.go_on('configuring')
    assert story.elapsed_s() == 0.0
