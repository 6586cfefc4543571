/** Whatever stands in the environment: settings or a SettingsError, and no secret in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readSettings, settingsTable, SettingsError } from '../../src/config.ts';

/** Where secrets go; the file of a key is none. */
const secretNames = [
  'MONGODB_ATLAS_PRIVATE_API_KEY',
  'MONGODB_ATLAS_CLIENT_SECRET',
  'ATLAS_EXPORT_AZURE_SAS_TOKEN',
  'MONGODB_ATLAS_PRIVATE_API_KEY__TEAM_A',
  'MONGODB_ATLAS_CLIENT_SECRET__TEAM_A',
  'TEMPORAL_API_KEY',
  'ATLAS_EXPORT_WEBHOOK_URL__TEAM_A',
  'ATLAS_EXPORT_WEBHOOK_SECRET__TEAM_A',
];

const names = [
  ...settingsTable()
    .map(({ name }) => name)
    .filter((name) => /^\w+$/.test(name)),
  'TEMPORAL_TLS_CLIENT_CERT_DATA',
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_DATA',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'TEMPORAL_TLS_SERVER_CA_CERT_DATA',
  'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION',
  'TEMPORAL_GRPC_META_AUTHORIZATION',
  'ATLAS_EXPORT_SOMETHING',
  'ATLAS_EXPORT_WEBHOOK_URL__TEAM_A',
  'ATLAS_EXPORT_WEBHOOK_SECRET__TEAM_A',
  'ATLAS_EXPORT_WEBHOOK_URL__',
  'ATLAS_EXPORT_SOMETHING__TEAM_A',
  'MONGODB_ATLAS_PUBLIC_API_KEY__TEAM_A',
  'MONGODB_ATLAS_PRIVATE_API_KEY__TEAM_A',
  'MONGODB_ATLAS_CLIENT_ID__TEAM_A',
  'MONGODB_ATLAS_CLIENT_SECRET__TEAM_A',
  'MONGODB_ATLAS_BASE_URL__TEAM_A',
  'MONGODB_ATLAS_SOMETHING__TEAM_A',
  'MONGODB_ATLAS_CLIENT_ID__team-a',
];

const value = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'true',
    '1',
    '-1',
    '1e9',
    'NaN',
    '0x10',
    '30s',
    '5 minutes',
    'https://a.example.com',
    'http://[::1',
    'http://%',
    'localhost:7233',
    ':',
    '[::]:1',
    '-----BEGIN CERTIFICATE-----',
    '/',
    '.',
    '\0',
    'x'.repeat(100_000),
  ),
);

const environment = fc.dictionary(
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.string() }),
  value,
  { maxKeys: 30 },
);

test('any environment gives settings or a SettingsError, and leaves Object as it was', () => {
  const objectBefore = Object.getOwnPropertyNames(Object.prototype);
  fc.assert(
    fc.property(environment, (drawn) => {
      try {
        readSettings(drawn);
      } catch (error) {
        assert.ok(error instanceof SettingsError, `threw ${String(error)}`);
        assert.ok(error.problems.length > 0);
        assert.ok(error.message.length < 20_000, `a message of ${error.message.length} characters`);
      }
    }),
    { numRuns: 2_000 },
  );
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), objectBefore);
});

test('no secret stands in the message, wherever else it was pasted', () => {
  const secret = fc.string({
    unit: fc.constantFrom(...Array.from('abcdefghij0123456789-_$')),
    minLength: 8,
    maxLength: 40,
  });
  fc.assert(
    fc.property(
      environment,
      secret,
      fc.constantFrom(...secretNames),
      fc.constantFrom(...names),
      (drawn, hidden, home, wrongPlace) => {
        const poisoned = { ...drawn, [home]: hidden, [wrongPlace]: hidden, ATLAS_EXPORT_HTTP_PORT: hidden };
        assert.throws(
          () => readSettings({ ...poisoned, [home]: hidden }),
          (error: unknown) => {
            assert.ok(error instanceof SettingsError, `threw ${String(error)}`);
            assert.ok(!error.message.includes(hidden), `${hidden} is in: ${error.message}`);
            return true;
          },
        );
      },
    ),
    { numRuns: 1_000 },
  );
});
