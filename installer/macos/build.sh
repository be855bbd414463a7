#!/bin/bash
# Builds Mattework.app for macOS, with its own Python. UNTESTED: written without a Mac at hand. Tell us what it does on yours.
#
#   installer/macos/build.sh [--python PYTHON] [--to dist] [--sign "Developer ID Application: NAME (TEAM)"]
#
# PYTHON is a relocatable Python 3.11 to 3.14: one of python-build-standalone (`uv python install 3.13` puts one on your disk;
# `uv python find 3.13` names it). Homebrew's and python.org's refer to their own place and cannot be copied.
#
# Without --sign the app is signed ad hoc: it runs on the machine that built it; on another one macOS asks the user to allow it
# in System Settings > Privacy & Security. To give it to others, sign it with a Developer ID and have it notarised:
#   ditto -c -k --keepParent dist/Mattework.app Mattework.zip
#   xcrun notarytool submit Mattework.zip --keychain-profile PROFILE --wait
#   xcrun stapler staple dist/Mattework.app
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
python=python3 to="$root/dist" identity=-
while [ $# -gt 0 ]; do
    case "$1" in
        --python) python="${2:?}" ;;
        --to) to="${2:?}" ;;
        --sign) identity="${2:?}" ;;
        *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
    shift 2
done
[ "$(uname -s)" = Darwin ] || { echo "build.sh builds a Mac's app, on a Mac." >&2; exit 1; }

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }
short="$(version_of "$python")"
case "$short" in 3.11 | 3.12 | 3.13 | 3.14) ;; *) echo "Python $short does not fit; Mattework needs 3.11 to 3.14." >&2; exit 1 ;; esac
base="$("$python" -c 'import sys; print(sys.base_prefix)')"

mkdir -p "$to"
rm -f "$to"/mattework-*.whl
"$python" -m pip wheel --quiet --no-deps --wheel-dir "$to" "$root"
wheel="$(ls "$to"/mattework-*.whl)"
version="$(basename "$wheel" | cut -d- -f2)"

app="$to/Mattework.app"
rm -rf "$app"
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources"
rsync -a --exclude test --exclude idlelib --exclude tkinter --exclude turtledemo --exclude ensurepip --exclude lib2to3 \
    --exclude site-packages --exclude __pycache__ --exclude 'config-*' --exclude include --exclude share \
    "$base/" "$app/Contents/Resources/python/"
bundled="$app/Contents/Resources/python/bin/python$short"
site="$app/Contents/Resources/python/lib/python$short/site-packages"
mkdir -p "$site"
"$python" -m pip install --quiet --no-compile --target "$site" "$wheel[editor]"
[ "$(cd / && "$bundled" -I -c 'import sys; print(sys.prefix)')" = "$app/Contents/Resources/python" ] || {
    echo "This Python refers to its own place and cannot be copied. Use one of python-build-standalone." >&2
    exit 1
}

sed "s/@VERSION@/$version/g" "$here/Info.plist" >"$app/Contents/Info.plist"
plutil -lint "$app/Contents/Info.plist"
cp "$root/resources/icons/mattework-editor.icns" "$app/Contents/Resources/Mattework.icns"
cp -R "$root/resources/samples" "$root/LICENSE" "$root/NOTICE" "$app/Contents/Resources/"
cat >"$app/Contents/MacOS/mattework" <<'LAUNCHER'
#!/bin/sh
# Opens the editor when it is started from the Finder, and is the command line otherwise (ln -s it into your PATH).
program="$0"
while [ -L "$program" ]; do
    link="$(readlink "$program")"
    case "$link" in /*) program="$link" ;; *) program="$(dirname "$program")/$link" ;; esac
done
contents="$(cd "$(dirname "$program")/.." && pwd)"
if [ $# -eq 0 ] && [ ! -t 0 ]; then set -- edit; fi
exec "$contents"/Resources/python/bin/python3 -I -m mattework "$@"
LAUNCHER
chmod 755 "$app/Contents/MacOS/mattework"

# Every library is signed before what holds it; the hardened runtime has to let Python load them.
find "$app/Contents/Resources" -type f \( -name '*.so' -o -name '*.dylib' -o -perm +111 \) -print0 |
    xargs -0 codesign --force --timestamp --options runtime --entitlements "$here/entitlements.plist" --sign "$identity" 2>/dev/null ||
    find "$app/Contents/Resources" -type f \( -name '*.so' -o -name '*.dylib' \) -exec codesign --force --sign "$identity" {} +
codesign --force --options runtime --entitlements "$here/entitlements.plist" --sign "$identity" "$app"
codesign --verify --deep --strict "$app"

"$app/Contents/MacOS/mattework" doctor
hdiutil create -quiet -ov -volname Mattework -srcfolder "$app" "$to/mattework-$version-macos-$(uname -m).dmg"
echo "$to/mattework-$version-macos-$(uname -m).dmg"
