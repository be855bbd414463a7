; Inno Setup 6: the installer of Mattework for Windows, for one user and without administrator's rights.
; Called by build.ps1, which defines Version and Folder. UNTESTED: written without a Windows machine at hand.

[Setup]
AppId={{5E0A3C6B-2C6F-4E0B-9A53-6D1B0F0C7A11}
AppName=Mattework
AppVersion={#Version}
AppPublisher=The Mattework developers
AppPublisherURL=https://github.com/mattework/mattework
DefaultDirName={autopf}\Mattework
DefaultGroupName=Mattework
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesEnvironment=yes
ChangesAssociations=yes
Compression=lzma2/max
SolidCompression=yes
LicenseFile={#Folder}\LICENSE
SetupIconFile={#Folder}\resources\icons\mattework-editor.ico
UninstallDisplayIcon={app}\resources\icons\mattework-editor.ico
OutputBaseFilename=mattework-{#Version}-windows-x64
WizardStyle=modern

[Tasks]
Name: path; Description: "Make the command ""mattework"" known to the command line"
Name: gimp; Description: "Put the plug-in into GIMP 3"; Flags: unchecked

[Files]
Source: "{#Folder}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[InstallDelete]
; Modules of an older version must not stay beside those of this one.
Type: filesandordirs; Name: "{app}\python"

[Icons]
Name: "{group}\Mattework"; Filename: "{app}\python\pythonw.exe"; Parameters: "-I -m mattework edit"; WorkingDir: "{userdocs}"; IconFilename: "{app}\resources\icons\mattework-editor.ico"

[Registry]
; "Open with" for photographs and layered files; nobody's default is taken.
Root: HKA; Subkey: "Software\Classes\Applications\mattework-editor"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "Mattework"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Mattework.Photo"; ValueType: string; ValueData: "Photograph"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Mattework.Photo\DefaultIcon"; ValueType: string; ValueData: "{app}\resources\icons\mattework-editor.ico"
Root: HKA; Subkey: "Software\Classes\Mattework.Photo\shell\open\command"; ValueType: string; ValueData: """{app}\python\pythonw.exe"" -I -m mattework edit ""%1"""
#define Offer(str Suffix) "Root: HKA; Subkey: ""Software\Classes\" + Suffix + "\OpenWithProgids""; ValueType: string; ValueName: ""Mattework.Photo""; ValueData: """"; Flags: uninsdeletevalue"
{#Offer(".jpg")}
{#Offer(".jpeg")}
{#Offer(".png")}
{#Offer(".tif")}
{#Offer(".tiff")}
{#Offer(".webp")}
{#Offer(".avif")}
{#Offer(".heic")}
{#Offer(".psd")}
{#Offer(".psb")}
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Tasks: path; Check: IsNotOnPath(ExpandConstant('{app}'))

[Run]
Filename: "{app}\python\python.exe"; Parameters: "-I -m mattework gimp install"; Tasks: gimp; Flags: runhidden; StatusMsg: "Putting the plug-in into GIMP ..."
Filename: "{app}\python\pythonw.exe"; Parameters: "-I -m mattework edit"; Description: "Start Mattework"; Flags: nowait postinstall skipifsilent

[UninstallRun]
Filename: "{app}\python\python.exe"; Parameters: "-I -m mattework gimp uninstall"; Flags: runhidden; RunOnceId: "gimp"

[UninstallDelete]
Type: filesandordirs; Name: "{app}\python"

[Code]
function IsNotOnPath(Folder: string): Boolean;
var
  Known: string;
begin
  if not RegQueryStringValue(HKCU, 'Environment', 'Path', Known) then
    Known := '';
  Result := Pos(';' + Uppercase(Folder) + ';', ';' + Uppercase(Known) + ';') = 0;
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Known, Folder: string;
  At: Integer;
begin
  if Step <> usPostUninstall then
    exit;
  Folder := ExpandConstant('{app}');
  if not RegQueryStringValue(HKCU, 'Environment', 'Path', Known) then
    exit;
  At := Pos(';' + Uppercase(Folder) + ';', Uppercase(Known) + ';');
  if At > 0 then
  begin
    Delete(Known, At, Length(Folder) + 1);
    RegWriteExpandStringValue(HKCU, 'Environment', 'Path', Known);
  end;
end;
