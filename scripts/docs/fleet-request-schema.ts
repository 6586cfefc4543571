import { toJsonSchema, type JsonSchema, type OverrideActionContext } from '@valibot/to-json-schema';
import { datePattern, durationPattern, keepExportedRequestSchema } from '../../src/contract/index.ts';
import type { DocComment } from './doc-comments.ts';
import { described, dialect } from './json-schema.ts';
import { duration, reservedKey, withoutCase } from './request-schema.ts';

type Comments = ReadonlyMap<string, DocComment>;

/**
 * JSON Schema of what `keepExported` takes. What JSON Schema cannot say, the workflow still refuses: a project or a
 * cluster that is named twice, a day that the calendar does not have, durations out of bounds.
 */
export function fleetRequestJsonSchema(comments: Comments): JsonSchema {
  const { $schema: _, ...schema } = toJsonSchema(keepExportedRequestSchema, {
    target: 'draft-2020-12',
    overrideSchema: ({ valibotSchema }) =>
      valibotSchema.type === 'custom' ? { $ref: '#/$defs/Duration' } : undefined,
    overrideAction: (context) => since(context) ?? reservedKey(context),
  });
  const request = described(schema, { comments, name: 'KeepExportedRequest' });
  const { projects, exports } = propertiesOf(request);
  return {
    $schema: dialect,
    title: 'KeepExportedRequest',
    ...request,
    properties: {
      ...request.properties,
      projects: { ...projects, items: project(itemsOf(projects), comments) },
      exports: exportOptions(exports, comments),
    },
    anyOf: [
      { required: ['exportBucketName'] },
      {
        properties: {
          projects: {
            type: 'array',
            items: { type: 'object', anyOf: oneBucket.map((name) => ({ required: [name] })) },
          },
        },
      },
    ],
    $defs: { Duration: duration(comments) },
  };
}

const oneBucket = ['exportBucketId', 'exportBucketName'];

/** The check of a moment is code: it is asked what it takes, so that another check is not taken for it. */
function since({ valibotAction, jsonSchema }: OverrideActionContext): JsonSchema | undefined {
  if (valibotAction.type !== 'check' || !('requirement' in valibotAction)) return undefined;
  const { requirement } = valibotAction;
  if (typeof requirement !== 'function') return undefined;
  const takes = (text: string): boolean => requirement(text) === true;
  if (!takes('2026-01-01') || !takes('90 days') || takes('owner')) return undefined;
  return {
    ...jsonSchema,
    pattern: `${datePattern.source}|${withoutCase(durationPattern)}`,
    examples: ['2026-01-01', '90 days'],
  };
}

function project(schema: JsonSchema, comments: Comments): JsonSchema {
  return { ...described(schema, { comments, name: 'FleetProject' }), not: { required: oneBucket } };
}

/** With what the request of one export says of the same fields. */
function exportOptions(schema: JsonSchema | undefined, comments: Comments): JsonSchema {
  const options = described(schema ?? {}, { comments, name: 'FleetExportOptions' });
  const { polling, customData } = propertiesOf(options);
  return {
    ...options,
    properties: {
      ...options.properties,
      polling: described(polling ?? {}, { comments, name: 'ExportRequest.polling' }),
      customData: {
        ...customData,
        items: described(itemsOf(customData), { comments, name: 'CustomDataEntry' }),
      },
    },
  };
}

function propertiesOf(schema: JsonSchema): Record<string, JsonSchema | undefined> {
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).flatMap(([name, each]) =>
      typeof each === 'boolean' ? [] : [[name, each]],
    ),
  );
}

function itemsOf(schema: JsonSchema | undefined): JsonSchema {
  const items = schema?.items;
  if (typeof items !== 'object' || Array.isArray(items)) throw new Error('this is no list');
  return items;
}
