#!/bin/sh
# Runs a command in the chroot of toolchain.sh, with the repository at /repository and what is built of it kept in the chroot, in /build:
# inside.sh <chroot> <repository> <command…>. It runs in the folder of the package.
#
# The mounts are in a namespace of their own: they are gone with the command, however it ends. The network is this machine's.
set -eu
root=$1
repository=$2
shift 2
mkdir -p "$root/repository" "$root/build"
export JARVIS_ROOT="$root" JARVIS_REPOSITORY="$repository"
exec unshare --mount --propagation private sh -eu -c '
  mount -t proc proc "$JARVIS_ROOT/proc"
  mount --rbind /dev "$JARVIS_ROOT/dev"
  mount --bind "$JARVIS_REPOSITORY" "$JARVIS_ROOT/repository"
  cd /
  exec chroot "$JARVIS_ROOT" env -C /repository/swift/JarvisKit -u JARVIS_ROOT -u JARVIS_REPOSITORY HOME=/root LANG=C.UTF-8 PATH=/usr/bin:/bin "$@"
' sh "$@"
