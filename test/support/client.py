# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A client of the node: works its lifecycle and parameters, plays the camera, and listens."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

import rclpy
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.srv import DescribeParameters, SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from sensor_msgs.msg import CompressedImage, Image
from support.images import image_of, stamp_of

PATIENCE_S = 30.0


class Client:
    """Talks to the node `/segment` from a ROS context of its own."""

    def __init__(self) -> None:
        self._context = rclpy.Context()
        rclpy.init(context=self._context)
        self.node = rclpy.create_node('client', context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._others: list[Any] = []
        self._services: dict[str, Any] = {}
        self._cameras: list[CameraDouble] = []
        self._listeners: list[Listener] = []

    def close(self) -> None:
        """Leave the domain."""
        self._executor.shutdown()
        for node in self._others:
            node.destroy_node()
        self.node.destroy_node()
        self._context.try_shutdown()

    def another(self, name: str, **options: Any) -> Any:
        """Make one more node, with rclpy's options, that works while the client spins."""
        self._others.append(rclpy.create_node(name, context=self._context, **options))
        self._executor.add_node(self._others[-1])
        return self._others[-1]

    def forget(self) -> None:
        """Take back every camera and listener."""
        for camera in self._cameras:
            camera.close()
        self._cameras = []
        self.forget_listeners()

    def forget_listeners(self) -> None:
        """Take back every listener."""
        for listener in self._listeners:
            listener.close()
        self._listeners = []

    def wait_for(
        self, condition: Callable[[], object], what: str, seconds: float = PATIENCE_S
    ) -> None:
        """Spin until the condition holds."""
        assert self.within(seconds, condition), f'waited {seconds} s for {what}'

    def within(self, seconds: float, condition: Callable[[], object]) -> bool:
        """Spin until the condition holds; returns whether it did in that time."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                return False
            self._executor.spin_once(0.02)
        return True

    def call(self, kind: type, name: str, request: Any) -> Any:
        """Call a service of the node."""
        if name not in self._services:
            self._services[name] = self.node.create_client(kind, f'/segment/{name}')
        service = self._services[name]
        self.wait_for(service.service_is_ready, f'the service {name}')
        answer = service.call_async(request)
        self.wait_for(answer.done, f'an answer of {name}')
        return answer.result()

    def state(self) -> str:
        """The name of the node's lifecycle state."""
        return self.call(GetState, 'get_state', GetState.Request()).current_state.label

    def until_active(self) -> None:
        """Wait until the node has started by itself."""
        self.wait_for(lambda: self.state() == 'active', 'the node to become active')

    def change(self, transition: str) -> bool:
        """Ask for a transition such as 'configure'; returns whether it was made."""
        request = ChangeState.Request()
        request.transition.label = transition
        return self.call(ChangeState, 'change_state', request).success

    def set(self, name: str, value: Any) -> str:
        """Set a parameter; returns the reason of a refusal, or '' where it was accepted."""
        request = SetParameters.Request()
        request.parameters = [Parameter(name, value=value).to_parameter_msg()]
        [result] = self.call(SetParameters, 'set_parameters', request).results
        assert result.successful or result.reason, 'refused without a reason'
        return '' if result.successful else result.reason

    def describe(self, *names: str) -> list:
        """The descriptors of parameters."""
        request = DescribeParameters.Request(names=list(names))
        return self.call(DescribeParameters, 'describe_parameters', request).descriptors

    def camera(
        self, name: str = 'camera', qos: Any = 10, make: Callable[..., Any] = image_of
    ) -> CameraDouble:
        """Return a camera for the node to listen to; `make` gives its messages their form."""
        self._cameras.append(CameraDouble(self, f'/{name}/image_raw', qos, make))
        return self._cameras[-1]

    def listen(self, topic: str, kind: type = Image, qos: Any = 100) -> Listener:
        """Subscribe to a topic under /camera/segmentation, or to an absolute one."""
        topic = topic if topic.startswith('/') else f'/camera/segmentation/{topic}'
        self._listeners.append(Listener(self, topic, kind, qos))
        return self._listeners[-1]


class CameraDouble:
    """A camera of the test."""

    def __init__(self, client: Client, topic: str, qos: Any, make: Callable[..., Any]) -> None:
        self._client = client
        self._make = make
        kind = Image if make is image_of else CompressedImage
        topic = topic if kind is Image else f'{topic}/compressed'
        self._publisher = client.node.create_publisher(kind, topic, qos)

    def close(self) -> None:
        """Leave."""
        self._client.node.destroy_publisher(self._publisher)

    def send(self, message: Image | CompressedImage) -> None:
        """Publish one image once somebody listens."""
        self._client.wait_for(self._publisher.get_subscription_count, 'the node to subscribe')
        self._publisher.publish(message)

    def warm_up(self, pixels: Any, *listeners: Listener) -> None:
        """Send images until every listener hears of the same one: all connections stand."""
        for stamp in range(1, 200):
            self.send(self._make(pixels, stamp))
            if self._client.within(0.25, functools.partial(_all_have, listeners, stamp)):
                break
        else:
            raise AssertionError('the node does not answer')
        for listener in listeners:
            listener.messages.clear()


class Listener:
    """The messages of one topic, as they came."""

    def __init__(self, client: Client, topic: str, kind: type, qos: Any) -> None:
        self._client = client
        self._topic = topic
        self.messages: list = []
        self._subscription = client.node.create_subscription(
            kind, topic, self.messages.append, qos
        )

    def close(self) -> None:
        """Stop listening."""
        self._client.node.destroy_subscription(self._subscription)

    def has(self, stamp: int) -> bool:
        """Whether the message of the frame with this stamp (nanoseconds) has come."""
        return any(stamp_of(message) == stamp for message in self.messages)

    def wait(self, stamp: int) -> Any:
        """Return the message of the frame with this stamp (nanoseconds), once it is here."""
        self._client.wait_for(lambda: self.has(stamp), f'{self._topic} with stamp {stamp}')
        return next(message for message in self.messages if stamp_of(message) == stamp)


def _all_have(listeners: tuple[Listener, ...], stamp: int) -> bool:
    return all(listener.has(stamp) for listener in listeners)
