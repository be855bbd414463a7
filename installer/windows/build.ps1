# Builds Mattework for Windows: a folder with its own Python, and an installer of it where Inno Setup 6 is there.
# UNTESTED: written without a Windows machine at hand. Tell us what it does on yours.
#
#   powershell -ExecutionPolicy Bypass -File installer\windows\build.ps1 [-Python C:\path\to\python.exe] [-To dist]
#
# Python 3.11 to 3.14 for x64 is needed; its tree is copied, so use one from python.org or python-build-standalone, and not
# the one of the Microsoft Store, whose files cannot be copied.
param([string]$Python = "python", [string]$To = "dist")
$ErrorActionPreference = "Stop"
$root = (Resolve-Path "$PSScriptRoot\..\..").Path

function Invoke-Checked {
    param([string]$Program, [string[]]$Arguments)
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { throw "$Program $Arguments ended with code $LASTEXITCODE" }
}

$base = (& $Python -c "import sys; print(sys.base_prefix)").Trim()
$short = (& $Python -c "import sys; print('%d.%d' % sys.version_info[:2])").Trim()
if ($short -notin "3.11", "3.12", "3.13", "3.14") { throw "Python $short does not fit; Mattework needs 3.11 to 3.14." }

New-Item -ItemType Directory -Force $To | Out-Null
$To = (Resolve-Path $To).Path
Get-ChildItem "$To\mattework-*.whl" -ErrorAction SilentlyContinue | Remove-Item
Invoke-Checked $Python @("-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", $To, $root)
$wheel = (Get-ChildItem "$To\mattework-*.whl").FullName
$version = (Split-Path $wheel -Leaf).Split("-")[1]

$folder = "$To\mattework-$version-windows-x64"
if (Test-Path $folder) { Remove-Item -Recurse -Force $folder }
New-Item -ItemType Directory "$folder\python" | Out-Null
$leftOut = "test", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "site-packages", "__pycache__"
robocopy $base "$folder\python" *.exe *.dll LICENSE.txt /NFL /NDL /NJH /NJS | Out-Null
robocopy "$base\DLLs" "$folder\python\DLLs" /E /NFL /NDL /NJH /NJS | Out-Null
robocopy "$base\Lib" "$folder\python\Lib" /E /XD $leftOut /NFL /NDL /NJH /NJS | Out-Null
if ($LASTEXITCODE -ge 8) { throw "robocopy ended with code $LASTEXITCODE" }
$site = "$folder\python\Lib\site-packages"
New-Item -ItemType Directory -Force $site | Out-Null
Invoke-Checked $Python @("-m", "pip", "install", "--quiet", "--no-compile", "--target", $site, "$wheel[editor]")

# Two ways in: mattework.cmd for the command line, pythonw.exe (no console) for the menu.
Set-Content -Encoding ASCII "$folder\mattework.cmd" "@`"%~dp0python\python.exe`" -I -m mattework %*"
New-Item -ItemType Directory "$folder\resources" | Out-Null
foreach ($name in "icons", "samples") { Copy-Item -Recurse "$root\resources\$name" "$folder\resources\$name" }
Copy-Item "$root\LICENSE", "$root\NOTICE" $folder

Invoke-Checked "$folder\python\python.exe" @("-I", "-m", "mattework", "doctor")
Compress-Archive -Force "$folder\*" "$folder.zip"
Write-Output "$folder.zip"

$inno = @("${env:ProgramFiles(x86)}\Inno Setup 6\ISCC.exe", "$env:ProgramFiles\Inno Setup 6\ISCC.exe") | Where-Object { Test-Path $_ } | Select-Object -First 1
if ($inno) {
    Invoke-Checked $inno @("/Qp", "/DVersion=$version", "/DFolder=$folder", "/O$To", "$PSScriptRoot\mattework.iss")
    Write-Output "$To\mattework-$version-windows-x64.exe"
} else {
    Write-Output "No installer: Inno Setup 6 is not here (winget install JRSoftware.InnoSetup)."
}
