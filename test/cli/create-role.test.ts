/** Goal: doctor says that a credential may create exports only where its roles show it, and never that it may not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AtlasRole } from '../../src/atlas/index.ts';
import { createRole } from '../../src/cli/doctor/create-role.ts';

const groupId = '5'.repeat(24);
const inProject = (roleName: string): AtlasRole => ({ groupId, roleName });

describe('whether a credential may create exports', () => {
  for (const roleName of [
    'GROUP_OWNER',
    'GROUP_BACKUP_EXPORT_OPERATOR',
    'PROJECT_BACKUP_EXPORT_OPERATOR',
    'GROUP_CLOUD_BACKUP_EXPORT_OPERATOR',
    'Project Backup Export Operator',
    'backupExportOperator',
  ]) {
    test(`is shown by ${roleName}, whichever way Atlas spells it`, () => {
      const roles = [inProject('GROUP_READ_ONLY'), inProject(roleName)];
      assert.deepEqual(createRole({ apiKey: { roles } }, groupId), { level: 'ok', message: roleName });
    });
  }

  for (const [what, roles] of [
    ['no role', []],
    ['a role for reading', [inProject('GROUP_BACKUP_MANAGER')]],
    ['a role that Atlas has added', [inProject('GROUP_EVERYTHING_ADMIN')]],
    ["an organization's role, which may include it", [{ orgId: '6'.repeat(24), roleName: 'ORG_OWNER' }]],
    ["another project's role", [{ groupId: '7'.repeat(24), roleName: 'GROUP_OWNER' }]],
    ['a name that only ends alike', [inProject('NOT_A_GROUP_OWNER')]],
  ] as const) {
    test(`cannot be told by ${what}, which is said`, () => {
      const { level, message, nextStep } = createRole({ apiKey: { roles } }, groupId);
      assert.equal(level, 'unknown');
      assert.match(message, /^cannot tell: /);
      for (const { roleName } of roles) assert.ok(message.includes(roleName));
      assert.match(nextStep ?? '', /Project Backup Export Operator/);
    });
  }

  test('cannot be told where Atlas tells no roles: of a service account', () => {
    for (const status of [{}, { apiKey: { publicKey: 'abc' } }]) {
      assert.equal(createRole(status, groupId).level, 'unknown');
    }
  });
});
