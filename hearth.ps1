# Starts Hearth: fetches the native library and builds, both only when needed, then runs it with the same arguments.
# The same steps as the script 'hearth' for Linux and macOS.
$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$dll = Join-Path $root 'artifacts\bin\Hearth\release\hearth.dll'
$stamp = Join-Path $root 'artifacts\.launch-built'

# Output is optional: where nobody can read it, the start goes on.
function Say([string] $text) { try { [Console]::Error.WriteLine($text) } catch [System.IO.IOException] { } }

function Fail([string] $text) {
    Say $text
    exit 1
}

# What --gpu will be, as Hearth itself reads it: flag, environment, settings file, auto.
function Get-GpuChoice([string[]] $arguments) {
    $choice = $null
    $file = $env:HEARTH_CONFIG
    for ($i = 0; $i -lt $arguments.Count; $i++) {
        if ($arguments[$i] -eq '--gpu' -and $i + 1 -lt $arguments.Count) { $choice = $arguments[$i + 1] }
        if ($arguments[$i] -like '--gpu=*') { $choice = $arguments[$i].Substring(6) }
        if ($arguments[$i] -eq '--config' -and $i + 1 -lt $arguments.Count) { $file = $arguments[$i + 1] }
        if ($arguments[$i] -like '--config=*') { $file = $arguments[$i].Substring(9) }
    }
    if (-not $choice) { $choice = $env:HEARTH_GPU }
    if (-not $file) {
        $hearthHome = $env:HEARTH_HOME
        if (-not $hearthHome) { $hearthHome = Join-Path $env:LOCALAPPDATA 'Hearth' }
        $file = Join-Path $hearthHome 'hearth.toml'
    }
    if (-not $choice -and (Test-Path -LiteralPath $file)) {
        $line = Select-String -LiteralPath $file -Pattern '^\s*gpu\s*=\s*["'']([A-Za-z]+)["'']' | Select-Object -First 1
        if ($line) { $choice = $line.Matches[0].Groups[1].Value }
    }
    if (-not $choice) { $choice = 'auto' }
    return $choice.ToLowerInvariant()
}

# The folder under native\ for a choice of auto, cpu, cuda or vulkan.
function Get-NativeFolder([string] $backend) {
    $platform = 'win-x64'
    if ($env:PROCESSOR_ARCHITECTURE -eq 'ARM64' -or $env:PROCESSOR_ARCHITEW6432 -eq 'ARM64') { $platform = 'win-arm64' }
    if ($backend -eq 'auto') {
        $backend = 'cpu'
        if ((Test-Path (Join-Path $root "native\$platform-cuda")) -and (Get-Command nvidia-smi -ErrorAction SilentlyContinue)) {
            if ((& nvidia-smi -L) -match '^GPU ') { $backend = 'cuda' }
        }
    }
    $folder = "$platform-$backend"
    if (-not (Test-Path (Join-Path $root "native\$folder\package.json"))) {
        Fail "There is no '$backend' library for $platform; see the folders under native for what --gpu can be."
    }
    return $folder
}

# What npm fetched is current while the files it was fetched for are the same.
function Get-FetchedText([string] $folder) {
    $files = Get-ChildItem -LiteralPath $folder -Filter 'package*.json' | Sort-Object Name
    return ($files | ForEach-Object { [IO.File]::ReadAllText($_.FullName) }) -join ''
}

function Test-Fetched([string] $folder) {
    $fetched = Join-Path $folder 'node_modules\.fetched'
    return (Test-Path -LiteralPath $fetched) -and ([IO.File]::ReadAllText($fetched) -eq (Get-FetchedText $folder))
}

