import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonSchema } from '@valibot/to-json-schema';
import { format } from 'prettier';
import { answerDocuments, schemaIndex } from './answer-documents.ts';
import { commandPage } from './command-page.ts';
import { docComments, type DocComment } from './doc-comments.ts';
import { failuresPage } from './failures-page.ts';
import { fleetRequestJsonSchema } from './fleet-request-schema.ts';
import { manifestJsonSchema } from './manifest-schema.ts';
import { requestJsonSchema } from './request-schema.ts';
import { settingsPage } from './settings-page.ts';
import { goTypes } from './types/go-types.ts';
import { pythonTypes } from './types/python-types.ts';
import { namedTypes } from './types/schema-types.ts';

const commentedFiles = [
  'duration',
  'export-request',
  'schema-problems',
  'check-export-request',
  'export-job',
  'export-status',
  'export-verification',
  'export-failure',
  'webhook-event',
  'keep-exported-request',
  'fleet-status',
];

/** What `exportSnapshot` answers: the examples start nothing else. */
function ofExport(answers: ReadonlyMap<string, JsonSchema>): JsonSchema[] {
  return [...answers].flatMap(([name, schema]) => (name.startsWith('export-') ? [schema] : []));
}

/** Every generated document: its path in the project and what has to be in it. */
export async function generatedDocuments(root: string): Promise<Map<string, string>> {
  const comments = contractComments(root);
  const request = requestJsonSchema(comments);
  const answers = answerDocuments(comments);
  const types = namedTypes([request, ...ofExport(answers)]);
  const schemas = new Map<string, object>([
    ['index.json', schemaIndex()],
    ['export-request.schema.json', request],
    ['keep-exported-request.schema.json', fleetRequestJsonSchema(comments)],
    ...answers,
    ['export-manifest.schema.json', manifestJsonSchema()],
  ]);
  return new Map([
    ...Array.from(schemas, ([name, schema]): [string, string] => [
      `docs/schema/${name}`,
      `${JSON.stringify(schema, undefined, 2)}\n`,
    ]),
    ['examples/python/atlas_export.py', pythonTypes(types)],
    ['examples/go/atlas_export.go', goTypes(types)],
    ['docs/cli.md', await markdown(root, commandPage())],
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
