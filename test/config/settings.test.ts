import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readSettings, secretsOf, settingsTable, SettingsError, type Environment } from '../../src/config.ts';
import { apiKey, problemsOf, serviceAccount } from './support/settings-problems.ts';

describe('readSettings', () => {
  test('an API key is enough, everything else has a default', () => {
    const settings = readSettings(apiKey);
    assert.deepEqual(settings, {
      taskQueue: 'atlas-export',
      apiVersion: 'v2',
      allowHttp: false,
      httpHost: '127.0.0.1',
      httpPort: 9464,
      logLevel: 'INFO',
      connectTimeoutMs: 60_000,
      shutdownGraceMs: 30_000,
      stickyTimeoutMs: 5_000,
      cachedWorkflowsMax: 500,
      concurrentActivitiesMax: 100,
      deploymentName: undefined,
      buildId: undefined,
      taskQueueActivitiesPerSecondMax: undefined,
      atlas: new Map([
        [
          'default',
          {
            baseUrl: 'https://cloud.mongodb.com',
            credentials: {
              type: 'digest',
              publicKey: apiKey.MONGODB_ATLAS_PUBLIC_API_KEY,
              privateKey: apiKey.MONGODB_ATLAS_PRIVATE_API_KEY,
            },
          },
        ],
      ]),
      webhooks: new Map(),
      temporal: {
        address: 'localhost:7233',
        namespace: 'default',
        connectionOptions: settings.temporal.connectionOptions,
      },
      proof: undefined,
      notices: [],
    });
    assert.equal(settings.temporal.connectionOptions.address, 'localhost:7233');
    assert.equal(settings.temporal.connectionOptions.tls, undefined);
  });

  test('every setting of our own is read', () => {
    const settings = readSettings({
      ...apiKey,
      ATLAS_EXPORT_TASK_QUEUE: 'exports-eu',
      ATLAS_EXPORT_API_VERSION: 'v1.0',
      ATLAS_EXPORT_ALLOW_HTTP: 'true',
      ATLAS_EXPORT_HTTP_HOST: '0.0.0.0',
      ATLAS_EXPORT_HTTP_PORT: '0',
      ATLAS_EXPORT_LOG_LEVEL: 'warn',
      ATLAS_EXPORT_CONNECT_TIMEOUT: '5 minutes',
      ATLAS_EXPORT_SHUTDOWN_GRACE: '1m',
      ATLAS_EXPORT_STICKY_TIMEOUT: '2s',
      ATLAS_EXPORT_MAX_CACHED_WORKFLOWS: '0',
      ATLAS_EXPORT_MAX_CONCURRENT_ACTIVITIES: '7',
      ATLAS_EXPORT_DEPLOYMENT_NAME: 'atlas-export',
      ATLAS_EXPORT_BUILD_ID: '1.2.0-rc.1+7',
      ATLAS_EXPORT_MAX_TASK_QUEUE_ACTIVITIES_PER_SECOND: '2.5',
    });
    const {
      atlas: _atlas,
      webhooks: _webhooks,
      proof: _proof,
      temporal: _temporal,
      notices: _notices,
      ...own
    } = settings;
    assert.deepEqual(own, {
      taskQueue: 'exports-eu',
      apiVersion: 'v1.0',
      allowHttp: true,
      httpHost: '0.0.0.0',
      httpPort: 0,
      logLevel: 'WARN',
      connectTimeoutMs: 300_000,
      shutdownGraceMs: 60_000,
      stickyTimeoutMs: 2_000,
      cachedWorkflowsMax: 0,
      concurrentActivitiesMax: 7,
      deploymentName: 'atlas-export',
      buildId: '1.2.0-rc.1+7',
      taskQueueActivitiesPerSecondMax: 2.5,
    });
  });

  test('a build id without a deployment is a problem: it would tell no builds apart', () => {
    assert.deepEqual(problemsOf({ ...apiKey, ATLAS_EXPORT_BUILD_ID: '7' }), [
      'ATLAS_EXPORT_DEPLOYMENT_NAME is missing',
    ]);
  });

  test("every problem is named at once, Temporal's too", () => {
    assert.deepEqual(
      problemsOf({
        MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh',
        MONGODB_ATLAS_OPS_MANAGER_URL: 'ftp://atlas',
        MONGODB_ATLAS_BASE_URL: 'http://atlas.example.com',
        MONGODB_ATLAS_SERVICE: 'moon',
        ATLAS_EXPORT_HTTP_PORT: '65536',
        ATLAS_EXPORT_SHUTDOWN_GRACE: '30',
        ATLAS_EXPORT_MAX_TASK_QUEUE_ACTIVITIES_PER_SECOND: '0',
        ATLAS_EXPORT_TASKQUEUE: 'x',
        TEMPORAL_ADDRESS: 'http://temporal:7233',
        TEMPORAL_NAMESPACE: 'two words',
        TEMPORAL_TLS: 'yes',
        TEMPORAL_TLS_CLIENT_CERT_PATH: '/one',
        TEMPORAL_TLS_CLIENT_CERT_DATA: 'other',
        TEMPORAL_TLS_CLIENT_KEY_DATA: 'key',
        TEMPORAL_PROFILE: '__proto__',
      }),
      [
        'ATLAS_EXPORT_TASKQUEUE is not a setting',
        'ATLAS_EXPORT_HTTP_PORT is "65536"',
        'ATLAS_EXPORT_SHUTDOWN_GRACE is "30"',
        'ATLAS_EXPORT_MAX_TASK_QUEUE_ACTIVITIES_PER_SECOND is "0"',
        'MONGODB_ATLAS_PRIVATE_API_KEY is missing',
        'MONGODB_ATLAS_OPS_MANAGER_URL is not an http or https address',
        'MONGODB_ATLAS_BASE_URL is plain http to another machine',
        'MONGODB_ATLAS_SERVICE is "moon"',
        'TEMPORAL_TLS is "yes"',
        'TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_CERT_DATA are both set',
        'TEMPORAL_PROFILE is "__proto__"',
        'TEMPORAL_ADDRESS is "http://temporal:7233"',
        'TEMPORAL_NAMESPACE is "two words"',
      ],
    );
  });

  test('the message has one line per problem, each with what is expected', () => {
    assert.throws(
      () =>
        readSettings({
          ...apiKey,
          ATLAS_EXPORT_HTTP_PORT: 'x',
          TEMPORAL_ADDRESS: '',
          ATLAS_EXPORT_API_VERSION: 'v3',
        }),
      {
        message: [
          '2 settings are wrong:',
          '  ATLAS_EXPORT_API_VERSION is "v3"; expected "v2" or "v1.0"',
          '  ATLAS_EXPORT_HTTP_PORT is "x"; expected a whole number from 0 to 65535',
        ].join('\n'),
      },
    );
  });

  test('an unknown name of ours is told with the nearest known one', () => {
    assert.throws(
      () => readSettings({ ...apiKey, ATLAS_EXPORT_LOGLEVEL: 'info' }),
      /ATLAS_EXPORT_LOGLEVEL is not a setting; expected a known name, perhaps ATLAS_EXPORT_LOG_LEVEL/,
    );
  });

  test('an empty variable counts as not set, as docker compose hands it on', () => {
    const settings = readSettings({
      ...apiKey,
      MONGODB_ATLAS_CLIENT_ID: '',
      MONGODB_ATLAS_CLIENT_SECRET: '',
      MONGODB_ATLAS_BASE_URL: '',
      TEMPORAL_API_KEY: '',
      TEMPORAL_TLS: '',
      ATLAS_EXPORT_HTTP_PORT: '',
    });
    assert.equal(settings.atlas.get('default')?.credentials.type, 'digest');
    assert.equal(settings.temporal.connectionOptions.tls, undefined);
    assert.equal(settings.httpPort, 9464);
  });
});

