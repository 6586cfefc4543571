import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Every file below a folder of the project, as paths from `root` with forward slashes, in order. */
export function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => normalize(join(entry.parentPath, entry.name)).slice(normalize(`${root}/`).length))
    .sort();
}

/** What a module imports, at run time or as types only, as written: `'./report.ts'`, `'node:fs'`. */
export function importsOf(source: string): string[] {
  const statement = /(?:^|[\n;])\s*(?:import|export)\b[^'"`;()]*?(?:from\s*)?['"](?<from>[^'"\n]+)['"]/g;
  const call = /\bimport\(\s*['"](?<called>[^'"\n]+)['"]\s*\)/g;
  return [
    ...Array.from(source.matchAll(statement), (match) => match.groups?.['from'] ?? ''),
    ...Array.from(source.matchAll(call), (match) => match.groups?.['called'] ?? ''),
  ];
}

export interface Reach {
  /** The project's own files, entries included. */
  readonly files: ReadonlySet<string>;
  /** Names of packages and Node's own modules. */
  readonly packages: ReadonlySet<string>;
}

/** Everything that the entries import, directly or by way of others. */
export function reachableFrom(root: string, entries: readonly string[]): Reach {
  const files = new Set(entries);
  const packages = new Set<string>();
  // What only reads like an import, such as an example of a wrong one in a test's text, leads nowhere.
  const addIfThere = (path: string): void => {
    if (existsSync(join(root, path))) files.add(path);
  };
  for (const file of files) {
    if (!file.endsWith('.ts')) continue;
    for (const imported of importsOf(readFileSync(join(root, file), 'utf8'))) {
      if (!imported.startsWith('.')) packages.add(packageOf(imported));
      else addIfThere(normalize(join(dirname(file), imported)));
    }
  }
  return { files, packages };
}

/** `@temporalio/common/lib/time` → `@temporalio/common`. */
export function packageOf(imported: string): string {
  return imported.split('/', imported.startsWith('@') ? 2 : 1).join('/');
}
