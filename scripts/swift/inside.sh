#!/bin/sh
# Runs a command in the chroot of toolchain.sh, with a package at /package and what is built of it kept in the chroot:
# inside.sh <chroot> <folder of the package> <command…>
#
# The mounts are in a namespace of their own: they are gone with the command, however it ends. The network is this machine's.
set -eu
root=$1
package=$2
shift 2
mkdir -p "$root/package" "$root/build"
export JARVIS_ROOT="$root" JARVIS_PACKAGE="$package"
exec unshare --mount --propagation private sh -eu -c '
  mount -t proc proc "$JARVIS_ROOT/proc"
  mount --rbind /dev "$JARVIS_ROOT/dev"
  mount --bind "$JARVIS_PACKAGE" "$JARVIS_ROOT/package"
  cd /
  exec chroot "$JARVIS_ROOT" env -C /package -u JARVIS_ROOT -u JARVIS_PACKAGE HOME=/root LANG=C.UTF-8 PATH=/usr/bin:/bin "$@"
' sh "$@"
