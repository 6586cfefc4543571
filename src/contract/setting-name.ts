/**
 * The names of what a worker's settings hold and requests refer to: lowercase letters and digits, in words joined by
 * single hyphens. Each such name is one suffix of a variable and the other way round: `team-a` and `TEAM_A`.
 */
export const settingNamePattern = /^[a-z0-9]+(-[a-z0-9]+)*$/;

export const settingNameCharactersMax = 40;

/** What stands for the credentials that have no name of their own in the worker's settings. */
export const credentialsDefault = 'default';

/** How many names an answer lists before it says that there are more. */
const namesShownMax = 20;

/** The text, where it is such a name. */
export function settingNameOf(text: string): string | undefined {
  return text.length <= settingNameCharactersMax && settingNamePattern.test(text) ? text : undefined;
}

/** `"default, team-a"`: for whoever named one that is not there. */
export function knownNamesText(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length > namesShownMax ? ` and ${names.length - namesShownMax} more` : '';
  return `${names.slice(0, namesShownMax).join(', ')}${more}`;
}
