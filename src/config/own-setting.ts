import { valueOf, type Environment } from './environment.ts';
import { quoted, type SettingsProblem } from './settings-error.ts';

/** Every variable with this prefix is ours, so one that is not known is a typing mistake. */
export const ownPrefix = 'ATLAS_EXPORT_';

/** One `ATLAS_EXPORT_*` variable: how it is read and what the documentation says about it. */
export interface OwnSetting<Value> {
  readonly name: string;
  readonly meaning: string;
  /** What is accepted, as the end of "expected …". */
  readonly expected: string;
  readonly fallback: Value;
  /** The fallback as somebody would write it; where there is none, what happens instead. */
  readonly fallbackText: string;
  /** Never shown, not even where it is wrong. */
  readonly secret: boolean;
  /** Undefined when the text is wrong. */
  readonly parse: (text: string) => Value | undefined;
}

export function setting<Value>(
  spec: Omit<OwnSetting<Value>, 'fallbackText' | 'secret'> & {
    readonly fallbackText?: string;
    readonly secret?: boolean;
  },
): OwnSetting<Value> {
  return { fallbackText: String(spec.fallback), secret: false, ...spec };
}

/** The value of a setting, or its fallback where there is none; what is wrong goes into `problems`. */
export function readSetting<Value>(
  environment: Environment,
  spec: OwnSetting<Value>,
  problems: SettingsProblem[],
): Value {
  const text = valueOf(environment, spec.name);
  if (text === undefined) return spec.fallback;
  const value = spec.parse(text.trim());
  if (value !== undefined) return value;
  const wrong = spec.secret ? 'is not what it should be' : `is ${quoted(text)}`;
  problems.push({ name: spec.name, wrong, expected: spec.expected });
  return spec.fallback;
}
