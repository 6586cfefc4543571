import { settingNameOf } from '../contract/setting-name.ts';
import type { Environment } from './environment.ts';
import type { SettingsProblem } from './settings-error.ts';

/** Between a variable and the name of what it belongs to: `MONGODB_ATLAS_CLIENT_ID__TEAM_A` is of `team-a`. */
export const nameSeparator = '__';

/** A variable that belongs to something with a name, taken apart. */
interface NamedVariable {
  readonly variable: string;
  /** Without the name: `MONGODB_ATLAS_CLIENT_ID`. */
  readonly base: string;
  /** As requests write it: `team-a`. Undefined where the suffix can be no name. */
  readonly name: string | undefined;
}

export interface NamedVariablesOptions {
  readonly prefix: string;
  /** The variables that may have a name, without one. */
  readonly bases: readonly string[];
  /** What may not be given a name, since it is taken. */
  readonly reserved?: string;
}

/**
 * The names that the environment has variables for, sorted. What starts with the prefix, has a separator and still
 * is no variable of a name goes into `problems`.
 */
export function namesOfVariables(
  environment: Environment,
  options: NamedVariablesOptions,
  problems: SettingsProblem[],
): string[] {
  const names = new Set<string>();
  for (const { variable, base, name } of namedVariables(environment, options.prefix)) {
    const shown = variable.slice(0, 100);
    if (!options.bases.includes(base)) {
      const expected = options.bases.map((known) => `${known}${nameSeparator}<NAME>`).join(', ');
      problems.push({ name: shown, wrong: 'is not a setting', expected: `one of ${expected}` });
    } else if (name === undefined || name === options.reserved) {
      problems.push({
        name: shown,
        wrong: name === undefined ? 'ends with no name' : 'is the name of what has no name',
        expected: `capital letters and digits in words joined by single underscores after the "${nameSeparator}", 40 characters at most`,
      });
    } else {
      names.add(name);
    }
  }
  return [...names].sort();
}

/** A variable of a name: `MONGODB_ATLAS_CLIENT_ID` of `team-a` is `MONGODB_ATLAS_CLIENT_ID__TEAM_A`. */
export function variableOf(base: string, name: string): string {
  return `${base}${nameSeparator}${name.toUpperCase().replaceAll('-', '_')}`;
}

function namedVariables(environment: Environment, prefix: string): NamedVariable[] {
  return Object.keys(environment).flatMap((variable) => {
    const at = variable.indexOf(nameSeparator);
    // Handed on empty by docker compose and Kubernetes: not set.
    if (at < 0 || !variable.startsWith(prefix) || environment[variable] === '') return [];
    const suffix = variable.slice(at + nameSeparator.length);
    return [{ variable, base: variable.slice(0, at), name: nameOfSuffix(suffix) }];
  });
}

function nameOfSuffix(suffix: string): string | undefined {
  return suffix === suffix.toUpperCase()
    ? settingNameOf(suffix.toLowerCase().replaceAll('_', '-'))
    : undefined;
}
