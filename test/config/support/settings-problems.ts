import assert from 'node:assert/strict';
import { readSettings, SettingsError, type Environment } from '../../../src/config.ts';

export const apiKey = {
  MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh',
  MONGODB_ATLAS_PRIVATE_API_KEY: '0f8c9a5e-1111-2222-3333-444455556666',
};
export const serviceAccount = {
  MONGODB_ATLAS_CLIENT_ID: 'mdb_sa_id_0123456789abcdef01234567',
  MONGODB_ATLAS_CLIENT_SECRET: 'mdb_sa_sk_very-secret-indeed',
};

/** The problems that reading finds, as `NAME what is wrong`. */
export function problemsOf(environment: Environment): string[] {
  try {
    readSettings(environment);
  } catch (error) {
    assert.ok(error instanceof SettingsError, `expected a SettingsError, got ${String(error)}`);
    assert.equal(error.code, 'SETTINGS_INVALID');
    return error.problems.map(({ name, wrong }) => `${name} ${wrong}`);
  }
  return [];
}
