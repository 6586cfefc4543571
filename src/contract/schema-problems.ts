import type * as v from 'valibot';
import { likelyName } from './nearest-name.ts';

/** One thing wrong with a request. */
export interface InputProblem {
  /** Where: `polling.minInterval`, `customData[2].key`, or empty for the request as a whole. */
  readonly path: string;
  /** What is wrong, in words. */
  readonly message: string;
}

/** Problems of its shape that a refusal names, so that no input makes it long. */
const problemsMax = 50;

interface Shape {
  readonly schema: unknown;
  /** `"an export request"`: what an unknown field is no field of. */
  readonly what: string;
}

/** What a schema of strict objects found wrong, each problem with its path; 50 at most. */
export function shapeProblems(issues: readonly v.BaseIssue<unknown>[], shape: Shape): InputProblem[] {
  return issues.flatMap((issue) => problemsOfIssue(issue, shape)).slice(0, problemsMax);
}

/** What a refused request fails with: one problem in the same line, several in one line each. */
export function invalidRequestText(problems: readonly InputProblem[], what = 'export request'): string {
  const [separator, between] = problems.length === 1 ? [' ', ''] : ['\n- ', '\n- '];
  return `Invalid ${what}:${separator}${problems.map(problemText).join(between)}`;
}

/** Every problem in one line. */
export function problemsText(problems: readonly InputProblem[]): string {
  return problems.map(problemText).join('; ');
}

function problemText({ path, message }: InputProblem): string {
  return path === '' ? message : `${path}: ${message}`;
}

function problemsOfIssue(issue: v.BaseIssue<unknown>, shape: Shape): InputProblem[] {
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return unknownFields(issue.path ?? [], shape);
  const message = issue.received === 'undefined' ? 'is required' : issue.message;
  return [{ path: pathText(issue.path ?? []), message }];
}

/** Every field that an object should not have: valibot stops at its first. `path` leads to that one. */
function unknownFields(path: readonly v.IssuePathItem[], { schema, what }: Shape): InputProblem[] {
  const within = path.slice(0, -1);
  const known = fieldsAt(
    schema,
    within.map(({ key }) => key),
  );
  const unknown = Object.keys(path.at(-1)?.input ?? {}).filter((name) => !known.includes(name));
  const place = within.length === 0 ? what : pathText(within);
  return unknown.slice(0, problemsMax).map((name) => {
    const likely = likelyName(name, known);
    const hint =
      likely === undefined
        ? `known are: ${known.join(', ')}`
        : `did you mean ${pathText([...within, { key: likely }])}?`;
    return { path: pathText([...within, { key: name }]), message: `is not a field of ${place} (${hint})` };
  });
}

function pathText(path: readonly { readonly key?: unknown }[]): string {
  let text = '';
  for (const { key } of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += text === '' ? String(key) : `.${String(key)}`;
  }
  return text.slice(0, 200);
}

/** The names of the fields that an object may have at a path: `[]`, `['polling']`, `['customData', 2]`. */
function fieldsAt(schema: unknown, path: readonly unknown[]): string[] {
  return Object.keys(entriesOf(path.reduce<unknown>((at, key) => schemaOf(at, key), schema)));
}

function schemaOf(schema: unknown, key: unknown): unknown {
  if (typeof key === 'string') return entriesOf(schema)[key];
  const list = required(schema);
  return typeof list === 'object' && list !== null && 'item' in list ? list.item : undefined;
}

function entriesOf(schema: unknown): Readonly<Record<string, unknown>> {
  const object = required(schema);
  if (typeof object !== 'object' || object === null || !('entries' in object)) return {};
  return { ...(typeof object.entries === 'object' ? object.entries : {}) };
}

/** An optional schema's own. */
function required(schema: unknown): unknown {
  return typeof schema === 'object' && schema !== null && 'wrapped' in schema ? schema.wrapped : schema;
}
