# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the label values mean, as vision_msgs/LabelInfo: the class table's ids and names."""

from __future__ import annotations

from typing import Any

from std_msgs.msg import Header

from accel_ros.classes import ClassTable


def message_type() -> Any | None:
    """Return the type vision_msgs/LabelInfo, or None where vision_msgs is not installed."""
    try:
        from vision_msgs.msg import LabelInfo
    except ImportError:
        return None
    return LabelInfo


def label_info(header: Header, classes: ClassTable) -> Any:
    """Make the message. 255, which vision_msgs keeps for what is unlabelled, is no class's id.

    Every pixel has the class that is most probable, so no threshold is used: it is 0.
    """
    from vision_msgs.msg import LabelInfo, VisionClass

    message = LabelInfo(header=header, threshold=0.0)
    message.class_map = [
        VisionClass(class_id=entry.id, class_name=entry.name) for entry in classes.classes
    ]
    return message
