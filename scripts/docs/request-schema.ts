import { toJsonSchema, type JsonSchema, type OverrideActionContext } from '@valibot/to-json-schema';
import {
  durationMsMax,
  durationPattern,
  durationText,
  exportRequestIdKey,
  exportRequestSchema,
} from '../../src/contract/index.ts';
import type { DocComment } from './doc-comments.ts';
import { described, dialect } from './json-schema.ts';

/**
 * JSON Schema of the workflow's input. What JSON Schema cannot say, the workflow still refuses: a duration in
 * words that is under a millisecond or over 366 days, and a shortest interval above the longest.
 */
export function requestJsonSchema(comments: ReadonlyMap<string, DocComment>): JsonSchema {
  const schema = toJsonSchema(exportRequestSchema, {
    target: 'draft-2020-12',
    overrideSchema: ({ valibotSchema }) =>
      valibotSchema.type === 'custom' ? { $ref: '#/$defs/Duration' } : undefined,
    overrideAction: reservedKey,
  });
  const { $schema: _, ...request } = described(schema, { comments, name: 'ExportRequest' });
  return {
    $schema: dialect,
    title: 'ExportRequest',
    ...request,
    properties: { ...request.properties, customData: customData(request, comments) },
    oneOf: [{ required: ['exportBucketId'] }, { required: ['exportBucketName'] }],
    $defs: { Duration: duration(comments) },
  };
}

/** The one check that is code: it is asked what it refuses, so that another check is not taken for it. */
export function reservedKey({ valibotAction, jsonSchema }: OverrideActionContext): JsonSchema | undefined {
  if (valibotAction.type !== 'check') return undefined;
  const refuses = (key: string): boolean =>
    !('requirement' in valibotAction) ||
    typeof valibotAction.requirement !== 'function' ||
    valibotAction.requirement(key) !== true;
  if (!refuses(exportRequestIdKey) || refuses('owner')) {
    throw new Error('the request has a check that this generator does not know how to say in JSON Schema');
  }
  return { ...jsonSchema, not: { const: exportRequestIdKey } };
}

function customData(request: JsonSchema, comments: ReadonlyMap<string, DocComment>): JsonSchema {
  const list = request.properties?.['customData'];
  if (typeof list !== 'object' || typeof list.items !== 'object' || Array.isArray(list.items)) {
    throw new Error('customData is no list');
  }
  return { ...list, items: described(list.items, { comments, name: 'CustomDataEntry' }) };
}

/** `#/$defs/Duration`. */
export function duration(comments: ReadonlyMap<string, DocComment>): JsonSchema {
  const schema: JsonSchema = {
    anyOf: [
      { type: 'string', pattern: withoutCase(durationPattern) },
      { type: 'number', minimum: 1, maximum: durationMsMax },
    ],
    examples: ['30s', '5 minutes', '7 days', 60_000],
  };
  const { description = '', ...rest } = described(schema, { comments, name: 'Duration' });
  return { description: `${description} From 1 millisecond to ${durationText(durationMsMax)}.`, ...rest };
}

/** JSON Schema's patterns have no flags, so each letter that is not an escape's becomes a choice of two. */
export function withoutCase(pattern: RegExp): string {
  if (pattern.flags !== 'i') throw new Error(`no pattern without case: ${String(pattern)}`);
  return pattern.source.replaceAll(/\\.|[a-z]/gi, (part) =>
    part.startsWith('\\') ? part : `[${part.toLowerCase()}${part.toUpperCase()}]`,
  );
}
