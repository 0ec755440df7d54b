# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""As much of the launch API as our launch files use, for machines without ros2 launch.

Every class takes the keyword arguments that the real one takes in every ROS 2 from Humble on, and
no others. The same launch file runs for real in test_real_launch.py where launch is installed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any


class LaunchDescriptionEntity:
    """What a launch description consists of."""


@dataclass
class LaunchDescription(LaunchDescriptionEntity):
    """Things to do, in order."""

    entities: Sequence[LaunchDescriptionEntity] = ()


@dataclass
class LaunchContext:
    """The values of the arguments, and the environment of the processes."""

    launch_configurations: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(init=False)
class DeclareLaunchArgument(LaunchDescriptionEntity):
    """An argument of the launch file."""

    def __init__(self, name: str, *, default_value: str, description: str) -> None:
        self.name, self.default_value, self.description = name, default_value, description


@dataclass(init=False)
class OpaqueFunction(LaunchDescriptionEntity):
    """A function that is called with the context when its turn comes."""

    def __init__(self, *, function: Callable[[LaunchContext], list]) -> None:
        self.function = function


@dataclass
class SetEnvironmentVariable(LaunchDescriptionEntity):
    """A variable of the environment of everything that is launched later."""

    name: str
    value: str


@dataclass(kw_only=True)
class LifecycleNode(LaunchDescriptionEntity):
    """A process with one lifecycle node."""

    package: str
    executable: str
    name: str
    namespace: str
    parameters: Sequence[Any] = ()
    remappings: Sequence[tuple[str, str]] = ()
    additional_env: dict[str, str] = field(default_factory=dict)
    ros_arguments: Sequence[str] = ()
    output: str = 'log'
    emulate_tty: bool = False


@dataclass(kw_only=True)
class ExecuteProcess(LaunchDescriptionEntity):
    """A process."""

    cmd: Sequence[str]
    output: str = 'log'


@dataclass
class PythonLaunchDescriptionSource:
    """Another launch file."""

    launch_description_source: str


@dataclass
class IncludeLaunchDescription(LaunchDescriptionEntity):
    """What another launch file does, with arguments."""

    launch_description_source: PythonLaunchDescriptionSource
    launch_arguments: Any = field(default=(), kw_only=True)


@dataclass(kw_only=True)
class OnProcessExit:
    """An event: a process has ended."""

    target_action: ExecuteProcess
    on_exit: Sequence[LaunchDescriptionEntity]


@dataclass
class ProcessIO:
    """What a process has written."""

    text: bytes


@dataclass(kw_only=True)
class OnProcessIO:
    """An event: a process, whichever it is, has written something."""

    on_stdout: Callable[[ProcessIO], LaunchDescriptionEntity | None]
    on_stderr: Callable[[ProcessIO], LaunchDescriptionEntity | None]


@dataclass
class RegisterEventHandler(LaunchDescriptionEntity):
    """What to do when an event comes."""

    event_handler: OnProcessExit | OnProcessIO


@dataclass(kw_only=True)
class SignalProcess:
    """A signal for the processes that match."""

    signal_number: int
    process_matcher: Callable[[Any], bool]


@dataclass(kw_only=True)
class EmitEvent(LaunchDescriptionEntity):
    """An event that is made to happen."""

    event: SignalProcess


@dataclass(kw_only=True)
class TimerAction(LaunchDescriptionEntity):
    """Things to do after some seconds."""

    period: float
    actions: Sequence[LaunchDescriptionEntity]


@dataclass(kw_only=True)
class Shutdown(LaunchDescriptionEntity):
    """The end of the launch."""

    reason: str


def matches_action(action: Any) -> Callable[[Any], bool]:
    """Return what matches the process of an action."""
    return lambda other: other is action


def install(monkeypatch: Any) -> None:
    """Let `import launch` and `import launch_ros` find this, until the test ends."""
    contents = {
        'launch': (LaunchContext, LaunchDescription, LaunchDescriptionEntity),
        'launch.actions': (
            DeclareLaunchArgument,
            EmitEvent,
            ExecuteProcess,
            IncludeLaunchDescription,
            OpaqueFunction,
            RegisterEventHandler,
            SetEnvironmentVariable,
            Shutdown,
            TimerAction,
        ),
        'launch.event_handlers': (OnProcessExit, OnProcessIO),
        'launch.events': (matches_action,),
        'launch.events.process': (ProcessIO, SignalProcess),
        'launch.launch_description_sources': (PythonLaunchDescriptionSource,),
        'launch_ros': (),
        'launch_ros.actions': (LifecycleNode,),
    }
    for name, classes in contents.items():
        module = ModuleType(name)
        for item in classes:
            setattr(module, item.__name__, item)
        monkeypatch.setitem(sys.modules, name, module)


def load(file: Path) -> dict[str, Any]:
    """Execute a launch file; returns its names."""
    names: dict[str, Any] = {'__name__': file.stem, '__file__': str(file)}
    exec(compile(file.read_text(), str(file), 'exec'), names)
    return names


def arguments(description: LaunchDescription) -> dict[str, DeclareLaunchArgument]:
    """The arguments that a description declares, by name."""
    found = (e for e in description.entities if isinstance(e, DeclareLaunchArgument))
    return {argument.name: argument for argument in found}


def start(
    description: LaunchDescription, given: dict[str, str], environment: dict[str, str]
) -> list[LaunchDescriptionEntity]:
    """Do what `ros2 launch FILE name:=value ...` does; returns what it would do in the end."""
    declared = {name: a.default_value for name, a in arguments(description).items()}
    assert given.keys() <= declared.keys(), 'an argument that is not declared'
    context = LaunchContext(declared | given, environment)
    actions: list[LaunchDescriptionEntity] = []
    for entity in description.entities:
        if isinstance(entity, OpaqueFunction):
            actions += entity.function(context)
    return actions
