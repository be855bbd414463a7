#!/usr/bin/env bash
# Adds the editor to the desktop's menu for this user (freedesktop.org), or takes it away.
#   installer/desktop.sh            add
#   installer/desktop.sh --remove   remove
set -euo pipefail
here="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)"
data="${XDG_DATA_HOME:-$HOME/.local/share}"
entry="$data/applications/mattework-editor.desktop"
icon="$data/icons/hicolor/scalable/apps/mattework-editor.svg"

if [ "${1:-}" = "--remove" ]; then
    rm -f "$entry" "$icon"
    exit 0
fi

command="$here/../mattework"
[ -x "$command" ] || command="$(command -v mattework)" || {
    echo "desktop.sh: the program mattework is not found. Install Mattework first." >&2
    exit 1
}
command="$(readlink -f "$command")"
mkdir -p "$(dirname "$entry")" "$(dirname "$icon")"
install -m 644 "$here/mattework-editor.svg" "$icon"
# In an Exec line a quoted argument escapes these, and the percent sign is doubled.
quoted="$(printf '%s' "$command" | sed -e 's/[\\"`$]/\\\\&/g' -e 's/%/%%/g')"
{
    grep -v '^Exec=' "$here/mattework-editor.desktop"
    printf 'Exec="%s" edit %%f\n' "$quoted"
} >"$entry"
chmod 644 "$entry"
command -v update-desktop-database >/dev/null && update-desktop-database -q "$(dirname "$entry")" || true
