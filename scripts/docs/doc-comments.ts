/** What a documentation comment says. */
export interface DocComment {
  readonly text: string;
  /** After `@default`, as written. */
  readonly default?: string;
}

const declaration = /^export (?:interface|type|const) (?<name>\w+)/;
const field = /^\s*readonly (?<name>\w+)\??:/;
const listed = /^\s*(?:\| )?'(?<name>\w+)'[,;]?$/;

/**
 * The documentation comments of a TypeScript file, by the name of what they stand above: `ExportRequest`,
 * `ExportRequest.polling.preset` for a field, `ExportPhase.waiting` for one of a type's or a list's strings.
 * Takes the project's own files as prettier leaves them, not any TypeScript.
 */
export function docComments(source: string): Map<string, DocComment> {
  const comments = new Map<string, DocComment>();
  let scope: string[] = [];
  let pending: string[] | undefined;
  let open = false;
  for (const line of source.split('\n')) {
    const trimmed = line.trim();
    if (open || trimmed.startsWith('/**')) {
      pending = open ? [...(pending ?? []), trimmed] : [trimmed];
      open = !trimmed.endsWith('*/');
      continue;
    }
    const declared = declaration.exec(line)?.groups?.['name'];
    const inside = field.exec(line)?.groups?.['name'] ?? listed.exec(line)?.groups?.['name'];
    if (declared !== undefined) scope = [declared];
    else if (inside !== undefined) scope = [...scope, inside];
    if (pending !== undefined && (declared ?? inside) !== undefined) {
      comments.set(scope.join('.'), docComment(pending));
    }
    const opensBlock = inside !== undefined && trimmed.endsWith('{');
    if (inside !== undefined && !opensBlock) scope = scope.slice(0, -1);
    if (/^\}[;,]?$/.test(trimmed)) scope = scope.slice(0, -1);
    if (trimmed !== '') pending = undefined;
  }
  return comments;
}

function docComment(lines: readonly string[]): DocComment {
  const all = lines
    .map((line) =>
      line
        .replace(/^\/\*\*/, '')
        .replace(/\*\/$/, '')
        .replace(/^\* ?/, '')
        .trim(),
    )
    .filter((line) => line !== '')
    .join(' ')
    .replaceAll(/\{@link (?:\w+\.)?(?<name>\w+)\}/g, '`$<name>`');
  const [text = '', fallback] = all.split('@default');
  return fallback === undefined ? { text: text.trim() } : { text: text.trim(), default: fallback.trim() };
}
