import { wrapped, type Field, type FieldType, type NamedType } from './schema-types.ts';

const widthMax = 100;

/** A Python module that says the types: a `TypedDict` for an object, with the keys that JSON has. */
export function pythonTypes(types: readonly NamedType[]): string {
  return `"""What the workflow takes and answers, as Python types.

Made from the JSON Schemas in docs/schema/ of atlas-export-worker: do not change it by hand.
"""

from typing import Literal, NotRequired, TypeAlias, TypedDict
${types.map(typeText).join('')}`;
}

function typeText({ name, description = '', is }: NamedType): string {
  const lines =
    'type' in is
      ? [
          ...(description === '' ? [] : wrapped(description, { prefix: '# ', widthMax })),
          ...aliasLines(name, is.type),
        ]
      : [`class ${name}(TypedDict):`, ...docstring(description), ...is.fields.flatMap(fieldLines)];
  return `\n\n${lines.join('\n')}\n`;
}

/** A long choice is written one word a line, as Python's formatters do. */
function aliasLines(name: string, type: FieldType): string[] {
  const line = `${name}: TypeAlias = ${hint(type)}`;
  if (line.length <= widthMax || type.kind !== 'choice') return [line];
  const words = type.values.map((value) => `    ${JSON.stringify(value)},`);
  return [`${name}: TypeAlias = Literal[`, ...words, ']'];
}

function docstring(description: string): string[] {
  if (description === '') return [];
  const [first = '', ...rest] = wrapped(description, { prefix: '    ', widthMax: widthMax - 6 });
  const opened = `    """${first.trimStart()}`;
  return rest.length === 0 ? [`${opened}"""`, ''] : [opened, ...rest, '    """', ''];
}

function fieldLines({ name, description, required, type }: Field): string[] {
  const comment = description === undefined ? [] : wrapped(description, { prefix: '    # ', widthMax });
  return [...comment, `    ${name}: ${required ? hint(type) : `NotRequired[${hint(type)}]`}`];
}

function hint(type: FieldType): string {
  switch (type.kind) {
    case 'string':
      return 'str';
    case 'integer':
      return 'int';
    case 'number':
      return 'float';
    case 'boolean':
      return 'bool';
    case 'choice':
      return `Literal[${type.values.map((value) => JSON.stringify(value)).join(', ')}]`;
    case 'either':
      return type.types.map(hint).join(' | ');
    case 'list':
      return `list[${hint(type.items)}]`;
    case 'named':
      return type.name;
  }
}
