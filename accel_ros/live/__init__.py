# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Live runs: a bag played into a node, and what the node answers recorded. Needs ROS."""
