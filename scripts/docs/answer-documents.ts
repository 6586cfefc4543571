import { toJsonSchema, type JsonSchema } from '@valibot/to-json-schema';
import {
  exportFailureTypes,
  exportSnapshotWorkflow,
  keepExportedWorkflow,
  pollNowUpdate,
  statusQuery,
  taskQueueDefault,
  trackComponentWorkflow,
  webhookEventTypes,
} from '../../src/contract/index.ts';
import { answerParts, answers } from './answer-schemas.ts';
import type { DocComment } from './doc-comments.ts';
import { described, dialect } from './json-schema.ts';

type Comments = ReadonlyMap<string, DocComment>;
type AnswerName = keyof typeof answers;

const fileNames: Record<AnswerName, string> = {
  ExportResult: 'export-result.schema.json',
  ExportStatus: 'export-status.schema.json',
  ComponentStatus: 'component-status.schema.json',
  ExportFailureDetails: 'export-failure-details.schema.json',
  ExportFailureType: 'export-failure-type.schema.json',
  WebhookEvent: 'webhook-event.schema.json',
  KeepExportedResult: 'keep-exported-result.schema.json',
  KeepExportedStatus: 'keep-exported-status.schema.json',
};

/**
 * JSON Schema of every answer, by file name. They take fields that they do not name, since a later version may
 * answer more.
 */
export function answerDocuments(comments: Comments): Map<string, JsonSchema> {
  const names = Object.keys(answers).filter(isAnswerName);
  return new Map(names.map((name) => [fileNames[name], answerDocument(name, comments)]));
}

function isAnswerName(name: string): name is AnswerName {
  return Object.hasOwn(answers, name);
}

function answerDocument(name: AnswerName, comments: Comments): JsonSchema {
  const parts = Object.fromEntries(Object.entries(answerParts).filter(([part]) => part !== name));
  const {
    $schema: _,
    $defs = {},
    ...schema
  } = toJsonSchema(answers[name], {
    target: 'draft-2020-12',
    typeMode: 'output',
    definitions: parts,
  });
  const definitions = new Map<string, JsonSchema>(
    Object.entries($defs).flatMap(([part, each]) => (typeof each === 'boolean' ? [] : [[part, each]])),
  );
  const used = partsUsed(schema, definitions);
  return {
    $schema: dialect,
    title: name,
    ...described(schema, { comments, name: name === 'ExportFailureType' ? 'exportFailureTypes' : name }),
    ...(used.length === 0 ? {} : { $defs: describedParts(used, { definitions, comments }) }),
  };
}

function describedParts(
  names: readonly string[],
  { definitions, comments }: { definitions: ReadonlyMap<string, JsonSchema>; comments: Comments },
): Record<string, JsonSchema> {
  return Object.fromEntries(
    names.map((name) => [name, described(definitions.get(name) ?? {}, { comments, name })]),
  );
}

/** The parts that a schema refers to, directly or by way of others, in the order of their names. */
function partsUsed(schema: JsonSchema, definitions: ReadonlyMap<string, JsonSchema>): string[] {
  const used = new Set<string>();
  const pending: JsonSchema[] = [schema];
  for (const next of pending) {
    for (const [, part = ''] of JSON.stringify(next).matchAll(/"#\/\$defs\/(\w+)"/g)) {
      if (used.has(part)) continue;
      used.add(part);
      pending.push(definitions.get(part) ?? {});
    }
  }
  return [...used].sort();
}

/** `docs/schema/index.json`: what is started and asked by which name, and which schema its answer has. */
export function schemaIndex(): object {
  const asked = (result: AnswerName): object => ({
    queries: { [statusQuery]: { result: fileNames[result] } },
    updates: { [pollNowUpdate]: { result: fileNames[result] } },
  });
  return {
    taskQueue: taskQueueDefault,
    manifest: 'export-manifest.schema.json',
    workflows: {
      [exportSnapshotWorkflow]: {
        input: 'export-request.schema.json',
        result: fileNames.ExportResult,
        failure: {
          type: fileNames.ExportFailureType,
          types: exportFailureTypes,
          details: [fileNames.ExportFailureDetails],
        },
        ...asked('ExportStatus'),
      },
      [trackComponentWorkflow]: {
        startedBy: exportSnapshotWorkflow,
        result: fileNames.ComponentStatus,
        ...asked('ComponentStatus'),
      },
      [keepExportedWorkflow]: {
        input: 'keep-exported-request.schema.json',
        result: fileNames.KeepExportedResult,
        failure: {
          type: fileNames.ExportFailureType,
          types: ['InvalidInput'],
          details: [fileNames.ExportFailureDetails],
        },
        queries: { [statusQuery]: { result: fileNames.KeepExportedStatus } },
      },
    },
    webhooks: { types: webhookEventTypes, body: fileNames.WebhookEvent },
  };
}
