#!/usr/bin/env bash
# Adds the editor to the desktop's menu for this user (freedesktop.org): entry, icons, AppStream data; or takes it away.
#   installer/desktop.sh [--program PATH]    add; PATH starts Mattework, by default the one of this folder, else of PATH
#   installer/desktop.sh --remove [--program PATH]    remove; with PATH not what starts another Mattework that is there
# For all users: run it as root with XDG_DATA_HOME=/usr/local/share.
set -euo pipefail
here="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)"
for resources in "$here/../resources" "$here"; do [ -d "$resources/icons" ] && break; done
data="${XDG_DATA_HOME:-$HOME/.local/share}"
entry="$data/applications/mattework-editor.desktop"
icons="$data/icons/hicolor"
metainfo="$data/metainfo/io.github.mattework.mattework.metainfo.xml"
sizes="16 24 32 48 64 128 256 512"

refresh() { # caches of the desktop; a desktop without them reads the folders itself
    command -v update-desktop-database >/dev/null && update-desktop-database -q "$data/applications" || true
    command -v gtk-update-icon-cache >/dev/null && [ -f "$icons/icon-theme.cache" ] && gtk-update-icon-cache -q "$icons" || true
}

program=""
case "${1:-}" in
    --remove)
        mine="${3:-}"
        [ "${2:-}" != --program ] || [ ! -d "$(dirname "$mine")" ] || mine="$(cd "$(dirname "$mine")" && pwd -P)/$(basename "$mine")"
        starts="$(sed -n 's/^TryExec=//p' "$entry" 2>/dev/null || true)"
        if [ "${2:-}" = --program ] && [ "$starts" != "$mine" ] && [ -x "$starts" ]; then
            echo "The menu entry stays: it starts $starts."
            exit 0
        fi
        rm -f "$entry" "$metainfo" "$icons/scalable/apps/mattework-editor.svg"
        for size in $sizes; do rm -f "$icons/${size}x$size/apps/mattework-editor.png"; done
        # A cache of nothing is left away too.
        compgen -G "$data/applications/*.desktop" >/dev/null || rm -f "$data/applications/mimeinfo.cache"
        [ ! -f "$data/applications/mimeinfo.cache" ] || refresh
        exit 0
        ;;
    --program) program="${2:?desktop.sh: --program needs the path of the program}" ;;
    "") ;;
    *)
        sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac

[ -n "$program" ] || for program in "$here/../mattework" "$here/../bin/mattework" "$(command -v mattework || true)"; do
    [ -f "$program" ] && [ -x "$program" ] && break
done
if [ ! -f "$program" ] || [ ! -x "$program" ]; then
    echo "desktop.sh: the program mattework is not found. Install Mattework first, or name it with --program." >&2
    exit 1
fi
# Links are followed no further than the folder: what starts a tool is often a link whose own name matters.
program="$(cd "$(dirname "$program")" && pwd -P)/$(basename "$program")"
for size in $sizes; do
    install -D -m 644 "$resources/icons/mattework-editor-$size.png" "$icons/${size}x$size/apps/mattework-editor.png"
done
install -D -m 644 "$resources/icons/mattework-editor.svg" "$icons/scalable/apps/mattework-editor.svg"
install -D -m 644 "$resources/desktop/io.github.mattework.mattework.metainfo.xml" "$metainfo"
mkdir -p "$(dirname "$entry")"
# A quoted argument escapes these with a backslash, of which a desktop entry wants two; the percent sign is doubled.
quoted="$(printf '%s' "$program" | sed -e 's/[\\"`$]/\\\\&/g' -e 's/%/%%/g')"
while IFS= read -r line; do
    case "$line" in
        Exec=*) printf 'Exec="%s" edit %%F\n' "$quoted" ;;
        TryExec=*) printf 'TryExec=%s\n' "$program" ;;
        *) printf '%s\n' "$line" ;;
    esac
done <"$resources/desktop/mattework-editor.desktop" >"$entry"
chmod 644 "$entry"
refresh
