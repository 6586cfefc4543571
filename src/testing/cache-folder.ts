import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * The folder that keeps what was downloaded or built, between runs and between clones.
 * A relative XDG_CACHE_HOME is ignored, as the XDG Base Directory Specification asks.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const configured = environment['XDG_CACHE_HOME'];
  const base =
    configured !== undefined && isAbsolute(configured)
      ? configured
      : join(environment['HOME'] ?? homedir(), '.cache');
  return join(base, 'atlas-export-worker');
}
