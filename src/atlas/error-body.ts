import * as v from 'valibot';
import type { HttpAnswer } from './body.ts';
import { parseJsonText } from './json-text.ts';
import type { TextCleaner } from './redact.ts';

/** What an error answer's body turned out to be. Atlas's front end answers in HTML when Atlas is away. */
export type BodyKind = 'apiError' | 'html' | 'text' | 'empty';

export interface BodyExplanation {
  readonly kind: BodyKind;
  readonly errorCode?: string;
  readonly detail?: string;
}

const text = v.fallback(v.optional(v.string()), undefined);
const field = v.object({ field: v.string(), description: text });

/** Atlas's `ApiError`, and the `error_description` of OAuth (RFC 6749 §5.2). */
const apiError = v.object({
  errorCode: text,
  detail: text,
  reason: text,
  error_description: text,
  error: v.fallback(v.optional(v.union([v.string(), v.number()])), undefined),
  badRequestDetail: v.fallback(v.optional(v.object({ fields: v.array(field) })), undefined),
});

const FIELDS_SHOWN_MAX = 5;

/** What an error answer says of itself, cleaned for showing. */
export function explainBody(answer: HttpAnswer, clean: TextCleaner): BodyExplanation {
  const headerCode = headerText(answer.headers['x-error-code']);
  const code = headerCode === undefined ? {} : { errorCode: clean(headerCode) };
  if (answer.text.trim() === '') return { kind: 'empty', ...code };
  const document = parseApiError(answer.text);
  if (document !== undefined) return explainApiError(document, headerCode, clean);
  if (isHtml(answer)) return { kind: 'html', ...code, detail: explainHtml(answer.text, clean) };
  return { kind: 'text', ...code, detail: clean(answer.text) };
}

/** Whether an answer is a web page rather than a document of the API. */
export function isHtml(answer: HttpAnswer): boolean {
  const contentType = headerText(answer.headers['content-type']) ?? '';
  return (
    contentType.toLowerCase().startsWith('text/html') || /^\s*<(!doctype\s+html|html)\b/i.test(answer.text)
  );
}

/** "an HTML page", with its title when it has one. */
export function explainHtml(page: string, clean: TextCleaner): string {
  const title = /<title>([^<]{1,200})<\/title>/i.exec(page)?.[1];
  return title === undefined ? 'an HTML page' : `an HTML page titled "${clean(title)}"`;
}

function explainApiError(
  document: v.InferOutput<typeof apiError>,
  headerCode: string | undefined,
  clean: TextCleaner,
): BodyExplanation {
  const oauthCode = typeof document.error === 'string' ? document.error : undefined;
  const errorCode = document.errorCode ?? headerCode ?? oauthCode;
  const fields = (document.badRequestDetail?.fields ?? [])
    .slice(0, FIELDS_SHOWN_MAX)
    .map((item) => `${item.field}: ${item.description ?? 'invalid'}`);
  const explanation = document.detail ?? document.error_description ?? document.reason;
  const parts = [...(explanation === undefined ? [] : [explanation]), ...fields];
  return {
    kind: 'apiError',
    ...(errorCode === undefined ? {} : { errorCode: clean(errorCode) }),
    ...(parts.length === 0 ? {} : { detail: clean(parts.join('; ')) }),
  };
}

function parseApiError(body: string): v.InferOutput<typeof apiError> | undefined {
  let document: unknown;
  try {
    document = parseJsonText(body);
  } catch {
    return undefined;
  }
  const result = v.safeParse(apiError, document);
  return result.success ? result.output : undefined;
}

/** A header's only or first value. */
export function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
