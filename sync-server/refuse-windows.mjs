// The first import of every program, bootstrap included: plain JavaScript, and done before any other module loads.
if (process.platform === 'win32') {
  console.error(
    'Parta does not run on Windows itself. It runs there inside WSL: https://learn.microsoft.com/windows/wsl',
  );
  process.exit(1);
}
