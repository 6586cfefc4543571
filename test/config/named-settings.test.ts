/** Settings that belong to something with a name, which requests then use. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readAtlasClientSettings, readSettings, secretsOf, SettingsError } from '../../src/config.ts';
import { apiKey, problemsOf, serviceAccount } from './support/settings-problems.ts';

describe('several credentials for Atlas', () => {
  const teamA = {
    MONGODB_ATLAS_CLIENT_ID__TEAM_A: serviceAccount.MONGODB_ATLAS_CLIENT_ID,
    MONGODB_ATLAS_CLIENT_SECRET__TEAM_A: serviceAccount.MONGODB_ATLAS_CLIENT_SECRET,
  };

  test('each is known by its name, beside the default one, for the same Atlas unless it has its own', () => {
    const { atlas } = readSettings({
      ...apiKey,
      ...teamA,
      MONGODB_ATLAS_BASE_URL: 'https://a.example.com',
      MONGODB_ATLAS_PUBLIC_API_KEY__2: 'public-2',
      MONGODB_ATLAS_PRIVATE_API_KEY__2: 'private-2',
      MONGODB_ATLAS_SERVICE__2: 'cloudgov',
    });
    assert.deepEqual([...atlas.keys()], ['default', '2', 'team-a']);
    assert.deepEqual(atlas.get('2'), {
      baseUrl: 'https://cloud.mongodbgov.com',
      credentials: { type: 'digest', publicKey: 'public-2', privateKey: 'private-2' },
    });
    assert.equal(atlas.get('team-a')?.baseUrl, 'https://a.example.com');
    assert.equal(atlas.get('team-a')?.credentials.type, 'serviceAccount');
  });

  test('named ones alone are enough', () => {
    assert.deepEqual([...readSettings(teamA).atlas.keys()], ['team-a']);
  });

  test('a half of a pair is a problem of its own variable, for the default ones too', () => {
    assert.deepEqual(
      problemsOf({
        ...teamA,
        MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh',
        MONGODB_ATLAS_CLIENT_ID__TEAM_B: 'mdb_sa_id_x',
        MONGODB_ATLAS_BASE_URL__TEAM_A: 'http://a.example.com',
        MONGODB_ATLAS_BASE_URL__TEAM_C: 'https://c.example.com',
      }),
      [
        'MONGODB_ATLAS_PRIVATE_API_KEY is missing',
        'MONGODB_ATLAS_BASE_URL__TEAM_A is plain http to another machine',
        'MONGODB_ATLAS_CLIENT_SECRET__TEAM_B is missing',
        'MONGODB_ATLAS_PUBLIC_API_KEY__TEAM_C and MONGODB_ATLAS_PRIVATE_API_KEY__TEAM_C are missing',
      ],
    );
  });

  for (const [name, wrong] of [
    ['MONGODB_ATLAS_CLIENT_KEY__TEAM_A', 'is not a setting'],
    ['MONGODB_ATLAS_CLIENT_ID__', 'ends with no name'],
    ['MONGODB_ATLAS_CLIENT_ID__team_a', 'ends with no name'],
    ['MONGODB_ATLAS_CLIENT_ID__TEAM__A', 'ends with no name'],
    ['MONGODB_ATLAS_CLIENT_ID___A', 'ends with no name'],
    [`MONGODB_ATLAS_CLIENT_ID__${'A'.repeat(41)}`, 'ends with no name'],
    ['MONGODB_ATLAS_CLIENT_ID__DEFAULT', 'is the name of what has no name'],
  ] as const) {
    test(`${name} is refused: ${wrong}`, () => {
      assert.deepEqual(problemsOf({ ...apiKey, [name]: 'value' }), [`${name} ${wrong}`]);
    });
  }

  test('an empty variable with a name counts as not set', () => {
    const settings = readSettings({ ...apiKey, MONGODB_ATLAS_CLIENT_ID__TEAM_A: '' });
    assert.deepEqual([...settings.atlas.keys()], ['default']);
  });

  test('a command that is told a name reads those of this name, and names the others where there are none', () => {
    const { atlas } = readAtlasClientSettings({ ...apiKey, ...teamA }, 'team-a');
    assert.equal(atlas.credentials.type, 'serviceAccount');
    assert.throws(
      () => readAtlasClientSettings({ ...apiKey, ...teamA }, 'team-b'),
      /MONGODB_ATLAS_PUBLIC_API_KEY__TEAM_B and MONGODB_ATLAS_CLIENT_ID__TEAM_B are missing.*default, team-a/,
    );
    assert.throws(() => readAtlasClientSettings(teamA), /MONGODB_ATLAS_PUBLIC_API_KEY and .*set: team-a/);
  });
});

describe('webhooks', () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const another = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
  const audit = {
    ATLAS_EXPORT_WEBHOOK_URL__AUDIT: 'https://hooks.example.com/exports?token=of-the-address',
    ATLAS_EXPORT_WEBHOOK_SECRET__AUDIT: secret,
  };

  test('each is known by its name, with its address and its secrets', () => {
    const { webhooks } = readSettings({
      ...apiKey,
      ...audit,
      ATLAS_EXPORT_WEBHOOK_URL__TEAM_A: 'http://127.0.0.1:8080/',
      ATLAS_EXPORT_WEBHOOK_SECRET__TEAM_A: `${another} ${secret}`,
    });
    assert.deepEqual(
      webhooks,
      new Map([
        ['audit', { url: audit.ATLAS_EXPORT_WEBHOOK_URL__AUDIT, secrets: [secret] }],
        ['team-a', { url: 'http://127.0.0.1:8080/', secrets: [another, secret] }],
      ]),
    );
  });

  test('plain http to another machine has to be allowed', () => {
    const plain = { ...apiKey, ...audit, ATLAS_EXPORT_WEBHOOK_URL__AUDIT: 'http://hooks.internal/exports' };
    assert.deepEqual(problemsOf(plain), ['ATLAS_EXPORT_WEBHOOK_URL__AUDIT is plain http to another machine']);
    assert.equal(readSettings({ ...plain, ATLAS_EXPORT_ALLOW_HTTP: 'true' }).webhooks.size, 1);
  });

  for (const [what, written] of [
    ['no prefix', secret.replace('whsec_', '')],
    ['a key of 23 bytes', `whsec_${Buffer.alloc(23, 7).toString('base64')}`],
    ['a key of 65 bytes', `whsec_${Buffer.alloc(65, 7).toString('base64')}`],
    ['base64 that is cut off', secret.slice(0, -3)],
    ['no base64', `whsec_${'ä'.repeat(40)}`],
    ['three secrets', `${secret} ${another} ${secret}`],
  ] as const) {
    test(`a secret with ${what} is a problem that does not show it`, () => {
      assert.throws(
        () => readSettings({ ...apiKey, ...audit, ATLAS_EXPORT_WEBHOOK_SECRET__AUDIT: written }),
        (error: unknown) => {
          assert.ok(error instanceof SettingsError);
          assert.match(error.message, /ATLAS_EXPORT_WEBHOOK_SECRET__AUDIT is no secret of Standard Webhooks/);
          assert.ok(!error.message.includes(written), error.message);
          return true;
        },
      );
    });
  }

  test('half a webhook, one without a name and a variable that is none are problems', () => {
    assert.deepEqual(
      problemsOf({
        ...apiKey,
        ATLAS_EXPORT_WEBHOOK_URL: 'https://hooks.example.com',
        ATLAS_EXPORT_WEBHOOK_URL__AUDIT: 'https://hooks.example.com',
        ATLAS_EXPORT_WEBHOOK_SECRET__TEAM_A: secret,
        ATLAS_EXPORT_WEBHOOK__TEAM_A: 'https://hooks.example.com',
      }),
      [
        'ATLAS_EXPORT_WEBHOOK_URL is not a setting',
        'ATLAS_EXPORT_WEBHOOK__TEAM_A is not a setting',
        'ATLAS_EXPORT_WEBHOOK_SECRET__AUDIT is missing',
        'ATLAS_EXPORT_WEBHOOK_URL__TEAM_A is missing',
      ],
    );
    assert.throws(
      () => readSettings({ ...apiKey, ATLAS_EXPORT_WEBHOOK_URL: 'https://hooks.example.com' }),
      /perhaps ATLAS_EXPORT_WEBHOOK_URL__<NAME>/,
    );
  });

  test('an address and a secret are among what is never written, the key without its prefix too', () => {
    const secrets = secretsOf(readSettings({ ...apiKey, ...audit }));
    for (const each of [audit.ATLAS_EXPORT_WEBHOOK_URL__AUDIT, secret, secret.replace('whsec_', '')]) {
      assert.ok(secrets.includes(each));
    }
  });
});
