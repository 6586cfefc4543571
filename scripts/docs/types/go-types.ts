import { capitalised, wrapped, type Field, type FieldType, type NamedType } from './schema-types.ts';

const widthMax = 100;

/** A Go file that says the types, as gofmt leaves it: a struct for an object, its keys in the tags. */
export function goTypes(types: readonly NamedType[]): string {
  const structs = new Set(types.flatMap(({ name, is }) => ('fields' in is ? [name] : [])));
  return `// Code generated from the JSON Schemas in docs/schema/ of atlas-export-worker; DO NOT EDIT.

package main
${types.map((type) => typeText(type, structs)).join('')}`;
}

function typeText({ name, description = '', is }: NamedType, structs: ReadonlySet<string>): string {
  const comment = wrapped(`${name}: ${description}`, { prefix: '// ', widthMax });
  const head = description === '' ? [''] : ['', ...comment];
  if ('fields' in is) {
    return [
      ...head,
      `type ${name} struct {`,
      ...aligned(is.fields.map((field) => fieldRow(field, structs))),
      '}',
      '',
    ].join('\n');
  }
  if (is.type.kind !== 'choice') return [...head, `type ${name} ${goType(is.type)}`, ''].join('\n');
  const constants = is.type.values.map((value): Row => ({
    comment: [],
    cells: [name + capitalised(value), name, `= ${JSON.stringify(value)}`],
  }));
  return [...head, `type ${name} string`, '', 'const (', ...aligned(constants), ')', ''].join('\n');
}

interface Row {
  readonly comment: readonly string[];
  readonly cells: readonly [name: string, type: string, rest: string];
}

function fieldRow({ name, description, required, type }: Field, structs: ReadonlySet<string>): Row {
  const comment = description === undefined ? [] : wrapped(description, { prefix: '\t// ', widthMax });
  // A pointer where Go's zero value would mean something: 0, false, an object without fields.
  const isMeaningful =
    type.kind === 'named'
      ? structs.has(type.name)
      : type.kind === 'integer' || type.kind === 'number' || type.kind === 'boolean';
  const isPointer = !required && isMeaningful;
  const tag = required ? name : `${name},omitempty`;
  return {
    comment,
    cells: [fieldName(name), `${isPointer ? '*' : ''}${goType(type)}`, `\`json:"${tag}"\``],
  };
}

/** gofmt lines up names, types and tags of lines that follow each other without a comment between. */
function aligned(rows: readonly Row[]): string[] {
  const blocks: Row[][] = [];
  for (const row of rows) {
    const last = blocks.at(-1);
    if (last === undefined || row.comment.length > 0) blocks.push([row]);
    else last.push(row);
  }
  return blocks.flatMap((block) => {
    const width = (cell: 0 | 1): number => Math.max(...block.map(({ cells }) => cells[cell].length));
    return block.flatMap(({ comment, cells: [name, type, rest] }) => [
      ...comment,
      `\t${name.padEnd(width(0))} ${type.padEnd(width(1))} ${rest}`,
    ]);
  });
}

/** `groupId` → `GroupID`. */
function fieldName(name: string): string {
  return capitalised(name).replace(/Id$/, 'ID');
}

function goType(type: FieldType): string {
  switch (type.kind) {
    case 'string':
    case 'choice':
      return 'string';
    case 'integer':
      return 'int';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'either':
      return 'any';
    case 'list':
      return `[]${goType(type.items)}`;
    case 'named':
      return type.name;
  }
}
