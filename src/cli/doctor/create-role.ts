import type { SystemStatus } from '../../atlas/index.ts';
import type { Finding } from '../../client.ts';

/** What the role's name says, by which it is known however it is spelled: in capitals, in words, with what prefix. */
const exportOperator = 'BACKUPEXPORTOPERATOR';
const projectOwners: ReadonlySet<string> = new Set(['GROUPOWNER', 'PROJECTOWNER']);

/**
 * Whether a credential may create export jobs, as far as its roles tell. Atlas's description of its API says which role
 * that needs in words (Project Backup Export Operator) and leaves the names in a credential's document open, and an
 * organization's role, or one that Atlas adds, may include it. So roles can show that it may, and never that it may not.
 */
export function createRole({ apiKey }: SystemStatus, groupId: string): Omit<Finding, 'check'> {
  const nextStep = 'Creating needs Project Backup Export Operator; see the credential in Atlas.';
  // It tells them of an API key, and of nothing else.
  if (apiKey?.roles === undefined) {
    return { level: 'unknown', message: 'Atlas does not tell the roles of this credential', nextStep };
  }
  const names = apiKey.roles.map(({ roleName }) => roleName);
  const inProject = apiKey.roles.filter((role) => role.groupId === groupId);
  const able = inProject.find(({ roleName }) => mayCreate(roleName));
  if (able !== undefined) return { level: 'ok', message: able.roleName };
  const has = names.length === 0 ? 'no role that Atlas tells' : names.join(', ');
  const message = `cannot tell: the API key has ${has}; whether that is enough to create, only creating tells`;
  return { level: 'unknown', message, nextStep };
}

function mayCreate(roleName: string): boolean {
  const letters = roleName.toUpperCase().replaceAll(/[^A-Z]/g, '');
  return letters.endsWith(exportOperator) || projectOwners.has(letters);
}