describe('Atlas settings', () => {
  test('a service account wins over an API key, with a notice', () => {
    const settings = readSettings({ ...apiKey, ...serviceAccount });
    assert.deepEqual(settings.atlas.get('default')?.credentials, {
      type: 'serviceAccount',
      clientId: serviceAccount.MONGODB_ATLAS_CLIENT_ID,
      clientSecret: serviceAccount.MONGODB_ATLAS_CLIENT_SECRET,
    });
    assert.equal(settings.notices.length, 1);
    assert.match(settings.notices[0] ?? '', /service account is used/);
  });

  test('half a service account beside a whole API key is a problem, not a silent choice', () => {
    assert.deepEqual(problemsOf({ ...apiKey, MONGODB_ATLAS_CLIENT_ID: 'mdb_sa_id_x' }), [
      'MONGODB_ATLAS_CLIENT_SECRET is missing',
    ]);
  });

  test('no credentials at all is one problem that names both kinds', () => {
    assert.throws(
      () => readSettings({}),
      (error: unknown) => {
        assert.ok(error instanceof SettingsError);
        assert.equal(error.problems.length, 1);
        for (const name of [...Object.keys(apiKey), ...Object.keys(serviceAccount)]) {
          assert.ok(error.message.includes(name), `${name} is not in: ${error.message}`);
        }
        return true;
      },
    );
  });

  test("Terraform's names for the keys are recognised as a mistake", () => {
    assert.deepEqual(problemsOf({ MONGODB_ATLAS_PUBLIC_KEY: 'a', MONGODB_ATLAS_PRIVATE_KEY: 'b' }), [
      "MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY are missing (MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY is Terraform's name and not read here)",
    ]);
  });

  test('a key with a line end is a problem that does not show the key', () => {
    assert.throws(
      () => readSettings({ ...apiKey, MONGODB_ATLAS_PRIVATE_API_KEY: 'very-secret-key\n' }),
      (error: unknown) => {
        assert.ok(error instanceof SettingsError);
        assert.deepEqual(
          error.problems.map(({ name }) => name),
          ['MONGODB_ATLAS_PRIVATE_API_KEY'],
        );
        assert.ok(!error.message.includes('very-secret-key'), error.message);
        return true;
      },
    );
  });

  const baseUrls: readonly (readonly [string, Environment, string])[] = [
    ['Atlas without any', {}, 'https://cloud.mongodb.com'],
    ['the government’s Atlas', { MONGODB_ATLAS_SERVICE: 'cloudgov' }, 'https://cloud.mongodbgov.com'],
    ['the base URL', { MONGODB_ATLAS_BASE_URL: 'https://a.example.com/' }, 'https://a.example.com'],
    [
      "Ops Manager's URL before the base URL",
      {
        MONGODB_ATLAS_BASE_URL: 'https://a.example.com',
        MONGODB_ATLAS_OPS_MANAGER_URL: 'https://b.example.com',
      },
      'https://b.example.com',
    ],
    [
      'the base URL before the service',
      { MONGODB_ATLAS_BASE_URL: 'https://a.example.com', MONGODB_ATLAS_SERVICE: 'cloudgov' },
      'https://a.example.com',
    ],
    ['plain http to localhost', { MONGODB_ATLAS_BASE_URL: 'http://localhost:8080' }, 'http://localhost:8080'],
    ['plain http to 127.0.0.1', { MONGODB_ATLAS_BASE_URL: 'http://127.0.0.1:8080' }, 'http://127.0.0.1:8080'],
    ['plain http to ::1', { MONGODB_ATLAS_BASE_URL: 'http://[::1]:8080' }, 'http://[::1]:8080'],
    [
      'plain http to another machine where that is allowed',
      { MONGODB_ATLAS_BASE_URL: 'http://simulator:8080', ATLAS_EXPORT_ALLOW_HTTP: 'true' },
      'http://simulator:8080',
    ],
  ];
  for (const [title, environment, expected] of baseUrls) {
    test(`the base URL is taken from ${title}`, () => {
      assert.equal(readSettings({ ...apiKey, ...environment }).atlas.get('default')?.baseUrl, expected);
    });
  }

  for (const url of [
    'http://simulator:8080',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'https://user:password@cloud.mongodb.com',
    'https://cloud.mongodb.com/api',
    'https://cloud.mongodb.com?x=1',
    'cloud.mongodb.com',
    'file:///etc/passwd',
  ]) {
    test(`${url} is refused as a base URL, without being repeated`, () => {
      const problems = problemsOf({ ...apiKey, MONGODB_ATLAS_BASE_URL: url });
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', /^MONGODB_ATLAS_BASE_URL /);
      assert.ok(!problems[0]?.includes(url));
    });
  }
});

