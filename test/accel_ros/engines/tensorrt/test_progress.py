# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
from hypothesis import given, settings
from hypothesis import strategies as st

from accel_ros.engines.tensorrt.progress import Phases


def test_nested_phases_share_the_step_of_their_parent():
    seen = []
    phases = Phases(seen.append)
    phases.start('all', None, 2)
    phases.step('all', 0)
    phases.start('part', 'all', 4)
    phases.step('part', 0)
    assert [progress.percent for progress in seen] == [0, 50, 50, 62.5]
    phases.finish('part')
    phases.step('all', 1)
    assert (seen[-1].phase, seen[-1].percent) == ('all', 100)


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(['start', 'step', 'finish']),
        st.sampled_from('abcd'),
        st.sampled_from([None, *'abcd']),
        st.integers(0, 5),
    )
)


@settings(deadline=None)
@given(EVENTS)
def test_whatever_tensorrt_says_the_percentage_never_falls(events):
    seen = []
    phases = Phases(seen.append)
    for kind, name, parent, number in events:
        if kind == 'start' and parent is not None and parent >= name:
            continue  # a phase is never its own forebear
        arguments = {'start': (parent, number), 'step': (number,), 'finish': ()}[kind]
        getattr(phases, kind)(name, *arguments)
    percents = [progress.percent for progress in seen]
    assert percents == sorted(percents)
    assert all(0 <= percent <= 100 for percent in percents)
