import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { UsageError } from './usage-error.ts';

/**
 * The JSON object in the file of `--request`, `-` being standard input; empty where none was given.
 *
 * @throws {UsageError} for a file that cannot be read or holds something else
 */
export async function requestFile(path: string | undefined): Promise<Record<string, unknown>> {
  if (path === undefined) return {};
  const content = path === '-' ? await readStream(process.stdin) : await readText(path);
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    throw new UsageError(`--request: ${path} is not JSON`);
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  throw new UsageError(`--request: ${path} must hold one JSON object`);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(`--request: ${path} cannot be read (${why})`);
  }
}
