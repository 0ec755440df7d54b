# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of the benchmark `benchmarks/run.py`."""
