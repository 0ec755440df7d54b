# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Every error that is meant for a user: one line that says what is wrong, why, and what to do."""

from __future__ import annotations


class AccelError(Exception):
    """The base of all errors meant for a user. Its text is always a single line."""

    def __str__(self) -> str:
        """Return the message on one line, whatever line breaks a quoted cause brought along."""
        return ' '.join(super().__str__().split())


class ClassTableError(AccelError):
    """A class table cannot be used."""


class BundleError(AccelError):
    """A bundle cannot be used."""


class EngineError(AccelError):
    """A bundle's graphs cannot be made ready, or failed while they ran."""


class StateError(EngineError):
    """An update was asked for without a state to carry forward."""


class ImageError(AccelError):
    """An image cannot be used."""


class SourceError(AccelError):
    """A folder, video or recording cannot be read."""


def one_line(cause: BaseException) -> str:
    """Return the cause's own words on one line; its type where it has none."""
    return ' '.join(str(cause).split()) or type(cause).__name__