function Install-Native([string] $folder) {
    if (-not (Get-Command node -ErrorAction SilentlyContinue) -or -not (Get-Command npm -ErrorAction SilentlyContinue)) {
        Fail 'Fetching the native library needs Node.js with npm (once). Install it from https://nodejs.org, or point HEARTH_NATIVE to a folder with the library.'
    }
    Say "Fetching the native library ($(Split-Path -Leaf $folder)) with npm..."
    $verb = if (Test-Path (Join-Path $folder 'package-lock.json')) { 'ci' } else { 'install' }
    Push-Location -LiteralPath $folder
    try { & npm $verb --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error | ForEach-Object { Say $_ } }
    finally { Pop-Location }
    if ($LASTEXITCODE -ne 0) { Fail "npm could not fetch what $folder names (see above). Check the network and start again." }
    [IO.File]::WriteAllText((Join-Path $folder 'node_modules\.fetched'), (Get-FetchedText $folder))
}

# A source newer than the last build, or a folder in which files came or went.
function Test-Built {
    if (-not (Test-Path -LiteralPath $dll) -or -not (Test-Path -LiteralPath $stamp)) { return $false }
    $built = (Get-Item -LiteralPath $stamp).LastWriteTimeUtc
    $names = 'src', 'global.json', 'nuget.config', '.editorconfig', 'Directory.Build.props', 'Directory.Packages.props', 'BannedSymbols.txt'
    foreach ($name in $names) {
        $item = Get-Item -LiteralPath (Join-Path $root $name) -Force
        if ($item.LastWriteTimeUtc -gt $built) { return $false }
        if ($item.PSIsContainer -and (Get-ChildItem -LiteralPath $item.FullName -Recurse -Force | Where-Object { $_.LastWriteTimeUtc -gt $built } | Select-Object -First 1)) {
            return $false
        }
    }
    return $true
}

function Invoke-Build {
    Push-Location -LiteralPath $root
    try {
        & dotnet --version *> $null
        if ($LASTEXITCODE -ne 0) { Fail 'Building Hearth needs the .NET 10 SDK. Install it from https://dotnet.microsoft.com/download/dotnet/10.0' }
        Say 'Building Hearth (the first start takes about a minute)...'
        $begun = (Get-Date).ToUniversalTime()
        $output = & dotnet build src/Hearth/Hearth.csproj -c Release -v quiet --disable-build-servers
        if ($LASTEXITCODE -ne 0) {
            $output | ForEach-Object { Say $_ }
            Fail 'Hearth could not be built; see the messages above.'
        }
        New-Item -ItemType File -Force -Path $stamp | Out-Null
        (Get-Item -LiteralPath $stamp).LastWriteTimeUtc = $begun
    }
    finally { Pop-Location }
}

if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    Fail "Hearth needs the .NET 10 SDK, and there is no 'dotnet' on the PATH. Install it from https://dotnet.microsoft.com/download/dotnet/10.0"
}
$arguments = @($args | ForEach-Object { [string] $_ })
$asksHelp = ($arguments -contains '--help') -or ($arguments -contains '-h') -or ($arguments -contains '-?') -or ($arguments -contains '--version') -or
    ($arguments.Count -gt 0 -and $arguments[0] -in 'version', 'cache')

# Two first starts at once must not write the same files; the system frees the mutex when its owner dies.
$mutex = New-Object System.Threading.Mutex($false, 'Local\HearthLauncher')
try { [void] $mutex.WaitOne() } catch [System.Threading.AbandonedMutexException] { }
try {
    if (-not $env:HEARTH_NATIVE -and -not $asksHelp) {
        $choice = Get-GpuChoice $arguments
        $native = Join-Path $root ('native\' + (Get-NativeFolder $choice))
        # Libraries of other backends may lie beside this one.
        if ($choice -eq 'auto') { $env:HEARTH_GPU = $native.Substring($native.LastIndexOf('-') + 1) }
        if (-not (Test-Fetched $native)) { Install-Native $native }
    }
    if (-not (Test-Built)) { Invoke-Build }
}
finally { $mutex.ReleaseMutex() }
& dotnet $dll @arguments
exit $LASTEXITCODE
