import type { JsonSchema } from '@valibot/to-json-schema';

/** A type that other languages can say, read from our JSON Schemas. */
export type FieldType =
  | { readonly kind: 'string' | 'integer' | 'number' | 'boolean' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'either'; readonly types: readonly FieldType[] }
  | { readonly kind: 'list'; readonly items: FieldType }
  | { readonly kind: 'named'; readonly name: string };

export interface Field {
  /** As JSON has it. */
  readonly name: string;
  readonly description: string | undefined;
  readonly required: boolean;
  readonly type: FieldType;
}

export interface NamedType {
  readonly name: string;
  readonly description: string | undefined;
  /** An object's fields, or what else the name stands for. */
  readonly is: { readonly fields: readonly Field[] } | { readonly type: FieldType };
}

/** Every type that the schemas name, one that is used before the one that uses it. */
export function namedTypes(schemas: Iterable<JsonSchema>): NamedType[] {
  const types = new Map<string, NamedType>();
  const add = (name: string, schema: JsonSchema): void => {
    if (types.has(name)) return;
    const is =
      schema.properties === undefined
        ? { type: fieldType(schema, { name, add }) }
        : { fields: fields(schema, { name, add }) };
    types.set(name, { name, description: schema.description, is });
  };
  for (const schema of schemas) {
    const definitions = new Map(Object.entries(schema.$defs ?? {}));
    // A part may refer to another that comes later in the alphabet.
    const addPart = (name: string, part: JsonSchema): void => {
      for (const used of referredTo(part)) {
        const definition = definitions.get(used);
        if (typeof definition === 'object' && used !== name && !types.has(used)) addPart(used, definition);
      }
      add(name, part);
    };
    if (schema.title === undefined) throw new Error(`a schema without a title: ${JSON.stringify(schema)}`);
    const { $defs: _, ...itself } = schema;
    addPart(schema.title, itself);
  }
  return [...types.values()];
}

interface Place {
  /** Of the type that this is a part of. */
  readonly name: string;
  /** Takes up a type that has no name of its own in the schema. */
  readonly add: (name: string, schema: JsonSchema) => void;
}

function fields(schema: JsonSchema, { name, add }: Place): Field[] {
  return Object.entries(schema.properties ?? {}).map(([field, property]): Field => {
    if (typeof property === 'boolean') throw new Error(`${name}.${field} has no type`);
    return {
      name: field,
      description: property.description,
      required: schema.required?.includes(field) ?? false,
      type: fieldType(property, { name: name + capitalised(field), add }),
    };
  });
}

function fieldType(schema: JsonSchema, place: Place): FieldType {
  const { $ref: reference, const: only, anyOf: either, items, type } = schema;
  const values = typeof only === 'string' ? [only] : schema.enum;
  if (reference !== undefined) return { kind: 'named', name: partName(reference) };
  if (values !== undefined) return { kind: 'choice', values: values.map(String) };
  if (either !== undefined) {
    const types = either.flatMap((each) => (typeof each === 'boolean' ? [] : [fieldType(each, place)]));
    return { kind: 'either', types };
  }
  if (type === 'array' && typeof items === 'object' && !Array.isArray(items)) {
    return { kind: 'list', items: fieldType(items, place) };
  }
  if (type === 'object') {
    place.add(place.name, schema);
    return { kind: 'named', name: place.name };
  }
  if (type === 'string' || type === 'integer' || type === 'number' || type === 'boolean') {
    return { kind: type };
  }
  throw new Error(`${place.name}: no other language is told this: ${JSON.stringify(schema)}`);
}

function referredTo(schema: JsonSchema): string[] {
  return [...JSON.stringify(schema).matchAll(/"(?<reference>#\/\$defs\/\w+)"/g)].map(({ groups }) =>
    partName(groups?.['reference'] ?? ''),
  );
}

function partName(reference: string): string {
  return reference.replace('#/$defs/', '');
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Words in lines of this many characters at most, each behind `prefix`. */
export function wrapped(text: string, { prefix, widthMax }: { prefix: string; widthMax: number }): string[] {
  const lines: string[] = [];
  let line = prefix.trimEnd();
  for (const word of text.split(/\s+/)) {
    const longer = line === prefix.trimEnd() ? prefix + word : `${line} ${word}`;
    if (longer.length <= widthMax || line === prefix.trimEnd()) {
      line = longer;
    } else {
      lines.push(line);
      line = prefix + word;
    }
  }
  return [...lines, line];
}
