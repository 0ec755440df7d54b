# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
#
# Steps with progress. A step is a function; its output goes to a log, of which a failed step shows the end.

done_steps=0

# step NAME FUNCTION: runs it, shows its number and the seconds that pass; leaves setup if it fails.
step() {
  local name=$1 start=$SECONDS status=0 job
  done_steps=$((done_steps + 1))
  local log=$notes/$done_steps.log label="setup: [$done_steps/$steps] $name"
  [ -t 1 ] || echo "$label ..."
  ("$2") > "$log" 2>&1 < /dev/null &
  job=$!
  trap 'stop_step $job' INT TERM
  watch_step "$job" "$label" "$start" "$log"
  wait "$job" || status=$?
  trap - INT TERM
  if [ "$status" -ne 0 ]; then
    [ ! -t 1 ] || echo
    {
      echo "$label: failed after $((SECONDS - start)) s. The end of its output ($log):"
      tail -n 25 "$log" | sed 's/^/    /'
      echo "setup: stopped at step '$name'. Mend that and run scripts/setup again; it goes on from there."
    } >&2
    exit 1
  fi
  [ ! -t 1 ] || printf '\r\033[K'
  echo "$label: done, $((SECONDS - start)) s"
}

# watch_step JOB LABEL START LOG: shows that it is alive, every second on a terminal, else every 30 seconds.
watch_step() {
  local ticks=0
  while kill -0 "$1" 2> /dev/null; do
    if [ -t 1 ]; then
      printf '\r\033[K%s ... %s s  %.50s' "$2" $((SECONDS - $3)) "$(tail -n 1 "$4" | tr -d '\r')"
    elif [ "$ticks" -gt 0 ] && [ $((ticks % 150)) -eq 0 ]; then
      echo "$2 ... $((SECONDS - $3)) s: $(tail -n 1 "$4" | cut -c 1-100)"
    fi
    ticks=$((ticks + 1))
    sleep 0.2
  done
}

# stop_step JOB: ends a running step and everything it started, then setup.
stop_step() {
  pkill -TERM -P "$1" 2> /dev/null || true
  kill "$1" 2> /dev/null || true
  echo
  echo 'setup: interrupted; run scripts/setup again, it goes on from there' >&2
  exit 130
}
