/** Brings node_modules to what the lock file says, when it is not there already. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './child.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

export async function ensureInstalled() {
  const difference = installedDifference({
    wanted: readPackages(join(root, 'package-lock.json')),
    installed: readPackages(join(root, 'node_modules', '.package-lock.json')),
  });
  if (difference === undefined) return;
  console.log(`Installing the dependencies: ${difference}`);
  // Not `npm ci`: it fails where a registry does not serve the optional packages of other systems, which the
  // lock file then cannot hold. This installs what the lock file says as well, and leaves it as it is.
  const install = ['install', '--no-save', '--no-audit', '--no-fund'];
  await run('npm', install, { ...process.env, npm_config_loglevel: 'error' });
}

/**
 * Why node_modules is not what the lock file says, or undefined where it is. It compares contents: a clone and
 * a copied folder set file times at will. Packages for other systems are absent and optional.
 */
export function installedDifference({ wanted, installed }) {
  if (wanted === undefined) return 'there is no readable package-lock.json';
  if (installed === undefined) return 'there are none yet';
  for (const [path, { version, optional, integrity }] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = installed[path];
    if (found === undefined && optional === true) continue;
    if (found?.version !== version || found.integrity !== integrity) return `${path} is not at ${version}`;
  }
  const surplus = Object.keys(installed).find((path) => wanted[path] === undefined);
  return surplus === undefined ? undefined : `${surplus} is not in the lock file`;
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