describe('Temporal settings', () => {
  test('address, namespace and API key come from the environment, and the key turns TLS on', () => {
    const { temporal } = readSettings({
      ...apiKey,
      TEMPORAL_ADDRESS: 'eu.example.com:7233',
      TEMPORAL_NAMESPACE: 'exports.a1b2',
      TEMPORAL_API_KEY: 'temporal-secret-key',
      TEMPORAL_GRPC_META_X_TEAM: 'archive',
    });
    assert.equal(temporal.address, 'eu.example.com:7233');
    assert.equal(temporal.namespace, 'exports.a1b2');
    assert.equal(temporal.connectionOptions.apiKey, 'temporal-secret-key');
    assert.equal(temporal.connectionOptions.tls, true);
    assert.deepEqual(temporal.connectionOptions.metadata, { 'x-team': 'archive' });
  });

  test("a profile of Temporal's configuration file is read, and the environment wins over it", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'settings-'));
    try {
      const file = join(folder, 'temporal.toml');
      await writeFile(file, '[profile.prod]\naddress = "file.example.com:7233"\nnamespace = "from-file"\n');
      const { temporal } = readSettings({
        ...apiKey,
        TEMPORAL_CONFIG_FILE: file,
        TEMPORAL_PROFILE: 'prod',
        TEMPORAL_NAMESPACE: 'from-environment',
      });
      assert.equal(temporal.address, 'file.example.com:7233');
      assert.equal(temporal.namespace, 'from-environment');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a broken configuration file is a problem that does not show what is in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'settings-'));
    try {
      const file = join(folder, 'temporal.toml');
      await writeFile(file, '[profile.default]\napi_key = "secret-in-the-file\n');
      assert.throws(
        () => readSettings({ ...apiKey, TEMPORAL_CONFIG_FILE: file }),
        (error: unknown) => {
          assert.ok(error instanceof SettingsError);
          assert.match(error.message, /TEMPORAL_CONFIG_FILE could not be read: Invalid TOML/);
          assert.ok(!error.message.includes('secret-in-the-file'), error.message);
          return true;
        },
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  const wrong: readonly (readonly [string, Environment, string])[] = [
    [
      'a configuration file that is not there',
      { TEMPORAL_CONFIG_FILE: '/nowhere/t.toml' },
      'TEMPORAL_CONFIG_FILE is "/nowhere/t.toml", which is not there',
    ],
    [
      'a profile that is not there',
      { TEMPORAL_PROFILE: 'nobody' },
      "TEMPORAL_PROFILE could not be read: Profile 'nobody' not found in config data",
    ],
    [
      'a client certificate without its key',
      { TEMPORAL_TLS_CLIENT_CERT_DATA: 'x' },
      'TEMPORAL_TLS_CLIENT_KEY_PATH or TEMPORAL_TLS_CLIENT_KEY_DATA is missing',
    ],
    [
      'a certificate authority that is none',
      { TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'x' },
      'TEMPORAL_TLS_* could not be used: the server CA certificate is not in PEM form',
    ],
    [
      'host verification switched off',
      { TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' },
      'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION is set, which the TypeScript SDK cannot do',
    ],
    ['a port over 65535', { TEMPORAL_ADDRESS: 'localhost:70000' }, 'TEMPORAL_ADDRESS is "localhost:70000"'],
    [
      'an API key with a space',
      { TEMPORAL_API_KEY: 'two words' },
      'TEMPORAL_API_KEY holds white space, a control character or another character that cannot be part of a key',
    ],
  ];
  for (const [title, environment, expected] of wrong) {
    test(`${title} is a problem`, () => {
      assert.deepEqual(problemsOf({ ...apiKey, ...environment }), [expected]);
    });
  }

  test('a certificate file that cannot be read is a problem that names the file', () => {
    const [problem, ...others] = problemsOf({
      ...apiKey,
      TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere/client.pem',
      TEMPORAL_TLS_CLIENT_KEY_PATH: '/nowhere/client.key',
    });
    assert.deepEqual(others, []);
    assert.match(problem ?? '', /^TEMPORAL_TLS_\* could not be used: ENOENT.*\/nowhere\/client\.pem/);
  });

  for (const address of [
    'localhost:7233',
    'temporal',
    '10.0.0.1:7233',
    '[::1]:7233',
    'my_host.internal.:443',
  ]) {
    test(`${address} is an address`, () => {
      assert.equal(readSettings({ ...apiKey, TEMPORAL_ADDRESS: address }).temporal.address, address);
    });
  }

  test('a payload codec, which the worker does not use, is noticed', () => {
    const { notices } = readSettings({ ...apiKey, TEMPORAL_CODEC_ENDPOINT: 'https://codec.example.com' });
    assert.equal(notices.length, 1);
    assert.match(notices[0] ?? '', /^TEMPORAL_CODEC_ENDPOINT is set/);
  });
});

describe('secretsOf', () => {
  test('names every secret, and no name that belongs to one', () => {
    const digest = secretsOf(readSettings({ ...apiKey, TEMPORAL_API_KEY: 'temporal-secret-key' }));
    assert.ok(digest.includes(apiKey.MONGODB_ATLAS_PRIVATE_API_KEY));
    assert.ok(digest.includes('temporal-secret-key'));
    assert.ok(!digest.includes(apiKey.MONGODB_ATLAS_PUBLIC_API_KEY));
    const both = secretsOf(
      readSettings({
        ...apiKey,
        MONGODB_ATLAS_CLIENT_ID__TEAM_A: 'mdb_sa_id_of_team_a',
        MONGODB_ATLAS_CLIENT_SECRET__TEAM_A: 'secret-of-team-a',
      }),
    );
    assert.ok(both.includes('secret-of-team-a') && both.includes(apiKey.MONGODB_ATLAS_PRIVATE_API_KEY));
    const account = secretsOf(readSettings(serviceAccount));
    assert.ok(account.includes(serviceAccount.MONGODB_ATLAS_CLIENT_SECRET));
  });
});

describe('settingsTable', () => {
  test('has a row for every variable that is read, each once, with a meaning', () => {
    const rows = settingsTable();
    const names = rows.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const row of rows) assert.ok(row.meaning.endsWith('.'), `${row.name} has no whole sentence`);
    for (const name of [...Object.keys(apiKey), ...Object.keys(serviceAccount), 'TEMPORAL_ADDRESS']) {
      assert.ok(names.includes(name), `${name} has no row`);
    }
  });

  test('its defaults are what somebody could write: reading them gives the settings without any', () => {
    const own = settingsTable().filter(({ owner }) => owner === 'atlas-export-worker');
    // What is none says in words what happens instead.
    const none = [
      'no limit',
      'no Worker Versioning',
      "the release's version and 12 digits of its workflow sources' hash",
      'exports are not verified',
      'nowhere',
      'manifests are not signed',
      "the storage's own",
      'what Atlas says of the export bucket, else AWS_REGION or the profile',
      'Azure’s default credentials',
    ];
    const written = Object.fromEntries(
      own
        .filter((row) => row.default !== '' && !none.includes(row.default))
        .map((row) => [row.name, row.default]),
    );
    assert.ok(Object.keys(written).length > 8);
    assert.deepEqual(readSettings({ ...apiKey, ...written }), readSettings(apiKey));
  });

  test('marks every secret', () => {
    const secret = settingsTable()
      .filter((row) => row.secret)
      .map(({ name }) => name);
    assert.deepEqual(secret, [
      'MONGODB_ATLAS_PRIVATE_API_KEY',
      'MONGODB_ATLAS_CLIENT_SECRET',
      'TEMPORAL_API_KEY',
      'TEMPORAL_TLS_CLIENT_KEY_PATH, …_DATA',
      'ATLAS_EXPORT_WEBHOOK_URL__<NAME>',
      'ATLAS_EXPORT_WEBHOOK_SECRET__<NAME>',
      'ATLAS_EXPORT_AZURE_SAS_TOKEN',
    ]);
  });
});
