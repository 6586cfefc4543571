import type { JsonSchema } from '@valibot/to-json-schema';
import type { DocComment } from './doc-comments.ts';

export const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** A schema of an object, with what the comments of the TypeScript type say about it and its fields. */
export function described(
  schema: JsonSchema,
  { comments, name }: { comments: ReadonlyMap<string, DocComment>; name: string },
): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const [field, property] of Object.entries(schema.properties ?? {})) {
    if (typeof property === 'boolean') continue;
    properties[field] = described(property, { comments, name: `${name}.${field}` });
  }
  return {
    ...annotations(schema, { comments, name }),
    ...schema,
    ...(schema.properties === undefined ? {} : { properties }),
  };
}

function annotations(
  schema: JsonSchema,
  { comments, name }: { comments: ReadonlyMap<string, DocComment>; name: string },
): JsonSchema {
  const comment = comments.get(name);
  const fallback = comment?.default === undefined ? undefined : jsonValue(comment.default);
  const sentences = [
    comment?.text ?? '',
    comment?.default !== undefined && fallback === undefined ? `Default: ${comment.default}.` : '',
    ...choices(schema, { comments, name }),
  ].filter((sentence) => sentence !== '');
  return {
    ...(sentences.length === 0 ? {} : { description: sentences.join(' ') }),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
}

/** What each of a list of strings means, where the type says so. */
function choices(
  schema: JsonSchema,
  { comments, name }: { comments: ReadonlyMap<string, DocComment>; name: string },
): string[] {
  return (schema.enum ?? []).flatMap((choice) => {
    if (typeof choice !== 'string') return [];
    const meaning = comments.get(`${name}.${choice}`);
    return meaning === undefined ? [] : [`\`${choice}\`: ${meaning.text}`];
  });
}

/** What a `@default` says, where it is a value and not words. */
function jsonValue(text: string): string | number | boolean | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}
