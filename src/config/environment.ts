/** Names and values as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The value of a variable, or undefined where it is missing or empty: `docker compose` and Kubernetes hand on
 * an unset variable as an empty one.
 */
export function valueOf(environment: Environment, name: string): string | undefined {
  if (!Object.hasOwn(environment, name)) return undefined;
  const value = environment[name];
  return value === '' ? undefined : value;
}

/** `true`, `1`, `false` or `0`; undefined for anything else. */
export function parseBoolean(text: string): boolean | undefined {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  return undefined;
}
