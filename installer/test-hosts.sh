#!/bin/sh
# The programs of others that the tests open our files with: GIMP 3.0 and 3.2, ag-psd, ImageMagick, ExifTool, PhotoshopAPI, psdtags.
#
#   installer/test-hosts.sh             install what is missing, say what cannot be (first time minutes, then under a second)
#   installer/test-hosts.sh --retry     try again what failed within the last day
#   installer/test-hosts.sh --where     print the folder that holds them
#
# Everything goes into ${XDG_CACHE_HOME:-~/.cache}/mattework/test-hosts, apart from a few Debian packages that need root.
# This script never fails a run. The tests look at NAME.path (where it is) or NAME.missing (why it is not there: what they
# say when they skip). Packages come through the ordinary clients (apt, npm, pip) as this machine has them set up.
set -u

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/mattework/test-hosts
AG_PSD=31.0.2
PHOTOSHOPAPI=0.9.1
RETRY=no
case "${1:-}" in
    --where) echo "$CACHE"; exit 0 ;;
    --retry) RETRY=yes ;;
    "") ;;
    *) echo "usage: installer/test-hosts.sh [--retry | --where]" >&2; exit 2 ;;
esac
mkdir -p "$CACHE" || { echo "Other readers: cannot write to $CACHE; their tests will skip."; exit 0; }

have() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" = 0 ]; }
ready() { rm -f "$CACHE/$1.missing"; printf '%s\n' "$2" > "$CACHE/$1.path"; printf '  %-14s %s\n' "$1" "$2"; }
missing() { rm -f "$CACHE/$1.path"; printf '%s\n' "$2" > "$CACHE/$1.missing"; printf '  %-14s not here: %s\n' "$1" "$2"; }
# A failure of the last day is told again, not tried again.
given_up() {
    [ "$RETRY" = no ] && [ -n "$(find "$CACHE/$1.missing" -mmin -1440 2>/dev/null)" ] || return 1
    printf '  %-14s not here: %s\n' "$1" "$(cat "$CACHE/$1.missing")"
}
last_line() { grep -v '^[[:space:]]*$' "$1" | tail -n 1 | cut -c 1-160; }
timed() { # SECONDS COMMAND...: stopped after so long
    seconds=$1; shift
    if have timeout; then timeout -k 5 "$seconds" "$@"; else "$@"; fi
}

apt_install() { # PACKAGES...: through apt, when that is possible here
    is_root && have apt-get || return 1
    export DEBIAN_FRONTEND=noninteractive
    for attempt in 1 2; do
        timed 150 apt-get -q -o DPkg::Lock::Timeout=60 install -y --no-install-recommends "$@" \
            > "$CACHE/apt.log" 2>&1 < /dev/null && return 0
        [ $attempt = 1 ] && timed 60 apt-get -q update >> "$CACHE/apt.log" 2>&1 < /dev/null
    done
    return 1
}

imagemagick() { # another program may be called "convert": ask
    for name in magick convert-im6.q16 /usr/bin/convert convert; do
        if have "$name" && "$name" -version 2>/dev/null | grep -q ImageMagick; then command -v "$name"; return 0; fi
    done
    return 1
}

set_up_packages() {
    wanted=""
    imagemagick > /dev/null || wanted="$wanted imagemagick"
    have exiftool || wanted="$wanted libimage-exiftool-perl"
    have Xvfb || wanted="$wanted xvfb"
    have xdotool || wanted="$wanted xdotool"
    # What windows of Qt need on a screen.
    for library in xkbcommon-x11-0:libxkbcommon-x11.so.0 xcb-cursor0:libxcb-cursor.so.0 xcb-icccm4:libxcb-icccm.so.4 \
        xcb-keysyms1:libxcb-keysyms.so.1 xcb-shape0:libxcb-shape.so.0; do
        ldconfig -p 2>/dev/null | grep -q "${library#*:}" || wanted="$wanted lib${library%%:*}"
    done
    { [ -x "$CACHE/gimp/usr/bin/gimp-console" ] && [ -x "$CACHE/gimp-3.2/usr/bin/gimp-console" ]; } || have mmdebstrap ||
        wanted="$wanted mmdebstrap"
    if [ -n "$wanted" ] && { [ "$RETRY" = yes ] || [ -z "$(find "$CACHE" -name '*.missing' -mmin -1440 2>/dev/null)" ]; }; then
        # shellcheck disable=SC2086
        apt_install $wanted
    fi
    if path=$(imagemagick); then ready imagemagick "$path"; else missing imagemagick "install the package imagemagick"; fi
    if have exiftool; then ready exiftool "$(command -v exiftool)"; else
        missing exiftool "install the package libimage-exiftool-perl (elsewhere: exiftool)"; fi
    if have krita; then ready krita "$(command -v krita)"; elif [ -x "$CACHE/krita/usr/bin/krita" ]; then ready krita "$CACHE/krita"; else
        missing krita "install the package krita (a large one, so it is left to you), or unpack it to $CACHE/krita"; fi
    if have Xvfb && have xdotool; then ready screen "$(command -v Xvfb)"; else
        missing screen "install the packages xvfb and xdotool"; fi
}

