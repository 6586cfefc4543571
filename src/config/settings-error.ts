/** One thing wrong with the environment. */
export interface SettingsProblem {
  /** The variable, or the variables that do not go together. */
  readonly name: string;
  /** What is wrong, as the end of a sentence: `is missing`, `is "abc"`. Never the value of a secret. */
  readonly wrong: string;
  /** What would be right. */
  readonly expected: string;
}

/** Thrown by `readSettings` with everything that is wrong, once. Match on `code`. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'SETTINGS_INVALID';
  readonly problems: readonly SettingsProblem[];

  constructor(problems: readonly SettingsProblem[]) {
    const count = problems.length === 1 ? '1 setting is wrong' : `${problems.length} settings are wrong`;
    const lines = problems.map(({ name, wrong, expected }) => `  ${name} ${wrong}; expected ${expected}`);
    super([`${count}:`, ...lines].join('\n'));
    this.problems = problems;
  }
}

/** A wrong value as a problem shows it: quoted, on one line, cut short. Not for secrets. */
export function quoted(value: string): string {
  const shown = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  return JSON.stringify(shown);
}
