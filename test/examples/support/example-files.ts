import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The examples as somebody copies them: the sources, not what is in dist/. */
export const examplesFolder = fileURLToPath(new URL('../../../../examples', import.meta.url));

/** Names what files hold, so that what was made of them is made anew when they change. */
export function fingerprint(folder: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(folder, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** Where a test tells what it is waiting for. */
export function report(line: string): void {
  process.stderr.write(`${line}\n`);
}
