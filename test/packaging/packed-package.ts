/** The npm package as npm packs it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as v from 'valibot';
import { runCommand } from './command.ts';
import { root } from './compose-file.ts';

const packedSchema = v.tuple([v.object({ filename: v.string() })]);

/** Packs it into a folder. Returns the tarball's path. */
export async function packPackage(folder: string): Promise<string> {
  const packed = await runInFolder(
    ['npm', 'pack', '--json', '--loglevel=error', `--pack-destination=${folder}`],
    root,
  );
  const list: unknown = JSON.parse(packed);
  const [{ filename }] = v.parse(packedSchema, Array.isArray(list) ? list : Object.values(Object(list)));
  return join(folder, filename);
}

/** Runs a command to a good end, with npm's own cache before its registry. Returns what it has written. */
export async function runInFolder(command: readonly string[], folder: string): Promise<string> {
  const { code, output } = await runCommand(command, {
    environment: { HOME: process.env['HOME'] ?? '', npm_config_prefer_offline: 'true' },
    cwd: folder,
    timeoutMs: 300_000,
  });
  assert.equal(code, 0, `${command.join(' ')}: ${output}`);
  return output;
}
