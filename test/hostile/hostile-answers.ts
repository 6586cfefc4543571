/** Answers of activities as a worker of another release, or a broken one, may give them. */
import * as fc from 'fast-check';
import { hostileDocument, hostileJson } from './hostile-values.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Something else than `answer`, the same with fields changed, or the same with fields changed of a document in it, as
 * it arrives: JSON that was parsed.
 */
export function hostileAnswer(answer: Fields): fc.Arbitrary<unknown> {
  const inner = Object.entries(answer).flatMap(([name, value]): fc.Arbitrary<unknown>[] => {
    const [document] = documentsOf(value);
    if (document === undefined) return [];
    const changed = parsedDocument(document);
    return [changed.map((each) => ({ ...answer, [name]: Array.isArray(value) ? [each] : each }))];
  });
  return fc.oneof(
    { weight: 1, arbitrary: hostileJson() },
    { weight: 3, arbitrary: parsedDocument(answer) },
    ...inner.map((arbitrary) => ({ weight: 3, arbitrary })),
  );
}

function documentsOf(value: unknown): Fields[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter(isFields);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsedDocument(document: Fields): fc.Arbitrary<unknown> {
  return hostileDocument(document).map((text): unknown => JSON.parse(text));
}
