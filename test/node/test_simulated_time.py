# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A node that follows simulated time, which a bag sets back at the end of each lap."""

import math

from rosgraph_msgs.msg import Clock
from support.images import SECOND, image_of
from support.node import running
from support.stream import Stream

START = 1_700_000_000 * SECOND
STEP = SECOND // 25


def test_a_bag_that_is_played_in_a_loop(domain, bundle, tmp_path, drive):
    parameters = {'bundle': str(bundle), 'autostart': True, 'use_sim_time': True}
    parameters['keyframe_interval'] = 1000
    with running(tmp_path, parameters) as (node, client):
        client.until_active()
        clock = client.node.create_publisher(Clock, '/clock', 10)
        client.wait_for(clock.get_subscription_count, 'the node to follow the clock')
        stream = Stream(client, drive)
        assert math.isnan(stream.play(START).age_ms), 'simulated time has not begun'
        answers = []
        for _lap in range(2):
            for n in range(3):
                now = Clock()
                now.clock = image_of(drive(0), START + n * STEP).header.stamp
                clock.publish(now)
                client.within(0.2, lambda: False)
                answers.append(stream.play(START + n * STEP))
        assert [a.keyframe_reason for a in answers] == ['', '', '', 'stamp', '', '']
        assert max(abs(a.age_ms) for a in answers) <= 3 * STEP / 1e6
        assert 'Traceback' not in node.log
