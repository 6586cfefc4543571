import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { docComments, type DocComment } from './doc-comments.ts';
import { failuresPage } from './failures-page.ts';
import { manifestJsonSchema } from './manifest-schema.ts';
import { requestJsonSchema } from './request-schema.ts';
import { settingsPage } from './settings-page.ts';

const commentedFiles = ['duration', 'export-request', 'export-failure'];

/** Every generated document: its path in the project and what has to be in it. */
export async function generatedDocuments(root: string): Promise<Map<string, string>> {
  const comments = contractComments(root);
  return new Map([
    [
      'docs/schema/export-request.schema.json',
      `${JSON.stringify(requestJsonSchema(comments), undefined, 2)}\n`,
    ],
    ['docs/schema/export-manifest.schema.json', `${JSON.stringify(manifestJsonSchema(), undefined, 2)}\n`],
    ['docs/settings.md', await markdown(root, settingsPage())],
    ['docs/failures.md', await markdown(root, failuresPage(comments))],
  ]);
}

/** What the comments of the contract say, so that no description is written twice. */
export function contractComments(root: string): Map<string, DocComment> {
  const sources = commentedFiles.map((name) => readFileSync(join(root, `src/contract/${name}.ts`), 'utf8'));
  return new Map(sources.flatMap((source) => [...docComments(source)]));
}

/** As `npm run format` would leave it. */
function markdown(root: string, text: string): Promise<string> {
  const options: unknown = JSON.parse(readFileSync(join(root, '.prettierrc.json'), 'utf8'));
  return format(text, { ...(typeof options === 'object' ? options : {}), parser: 'markdown' });
}
