/** Checks responses against simulator/openapi.json: declared status, declared content type, and the schema of both. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { HttpResponse } from './atlas-http.ts';
import { objectOf } from './atlas-http.ts';

export interface DeclaredOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly statuses: readonly string[];
}

const document = objectOf(
  JSON.parse(readFileSync(new URL('../../../simulator/openapi.json', import.meta.url), 'utf8')),
);

/** Forbids members that the document does not name, so that a misspelt one is noticed. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([name, value]) => [name, closed(value)] as const);
  const open = 'properties' in schema && !('additionalProperties' in schema);
  return { ...Object.fromEntries(entries), ...(open ? { additionalProperties: false } : {}) };
}

const ajv = new Ajv({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ components: closed(document['components']) }, 'openapi');
const compiled = new Map<string, ValidateFunction>();

function validate(schema: unknown, body: unknown, what: string): void {
  const text = JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components');
  const validator = compiled.get(text) ?? ajv.compile(objectOf(JSON.parse(text)));
  compiled.set(text, validator);
  const valid = validator(body);
  assert.ok(valid, `${what}: ${ajv.errorsText(validator.errors)}\n${JSON.stringify(body)}`);
}

function member(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (inner === undefined ? undefined : objectOf(inner)[name]),
    value,
  );
}

export const DECLARED_OPERATIONS: readonly DeclaredOperation[] = Object.entries(
  objectOf(document['paths']),
).flatMap(([path, item]) =>
  Object.entries(objectOf(item))
    .filter(([method]) => ['get', 'post', 'patch'].includes(method))
    .map(([method, operation]) => ({
      operationId: String(member(operation, 'operationId')),
      method: method.toUpperCase(),
      path,
      statuses: Object.keys(objectOf(member(operation, 'responses'))),
    })),
);

function declaredResponse(operation: DeclaredOperation, status: number): unknown {
  const response = member(
    document,
    'paths',
    operation.path,
    operation.method.toLowerCase(),
    'responses',
    String(status),
  );
  const reference = response === undefined ? undefined : member(response, '$ref');
  if (typeof reference !== 'string') return response;
  return member(document, ...reference.slice(2).split('/'));
}

export function checkAgainstSchema(name: string, body: unknown): void {
  validate({ $ref: `#/components/schemas/${name}` }, body, name);
}

/** Throws unless the document declares the response and the body is as it says. */
export function checkResponse(operation: DeclaredOperation, response: HttpResponse): void {
  const what = `${operation.operationId} ${response.status}`;
  const declared = declaredResponse(operation, response.status);
  assert.ok(declared, `${what}: a status that openapi.json does not declare`);
  const contentType = (response.headers['content-type'] ?? '').split(';')[0] ?? '';
  const content = member(declared, 'content', contentType);
  assert.ok(content, `${what}: content type ${contentType} is not declared`);
  validate(member(content, 'schema'), response.json, what);
  if (response.status >= 400) {
    assert.equal(member(response.json, 'error'), response.status, `${what}: "error" is not the status`);
  }
}

/** For statuses that are not declared for an operation: the error document in plain JSON. */
export function checkProblem(response: HttpResponse): void {
  assert.equal(response.headers['content-type'], 'application/json');
  checkAgainstSchema('ApiError', response.json);
}
