@echo off
rem Starts Hearth on Windows; hearth.ps1 does the work.
powershell -NoProfile -ExecutionPolicy Bypass -File "%~dp0hearth.ps1" %*
exit /b %ERRORLEVEL%