set_up_gimp() { # NAME VERSION SUITE: a Debian tree of its own, because GIMP 3 is not in every distribution yet
    name=$1 version=$2 suite=$3
    for program in "gimp-console-$version" gimp-console; do
        if have "$program" && "$program" --version 2>/dev/null | grep -q " $version\\."; then
            ready "$name" "$(command -v "$program")"; return; fi
    done
    is_root && have unshare && unshare -m true 2>/dev/null || {
        missing "$name" "install GIMP $version (a tree of its own needs root and the right to mount, which are not here)"; return; }
    if [ -x "$CACHE/$name/usr/bin/gimp-console" ]; then ready "$name" "$CACHE/$name"; return; fi
    given_up "$name" && return
    have mmdebstrap || {
        missing "$name" "install GIMP $version (or mmdebstrap on Debian: a tree with it is then made for the tests)"; return; }
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN)' 'Created-By: Packages' |
        awk '$2 == "Debian" && $1 !~ /security|updates/ { print $1; exit }')
    [ -n "$mirror" ] || { missing "$name" "install GIMP $version (apt here knows no Debian mirror to make a tree from)"; return; }
    rm -rf --one-file-system "$CACHE/$name.new"
    # Unpacked only: running every package's own set-up takes longer than the download, and GIMP needs these four of it.
    # A mirror that is kept for tests may be older than the dates in the lists of a moving suite: signatures count, dates not.
    if timed 420 mmdebstrap --variant=extract \
        --include=gimp,base-files,coreutils,dash,libc-bin,libglib2.0-bin,libgdk-pixbuf2.0-bin,shared-mime-info,fonts-dejavu-core \
        --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
        --aptopt='Acquire::Check-Valid-Until "false"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/help/*' \
        "$suite" "$CACHE/$name.new" "$mirror" > "$CACHE/$name.log" 2>&1 < /dev/null &&
        chroot "$CACHE/$name.new" /bin/sh -ec 'ldconfig; glib-compile-schemas /usr/share/glib-2.0/schemas
            /usr/lib/*/gdk-pixbuf-2.0/gdk-pixbuf-query-loaders --update-cache
            update-mime-database /usr/share/mime' >> "$CACHE/$name.log" 2>&1 < /dev/null &&
        chroot "$CACHE/$name.new" gimp-console --version 2>> "$CACHE/$name.log" | grep -q " $version\\."
    then rm -rf --one-file-system "$CACHE/$name" && mv "$CACHE/$name.new" "$CACHE/$name" && ready "$name" "$CACHE/$name"
    else missing "$name" "the tree could not be made ($(last_line "$CACHE/$name.log")); see $CACHE/$name.log"
    fi
}

set_up_ag_psd() {
    if [ -f "$CACHE/ag-psd-$AG_PSD/node_modules/ag-psd/package.json" ] && have node; then
        ready ag-psd "$CACHE/ag-psd-$AG_PSD"; return; fi
    given_up ag-psd && return
    have node && have npm || { missing ag-psd "install Node.js with npm"; return; }
    rm -rf "$CACHE/ag-psd.new"; mkdir -p "$CACHE/ag-psd.new"
    if (cd "$CACHE/ag-psd.new" && timed 90 npm install --ignore-scripts --no-audit --no-fund --no-save --prefix . \
        "ag-psd@$AG_PSD") > "$CACHE/ag-psd.log" 2>&1 < /dev/null
    then mv "$CACHE/ag-psd.new" "$CACHE/ag-psd-$AG_PSD" && ready ag-psd "$CACHE/ag-psd-$AG_PSD"
    else missing ag-psd "npm could not install it ($(last_line "$CACHE/ag-psd.log"))"
    fi
}

set_up_python_readers() { # in an environment of their own: their pins must not touch ours
    venv=$CACHE/python
    own=$(dirname "$0")/../.venv/bin/python
    if [ -x "$own" ]; then python=$own; else python=python3; fi
    if [ ! -x "$venv/bin/python" ]; then
        timed 60 "$python" -m venv "$venv" > "$CACHE/python.log" 2>&1 ||
            timed 60 "$python" -m virtualenv "$venv" >> "$CACHE/python.log" 2>&1
    fi
    for name in photoshopapi psdtags; do
        case $name in
            photoshopapi) packages="PhotoshopAPI==$PHOTOSHOPAPI numpy"; module=photoshopapi ;;
            psdtags) packages="psdtags tifffile imagecodecs"; module=psdtags ;;
        esac
        if [ -x "$venv/bin/python" ] && [ -f "$venv/$name.ready" ]; then ready $name "$venv"; continue; fi
        given_up $name && continue
        # shellcheck disable=SC2086
        if [ -x "$venv/bin/python" ] &&
            timed 120 "$venv/bin/python" -m pip install -q --only-binary=:all: $packages > "$CACHE/$name.log" 2>&1 < /dev/null &&
            "$venv/bin/python" -c "import $module" >> "$CACHE/$name.log" 2>&1
        then touch "$venv/$name.ready"; ready $name "$venv"
        else missing $name "pip could not install it for this Python ($(last_line "$CACHE/$name.log" 2>/dev/null))"
        fi
    done
}

echo "Programs of others that the tests open our files with:"
set_up_packages
set_up_gimp gimp 3.0 trixie &       # mostly waiting for downloads: all go on beside each other
set_up_gimp gimp-3.2 3.2 forky &
set_up_ag_psd
set_up_python_readers
wait
exit 0
