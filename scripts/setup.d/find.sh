# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
#
# What this machine has: a ROS 2, a Python, a compiler.

# find_ros: prints the folder of the sourced ROS 2 (such as /opt/ros/jazzy), or `wheels` where there is none.
find_ros() {
  local prefix IFS=:
  for prefix in ${ROS_DISTRO:+${AMENT_PREFIX_PATH:-}}; do
    case $prefix in "$root"/*) continue ;; esac
    if [ -e "$prefix/share/rclpy/package.xml" ] && python3 -c 'import rclpy' 2> /dev/null; then
      echo "$prefix"
      return
    fi
  done
  [ -z "${ROS_DISTRO:-}" ] ||
    echo "setup: ROS $ROS_DISTRO is sourced, but python3 cannot import its rclpy; using the ROS of PyPI" >&2
  echo wheels
}

# find_python: prints the Python to start from: ACCEL_PYTHON, or the first one on the PATH that will do.
find_python() {
  local candidate path
  local candidates=(python3 python3.12 python3.11 python3.13 python3.10)
  [ "$kind" = wheels ] || candidates=(python3)
  for candidate in ${ACCEL_PYTHON:-"${candidates[@]}"}; do
    if path=$("$candidate" -c "$python_needs" 2> /dev/null); then
      echo "$path"
      return
    fi
  done
  {
    echo "setup: no Python that will do: tried ${ACCEL_PYTHON:-${candidates[*]}}."
    echo 'setup: it has to be 3.10 to 3.13, with venv and header files. On Debian and Ubuntu:'
    echo 'setup:     sudo apt install python3-venv python3-dev'
    echo 'setup: or name another one: ACCEL_PYTHON=/path/to/python3.12 scripts/setup'
  } >&2
  return 1
}

# Prints its own path, or fails. A ROS 2 installation decides about the version itself.
python_needs='
import ensurepip, os, sys, sysconfig, venv
assert os.environ.get("ROS_DISTRO") or (3, 10) <= sys.version_info < (3, 14)
assert os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h"))
print(sys.executable)
'

# check_tools: says which programs are missing that come from the system.
check_tools() {
  local missing=''
  command -v "${CC:-cc}" > /dev/null || missing="$missing gcc"
  command -v "${CXX:-c++}" > /dev/null || missing="$missing g++"
  command -v make > /dev/null || missing="$missing make"
  [ -n "$missing" ] || return 0
  echo "setup: the messages are compiled, and these are missing:$missing. On Debian and Ubuntu:" >&2
  echo "setup:     sudo apt install$missing" >&2
  return 1
}
