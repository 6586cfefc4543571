import * as v from 'valibot';
import type { HttpAnswer } from './body.ts';
import { parseJsonText } from './json-text.ts';
import { errorFromAnswer, errorFromUnusableBody } from './response-error.ts';
import type { ErrorContext } from './response-error.ts';

/**
 * Reads a success as the document it should be.
 *
 * @throws {AtlasError} the mapped error when the answer is no success or no such document.
 */
export function readDocument<Output>(
  answer: HttpAnswer,
  schema: v.GenericSchema<unknown, Output>,
  context: ErrorContext,
): Output {
  if (answer.status < 200 || answer.status > 299) throw errorFromAnswer(answer, context);
  if (answer.bodyProblem !== undefined) throw errorFromUnusableBody(answer, answer.bodyProblem, context);
  let document: unknown;
  try {
    document = parseJsonText(answer.text);
  } catch {
    const problem = answer.text.trim() === '' ? 'the body is empty' : 'the body is not JSON';
    throw errorFromUnusableBody(answer, problem, context);
  }
  const result = v.safeParse(schema, document);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? 'the document';
  throw errorFromUnusableBody(answer, `${path} should be ${issue.expected ?? 'something else'}`, context);
}
