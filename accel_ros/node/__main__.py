# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`python -m accel_ros.node`: the same as the executable `segment_node`."""

import sys

from accel_ros.node import main

if __name__ == '__main__':
    sys.exit(main())
