#!/bin/sh
# Mattework with everything it needs, in one file. Run it as the user who will use it; nothing outside the home is touched.
#   sh mattework-VERSION-linux-MACHINE.run [--to FOLDER] [--no-menu]    install (an older one there is replaced)
#   sh mattework-VERSION-linux-MACHINE.run --remove [--to FOLDER]       take away
set -eu
folder="$HOME/.local/opt/mattework"
link="$HOME/.local/bin/mattework"
menu=yes
remove=no
while [ $# -gt 0 ]; do
    case "$1" in
        --to) folder="${2:?--to needs a folder}"; shift ;;
        --no-menu) menu=no ;;
        --remove) remove=yes ;;
        *) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
    shift
done
case "$folder" in /*) ;; *) folder="$PWD/$folder" ;; esac
while [ "$folder" != / ] && [ "${folder%/}" != "$folder" ]; do folder="${folder%/}"; done

is_ours() { [ -f "$1/bin/mattework" ] && [ -d "$1/python" ]; }
if [ -e "$folder" ] && ! is_ours "$folder"; then
    echo "$folder is there and holds something else. Choose another place with --to." >&2
    exit 1
fi
if [ "$remove" = yes ]; then
    is_ours "$folder" || { echo "There is no Mattework in $folder." >&2; exit 1; }
    "$folder/installer/desktop.sh" --remove --program "$folder/bin/mattework" 2>/dev/null || true
    [ "$(readlink "$link" 2>/dev/null)" != "$folder/bin/mattework" ] || rm -f "$link"
    rm -rf "$folder"
    echo "Mattework was removed from $folder."
    exit 0
fi

mkdir -p "$(dirname "$folder")"
fresh="$(mktemp -d "$(dirname "$folder")/.mattework.XXXXXX")"
trap 'rm -rf "$fresh"' EXIT
trap 'exit 130' INT TERM
skip=$(awk '/^#END-OF-SCRIPT$/ { print NR + 1; exit }' "$0")
tail -n "+$skip" "$0" | tar -xz --strip-components=1 -C "$fresh" || {
    echo "The file is not whole, or the disk is full. Nothing was changed." >&2
    exit 1
}
chmod 755 "$fresh"
"$fresh/bin/mattework" --version >/dev/null || {
    echo "Mattework does not run on this system: $(sed -n 1p "$fresh/README.txt")" >&2
    exit 1
}
# The old one goes when the new one is in its place: broken off, this leaves one of them whole.
trap '' INT TERM
[ ! -e "$folder" ] || mv "$folder" "$fresh.old"
mv "$fresh" "$folder" || { [ ! -e "$fresh.old" ] || mv "$fresh.old" "$folder"; exit 1; }
trap - EXIT INT TERM
rm -rf "$fresh.old"
mkdir -p "$(dirname "$link")"
# Links of pipx and uv have that name, too.
leads_to="$(readlink -f "$link" 2>/dev/null || true)"
if [ -e "$link" ] && { [ ! -L "$link" ] || ! is_ours "$(dirname "$(dirname "$leads_to")")"; }; then
    echo "$link is there and not ours; it was left alone. Start this one with: $folder/bin/mattework"
    link="$folder/bin/mattework"
else
    ln -sf "$folder/bin/mattework" "$link"
fi
if [ "$menu" = yes ] && [ -x /usr/bin/env ] && command -v bash >/dev/null; then
    "$folder/installer/desktop.sh" --program "$folder/bin/mattework"
fi
echo "Mattework is in $folder. Start it with: $link cut photo.jpg, or from your menu."
exit 0
#END-OF-SCRIPT
