#!/bin/sh
# Builds a chroot with Debian's Swift, once: toolchain.sh <folder>. Root and debootstrap are needed, about 3 GB, and some minutes.
#
# Debian's mirror is the one that this machine's own apt uses. The chroot is built beside its place and moved there when
# it is whole, so that one that was broken off is never mistaken for a finished one.
set -eu

suite=trixie
root=$1
part="$root.part"

mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null | grep -m1 '/debian$' || true)
if [ -z "$mirror" ]; then
  echo "apt knows no mirror of Debian here: add one to its sources." >&2
  exit 1
fi

unmount() {
  if mountpoint -q "$part/proc"; then umount "$part/proc"; fi
}
trap unmount EXIT
unmount
rm -rf "$part"
mkdir -p "$(dirname "$root")"

debootstrap --variant=minbase --include=ca-certificates "$suite" "$part" "$mirror"
cp /etc/resolv.conf "$part/etc/resolv.conf"
# Whatever this machine needs to reach the mirror (a proxy, a timeout), the chroot needs, too.
apt-config dump | grep -E '^Acquire::(http|https|Retries)' >"$part/etc/apt/apt.conf.d/90machine" || true
# No package may start a service while it is installed.
printf '#!/bin/sh\nexit 101\n' >"$part/usr/sbin/policy-rc.d"
chmod +x "$part/usr/sbin/policy-rc.d"
# Swift finds its own library by /proc/self/exe.
mount -t proc proc "$part/proc"
chroot "$part" apt-get update -q
DEBIAN_FRONTEND=noninteractive chroot "$part" apt-get install -y -q --no-install-recommends \
  swiftlang g++ libc6-dev libstdc++-14-dev git zlib1g-dev libxml2-dev libcurl4-openssl-dev libsqlite3-dev libncurses-dev pkg-config
chroot "$part" apt-get clean
rm -rf "$part"/var/lib/apt/lists/*
chroot "$part" swift --version
unmount
trap - EXIT
mv "$part" "$root"
