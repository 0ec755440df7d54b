# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the rooms without ROS have to say, in the node's log."""

from __future__ import annotations

import logging
from typing import Any

ROOMS = 'accel_ros'


class RosLog(logging.Handler):
    """Passes Python's log records on to a logger of rclpy."""

    def __init__(self, logger: Any) -> None:
        super().__init__(logging.INFO)
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Log one line."""
        if record.levelno >= logging.ERROR:
            self._logger.error(record.getMessage())
        elif record.levelno >= logging.WARNING:
            self._logger.warning(record.getMessage())
        else:
            self._logger.info(record.getMessage())

    def close(self) -> None:
        """Stop passing on."""
        logging.getLogger(ROOMS).removeHandler(self)
        super().close()


def forward_logging(logger: Any) -> RosLog:
    """Pass on what the package logs from now on, until the result is closed."""
    handler = RosLog(logger)
    rooms = logging.getLogger(ROOMS)
    rooms.setLevel(logging.INFO)
    rooms.addHandler(handler)
    return handler
