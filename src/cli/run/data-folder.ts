import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Environment } from '../../config.ts';

/**
 * Where `run` keeps its Temporal server's state between runs: in the user's data folder, as the XDG Base
 * Directory Specification has it, which also asks to ignore a relative XDG_DATA_HOME.
 */
export function dataFolder(environment: Environment): string {
  const configured = environment['XDG_DATA_HOME'];
  const base =
    configured !== undefined && isAbsolute(configured)
      ? configured
      : join(environment['HOME'] ?? homedir(), '.local', 'share');
  return join(base, 'atlas-export-worker');
}
