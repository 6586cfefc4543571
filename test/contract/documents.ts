import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import {
  deliverWebhookWorkflow,
  exportSnapshotWorkflow,
  keepExportedWorkflow,
  trackComponentWorkflow,
} from '../../src/contract/index.ts';

/** The JSON Schemas of what the workflows answer. */
export type DocumentName =
  | 'export-result'
  | 'export-status'
  | 'component-status'
  | 'export-failure-details'
  | 'export-failure-type'
  | 'webhook-event'
  | 'keep-exported-result'
  | 'keep-exported-status';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

const ajv = new Ajv2020({ allErrors: true, strict: true });
const compiled = new Map<DocumentName, ValidateFunction>();

/**
 * Fails unless the value, as it goes over the wire, is what its JSON Schema in docs/schema/ says. Stricter than
 * the schema: a field that it does not name is refused, so that none is answered without being documented.
 */
export function assertDocument(name: DocumentName, value: unknown): void {
  const matches = compiled.get(name) ?? compile(name);
  const sent: unknown = JSON.parse(JSON.stringify(value));
  assert.ok(
    matches(sent),
    `docs/schema/${name}.schema.json does not describe this: ${ajv.errorsText(matches.errors)}\n${JSON.stringify(sent, undefined, 2)}`,
  );
}

interface AnswersOf {
  readonly result: DocumentName;
  readonly status: DocumentName;
  /** Whether it ends with failures that are documented. */
  readonly fails: boolean;
}

const namesOf: ReadonlyMap<string, AnswersOf> = new Map([
  [exportSnapshotWorkflow, { result: 'export-result', status: 'export-status', fails: true }],
  [trackComponentWorkflow, { result: 'component-status', status: 'component-status', fails: false }],
  [keepExportedWorkflow, { result: 'keep-exported-result', status: 'keep-exported-status', fails: true }],
]);

/** The name of the schema of what a query for its status answers; by its fields, since a query does not say of what. */
export function statusDocumentName(answer: unknown): DocumentName {
  return typeof answer === 'object' && answer !== null && 'totals' in answer
    ? 'keep-exported-status'
    : 'export-status';
}

/**
 * Checks every result, failure and update's answer in a history of one of our workflows, and what a webhook is told;
 * returns how many.
 */
export function assertDocumentsOf(history: History): number {
  const events = history.events ?? [];
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  const type = started?.workflowType?.name;
  if (type === deliverWebhookWorkflow) return assertToldEvent(decoded(started?.input?.payloads?.[0]));
  const names = namesOf.get(type ?? '');
  if (names === undefined) return 0;
  let count = 0;
  const check = (name: DocumentName, payloads: readonly Payload[] | null | undefined): void => {
    assertDocument(name, decoded(payloads?.[0]));
    count += 1;
  };
  for (const event of events) {
    const result = event.workflowExecutionCompletedEventAttributes?.result;
    if (result) check(names.result, result.payloads);
    const child = event.childWorkflowExecutionCompletedEventAttributes;
    const childNames = namesOf.get(child?.workflowType?.name ?? '');
    if (childNames !== undefined) check(childNames.result, child?.result?.payloads);
    const update = event.workflowExecutionUpdateCompletedEventAttributes?.outcome?.success;
    if (update) check(names.status, update.payloads);
    const failure = event.workflowExecutionFailedEventAttributes?.failure?.applicationFailureInfo;
    if (failure && names.fails) {
      assertDocument('export-failure-type', failure.type);
      check('export-failure-details', failure.details?.payloads);
    }
  }
  return count;
}

function assertToldEvent(input: unknown): number {
  assert.ok(typeof input === 'object' && input !== null && 'event' in input, 'nothing is told');
  assertDocument('webhook-event', input.event);
  return 1;
}

function decoded(payload: Payload | undefined): unknown {
  assert.ok(payload !== undefined, 'there is no document where one belongs');
  return defaultPayloadConverter.fromPayload<unknown>(payload);
}

function compile(name: DocumentName): ValidateFunction {
  const url = new URL(`../../../docs/schema/${name}.schema.json`, import.meta.url);
  const schema: unknown = JSON.parse(readFileSync(url, 'utf8'), closed);
  assert.ok(typeof schema === 'object' && schema !== null);
  const matches = ajv.compile(schema);
  compiled.set(name, matches);
  return matches;
}

function closed(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('type' in value) || value.type !== 'object')
    return value;
  return { ...value, additionalProperties: false };
}
