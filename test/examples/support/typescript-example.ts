import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { packPackage, runInFolder } from '../../packaging/packed-package.ts';
import { examplesFolder } from './example-files.ts';

/**
 * Copies the example into a folder, installs the packed package and the example's compiler there, and compiles it:
 * nothing of this checkout is in reach. Returns the program.
 */
export async function buildTypescriptExample(folder: string): Promise<string> {
  cpSync(join(examplesFolder, 'typescript'), folder, {
    recursive: true,
    filter: (path) => !/[/\\](?:node_modules|dist)$/.test(path),
  });
  const tarball = await packPackage(folder);
  await runInFolder(['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', tarball], folder);
  await runInFolder(['npm', 'run', 'build'], folder);
  return join(folder, 'dist/start-export.js');
}
