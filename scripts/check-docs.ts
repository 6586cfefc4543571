/**
 * Checks that what is made from code is current: `docs/schema/`, `docs/cli.md`, `docs/settings.md`,
 * `docs/failures.md`, and the types of the examples in Python and Go.
 * Names those that are not and ends with 1. With `--write` it writes them instead.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generatedDocuments } from './docs/documents.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const documents = await generatedDocuments(root);
const stale = [...documents].filter(([path, content]) => contentOf(join(root, path)) !== content);

if (values.write) {
  for (const [path, content] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    process.stdout.write(`wrote ${path}\n`);
  }
} else if (stale.length > 0) {
  const names = stale.map(([path]) => `  ${path}\n`).join('');
  process.stderr.write(
    `Not current:\n${names}Write them: npm run build && node dist/scripts/check-docs.js --write\n`,
  );
  process.exitCode = 1;
}

function contentOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
