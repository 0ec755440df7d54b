# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
#
# Puts what scripts/setup built in reach of this shell (bash or zsh):
#
#     . scripts/env.sh
#
# Afterwards accel-ros, accel-model and segment_node are on the PATH and Python finds ROS 2 and accel_ros.
# Sourcing it again changes nothing.

if [ -n "${BASH_VERSION:-}" ]; then
  eval '_accel_root=${BASH_SOURCE[0]}'
elif [ -n "${ZSH_VERSION:-}" ]; then
  eval '_accel_root=${(%):-%x}'
else
  _accel_root=./scripts/env.sh  # a plain sh does not tell; works from the repository's folder
fi
_accel_root=$(CDPATH='' cd -- "$(dirname -- "$_accel_root")/.." && pwd -P)

# _accel_first NAME FOLDER: puts an existing folder at the front of the list in variable NAME, once.
_accel_first() {
  [ -d "$2" ] || return 0
  eval "_accel_list=\${$1:-}"
  _accel_list=$(printf ':%s:' "$_accel_list" | awk -v f="$2" -v RS=: 'length && $0 != f {s = s ":" $0} END {print s}')
  eval "export $1=\$2\$_accel_list"
}

if [ ! -e "$_accel_root/.setup/kind" ]; then
  echo "env.sh: nothing is built yet; run $_accel_root/scripts/setup first" >&2
  unset _accel_root
  return 1
fi
_accel_kind=$(cat "$_accel_root/.setup/kind")
_accel_venv=$_accel_root/.venv
_accel_install=$_accel_root/install/accel_ros
_accel_site=$(cd "$_accel_install/lib" && echo python3*)/site-packages

if [ "$_accel_kind" = wheels ]; then
  if [ -n "${ROS_DISTRO:-}" ]; then
    echo "env.sh: built without the ROS $ROS_DISTRO of this shell; run scripts/setup to build with it" >&2
  fi
  # The ROS wheels set LD_LIBRARY_PATH by themselves, unless this says that it is done already.
  unset _ROS_WHEELS_BOOTSTRAP_COMPLETE
  _accel_first AMENT_PREFIX_PATH "$_accel_venv"
  _accel_first CMAKE_PREFIX_PATH "$_accel_venv"
elif [ -z "${ROS_DISTRO:-}" ]; then
  case $- in *u*) _accel_nounset=1; set +u ;; esac
  . "$_accel_kind/setup.${ZSH_VERSION:+z}${BASH_VERSION:+ba}sh"
  [ -z "${_accel_nounset:-}" ] || set -u
fi

export VIRTUAL_ENV="$_accel_venv"
_accel_first PATH "$_accel_venv/bin"
_accel_first PATH "$_accel_root/scripts/bin"
_accel_first AMENT_PREFIX_PATH "$_accel_install"
_accel_first CMAKE_PREFIX_PATH "$_accel_install"
_accel_first LD_LIBRARY_PATH "$_accel_install/lib"
# The modules come from the source, the generated accel_ros.msg from the installation.
_accel_first PYTHONPATH "$_accel_install/lib/$_accel_site"
_accel_first PYTHONPATH "$_accel_root"

unset -f _accel_first
unset _accel_root _accel_kind _accel_venv _accel_install _accel_site _accel_list _accel_nounset
