/** Goal: two teams’ exports through one worker, each told to its own webhook, one of which is away at first. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import * as v from 'valibot';
import { startSimulator, type Simulator } from '../../simulator/index.ts';
import { ExportError, type ExportRequest, type ExportResult } from '../../src/client.ts';
import { assertDocument } from '../contract/documents.ts';
import { startReceiver, type ReceivedMessage, type Receiver } from '../webhook/receiver.ts';
import { everythingWritten, formsOf } from './everything-written.ts';
import { startStage, type Stage } from './stage.ts';

const secrets = {
  audit: `whsec_${Buffer.alloc(32, 21).toString('base64')}`,
  'team-a': `whsec_${Buffer.alloc(24, 22).toString('base64')}`,
  privateKeyOfTeamA: 'private-key-of-team-a-9b1e07',
};

const eventSchema = v.object({
  type: v.string(),
  data: v.object({ workflowId: v.string(), result: v.optional(v.unknown()) }),
});

describe('webhooks of a real worker', () => {
  let stage: Stage;
  let ofTeamA: Simulator;
  let audit: Receiver;
  let teamA: Receiver;
  /** Answers of the audit's receiver before it takes anything. */
  let refusalsLeft = 2;
  before(async () => {
    stage = await startStage();
    ofTeamA = await startSimulator({
      seed: 'team a',
      publicKey: 'team-a-public',
      privateKey: secrets.privateKeyOfTeamA,
    });
    ofTeamA.addCluster({ clusterName: 'events', clusterType: 'REPLICASET' });
    ofTeamA.addSnapshot({ clusterName: 'events' });
    ofTeamA.addBucket({ bucketName: 'archive-of-team-a' });
    ofTeamA.setExportPlan({}, { queuedMs: 200, runningMs: 1_500 });
    audit = await startReceiver((response) => {
      refusalsLeft -= 1;
      response.writeHead(refusalsLeft >= 0 ? 503 : 204, { 'retry-after': '1' }).end('a word about it');
    });
    teamA = await startReceiver();
    await stage.startWorker({
      MONGODB_ATLAS_PUBLIC_API_KEY__TEAM_A: 'team-a-public',
      MONGODB_ATLAS_PRIVATE_API_KEY__TEAM_A: secrets.privateKeyOfTeamA,
      MONGODB_ATLAS_BASE_URL__TEAM_A: ofTeamA.baseUrl,
      ATLAS_EXPORT_WEBHOOK_URL__AUDIT: audit.url,
      ATLAS_EXPORT_WEBHOOK_SECRET__AUDIT: secrets.audit,
      ATLAS_EXPORT_WEBHOOK_URL__TEAM_A: teamA.url,
      ATLAS_EXPORT_WEBHOOK_SECRET__TEAM_A: secrets['team-a'],
    });
  });
  after(async () => {
    await audit.close();
    await teamA.close();
    await ofTeamA.close();
    await stage.close();
  });

  /** The end of what tells of a run. */
  function delivered(runId: string | undefined, type: string): Promise<unknown> {
    return stage.client.temporal.workflow.getHandle(`webhook/${runId ?? ''}_${type}_1`).result();
  }

  /** The event in a message, once the specification's library has taken it. */
  function verified({ body, headers }: ReceivedMessage, secret: string): v.InferOutput<typeof eventSchema> {
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const event = new Webhook(secret).verify(body, sent);
    assertDocument('webhook-event', event);
    return v.parse(eventSchema, event);
  }

  test('each export tells its own, and one that answers 503 twice is told the third time', async () => {
    const ofDefault: ExportRequest = { ...stage.addExport(), webhook: 'audit' };
    const ofNamed: ExportRequest = {
      groupId: ofTeamA.groupId,
      clusterName: 'events',
      snapshotId: 'latest',
      exportBucketName: 'archive-of-team-a',
      credentials: 'team-a',
      webhook: 'team-a',
      polling: { preset: 'eager', minInterval: '300ms', maxInterval: '1s' },
    };
    const started = await Promise.all([stage.client.start(ofDefault), stage.client.start(ofNamed)]);
    const results = await Promise.all(started.map((handle) => handle.result()));
    await Promise.all(started.map(({ runId }) => delivered(runId, 'export-completed')));
    assert.equal(audit.received.length, 3);
    assert.equal(teamA.received.length, 1);
    const ids = new Set(audit.received.map(({ headers }) => headers['webhook-id']));
    assert.equal(ids.size, 1, 'a repetition has the id of the first try');
    const [third, only] = [audit.received[2], teamA.received[0]];
    assert.ok(third !== undefined && only !== undefined);
    assertTold(verified(third, secrets.audit), results[0], started[0].workflowId);
    assertTold(verified(only, secrets['team-a']), results[1], started[1].workflowId);
    assert.throws(() => verified(only, secrets.audit), /signature/);
  });

  function assertTold(
    { type, data }: v.InferOutput<typeof eventSchema>,
    result: ExportResult | undefined,
    workflowId: string,
  ): void {
    assert.deepEqual([type, data.workflowId], ['export.completed', workflowId]);
    assert.deepEqual(data.result, JSON.parse(JSON.stringify(result)));
  }

  test('a failure is told with its type', async () => {
    const request = { ...stage.addExport({ shards: 0 }), clusterName: 'nowhere', webhook: 'team-a' };
    const handle = await stage.client.start(request);
    await assert.rejects(handle.result(), (error) => error instanceof ExportError);
    await delivered(handle.runId, 'export-failed');
    const message = teamA.received.at(-1);
    assert.ok(message !== undefined);
    assert.equal(verified(message, secrets['team-a']).type, 'export.failed');
    assert.match(message.body, /"failure":\{"type":"AtlasNotFound"/);
  });

  test('a name that the worker does not have is UnknownWebhook, before Atlas is asked', async () => {
    const request = { ...stage.addExport({ shards: 0 }), webhook: 'payroll' };
    await assert.rejects(stage.client.execute(request), (error) => {
      assert.ok(error instanceof ExportError);
      assert.equal(error.code, 'UnknownWebhook');
      assert.match(error.message, /no webhook "payroll"; it has: audit, team-a\./);
      return true;
    });
    const asked = stage.simulator.books.requests.filter(({ path }) => path.includes(request.clusterName));
    assert.deepEqual(asked, []);
  });

  test('what was told is counted', async () => {
    const metrics = await stage.metrics();
    assert.match(
      metrics,
      /^atlas_export_webhooks_total\{.*event="export\.completed".*outcome="delivered".*\} 2/m,
    );
    assert.match(
      metrics,
      /^atlas_export_webhooks_total\{.*event="export\.failed".*outcome="delivered".*\} 1/m,
    );
  });

  test('no history, log or metric holds a secret, a signature or an address of a webhook', async () => {
    const { text, runs } = await everythingWritten(stage);
    assert.equal(runs.get('deliverWebhook'), 3);
    assert.ok(text.includes('sendWebhook'), 'the search covers what tells webhooks');
    const forms = Object.values(secrets).flatMap(formsOf);
    for (const form of [...forms, audit.url, teamA.url, 'in-the-address', 'v1,']) {
      assert.equal(text.includes(form), false, `${form} was written somewhere`);
    }
  });
});
