# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The learning rate's course."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accel_model.schedules import warmup_poly, warmup_steps


@given(st.integers(0, 50), st.integers(60, 500), st.floats(0.1, 3))
def test_it_rises_then_falls_to_zero(warmup, total, power):
    rates = [
        warmup_poly(step, warmup=warmup, total=total, power=power) for step in range(total + 1)
    ]
    assert rates[: warmup + 1] == sorted(rates[: warmup + 1])
    assert rates[warmup:] == sorted(rates[warmup:], reverse=True)
    assert rates[warmup] == 1 and rates[-1] == 0
    assert all(0 <= rate <= 1 for rate in rates)


def test_the_published_one_is_constant_between_warm_up_and_drops():
    rates = [warmup_steps(step, warmup=2, drops=[4, 5.5]) for step in range(8)]
    assert rates == pytest.approx([0.1, 0.1, 1, 1, 0.1, 0.1, 0.01, 0.01])
    assert warmup_steps(10**6, warmup=1000, drops=()) == 1
