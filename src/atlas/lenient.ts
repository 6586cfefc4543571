import * as v from 'valibot';

/*
 * Atlas's documents are read for what we need of them. A field we can do without that is missing, null or
 * of another type becomes absent, so that a change at Atlas never makes a whole export job unreadable.
 */

const fallbackAbsent = <Schema extends v.GenericSchema>(
  schema: Schema,
): v.SchemaWithFallback<v.OptionalSchema<Schema, undefined>, undefined> =>
  v.fallback(v.optional(schema), undefined);

/** Longer than anything Atlas writes (a prefix is at most an object key, 1,024 bytes); what is read goes into histories. */
const CHARACTERS_MAX = 10_000;

export const boundedString = v.pipe(v.string(), v.maxLength(CHARACTERS_MAX));

export const lenientString = fallbackAbsent(boundedString);

/** An id, which is sent back as a part of a path: only what may stand there as it is, and bounded. */
export const pathId = v.pipe(v.string(), v.regex(/^(?!\.{1,2}$)[\w.~-]{1,100}$/));
export const lenientBoolean = fallbackAbsent(v.boolean());
/** A count or a size: whole and not negative. */
export const lenientCount = fallbackAbsent(v.pipe(v.number(), v.safeInteger(), v.minValue(0)));

/** An object, or absent when it is none or lacks what `schema` requires. */
export const lenient = fallbackAbsent;

/** A list that leaves out the items it cannot read; absent when it is no list. */
export function lenientList<Schema extends v.GenericSchema>(
  item: Schema,
): v.GenericSchema<unknown, v.InferOutput<Schema>[] | undefined> {
  const list = v.pipe(
    v.array(v.unknown()),
    v.transform((items) =>
      items.flatMap((candidate): v.InferOutput<Schema>[] => {
        const result = v.safeParse(item, candidate);
        return result.success ? [result.output] : [];
      }),
    ),
  );
  return fallbackAbsent(list);
}

type Present<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

/** The same object without the keys whose value is undefined: absent is absent. */
export function present<T extends object>(document: T): Present<T>;
export function present(document: object): object {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== undefined));
}

/** `value` in the spelling of `known` when it differs only in case; as it is when it is none of them. */
export function canonicalCase(value: string, known: readonly string[]): string {
  return known.find((candidate) => candidate.toLowerCase() === value.toLowerCase()) ?? value;
}
