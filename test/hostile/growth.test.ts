/**
 * No parser of what comes from outside takes gross more time for more text than the text is longer. Machines are
 * noisy, so a time alone fails nothing: what is compared is the processor time of the same parser on shorter text in
 * the same run, and it is measured again before anything is said.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Dispatcher } from 'undici';
import { parseAccessToken } from '../../src/atlas/access-token.ts';
import { AnswerCollector, type HttpAnswer } from '../../src/atlas/body.ts';
import { parseChallenges, selectDigestChallenge } from '../../src/atlas/digest-challenge.ts';
import { readDocument } from '../../src/atlas/document.ts';
import { AtlasError } from '../../src/atlas/errors.ts';
import { exportJobSchema } from '../../src/atlas/export-job.ts';
import { createTextCleaner } from '../../src/atlas/redact.ts';
import { errorFromAnswer } from '../../src/atlas/response-error.ts';
import { parseRetryAfter } from '../../src/atlas/retry-after.ts';
import { readSettings, SettingsError } from '../../src/config.ts';
import { checkExportRequest } from '../../src/contract/index.ts';
import { growingTexts } from './hostile-values.ts';

const clean = createTextCleaner(['a-secret-that-must-not-be-shown']);
const context = { operation: 'getExportJob', effect: 'none', clean } as const;

function answer(text: string, status: number): HttpAnswer {
  return { status, headers: {}, text };
}

interface Parser {
  readonly name: string;
  /** The longest text that can reach it: a header's, a document's, a list's, a payload's. */
  readonly lengthMax: number;
  readonly parse: (text: string) => void;
}

const headerLength = 16 * 1024;
const documentLength = 1024 * 1024;

const parsers: readonly Parser[] = [
  {
    name: 'a challenge header',
    lengthMax: headerLength,
    parse: (text) => void selectDigestChallenge(parseChallenges(text)),
  },
  { name: 'Retry-After', lengthMax: headerLength, parse: (text) => void parseRetryAfter(text, 0) },
  {
    name: 'a document',
    lengthMax: documentLength,
    parse: (text) => tolerating(AtlasError, () => readDocument(answer(text, 200), exportJobSchema, context)),
  },
  {
    name: 'an error',
    lengthMax: documentLength,
    parse: (text) => void errorFromAnswer(answer(text, 503), context),
  },
  {
    name: 'an access token',
    // It stands in the answer twice, which is read up to 64 KiB.
    lengthMax: 32 * 1024,
    parse: (text) =>
      void parseAccessToken(answer(JSON.stringify({ access_token: text, token_type: text }), 200)),
  },
  {
    name: 'a request',
    lengthMax: documentLength,
    parse: (text) =>
      void checkExportRequest({
        groupId: text,
        clusterName: text,
        deadline: text,
        polling: { minInterval: text },
      }),
  },
  {
    name: 'an environment',
    // The kernel's own limit for one variable.
    lengthMax: 128 * 1024,
    parse: (text) =>
      tolerating(SettingsError, () =>
        readSettings({
          TEMPORAL_ADDRESS: text,
          MONGODB_ATLAS_BASE_URL: text,
          ATLAS_EXPORT_CONNECT_TIMEOUT: text,
          [`ATLAS_EXPORT_${text}`]: text,
        }),
      ),
  },
];

function tolerating(ErrorClass: typeof AtlasError | typeof SettingsError, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ErrorClass, `threw ${String(error)}`);
  }
}

/** Processor time, which does not run while the machine is at something else; the least of a few runs. */
function leastMs(work: () => void): number {
  let least = Infinity;
  for (let run = 0; run < 3; run += 1) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

/** What looks as if it had grown too much is measured this often. */
const roundsMax = 3;

/** What is never taken for too long, however it has grown. */
const forgivenMs = 50;

/** What takes gross more time than its text is longer, and the longest time there was. */
function growthOf({ lengthMax, parse }: Parser): { complaints: string[]; mostMs: number } {
  const shrunk = 16;
  const complaints: string[] = [];
  let mostMs = 0;
  for (const text of growingTexts) {
    const short = text.of(lengthMax / shrunk);
    const long = text.of(lengthMax);
    let longMs = Infinity;
    let shortMs = 0;
    // Linear is 16 times as long, quadratic 256, or minutes where the text is a megabyte.
    const hasGrown = (): boolean => longMs >= forgivenMs && longMs >= 6 * shrunk * shortMs;
    for (let round = 0; round < roundsMax && hasGrown(); round += 1) {
      shortMs = Math.max(
        shortMs,
        leastMs(() => parse(short)),
      );
      longMs = Math.min(
        longMs,
        leastMs(() => parse(long)),
      );
    }
    mostMs = Math.max(mostMs, longMs);
    if (!hasGrown()) continue;
    complaints.push(
      `${text.name}: ${longMs.toFixed(1)} ms for ${lengthMax} characters, ${shortMs.toFixed(2)} ms for a ${shrunk}th`,
    );
  }
  return { complaints, mostMs };
}

describe('the time of a parser grows with its text and not with a power of it', () => {
  const longest: { name: string; ms: number }[] = [];
  after(() => {
    for (const { name, ms } of longest) process.stdout.write(`# ${name}: ${ms.toFixed(1)} ms at the most\n`);
  });

  for (const parser of parsers) {
    test(parser.name, () => {
      const { complaints, mostMs } = growthOf(parser);
      assert.deepEqual(complaints, []);
      longest.push({ name: parser.name, ms: mostMs });
    });
  }

  test('a careless pattern is found: the check can fail', () => {
    const parse = (text: string): void => void `${text}!`.replace(/\s+$/, '');
    const { complaints } = growthOf({ name: 'trimming', lengthMax: 2 * headerLength, parse });
    assert.match(complaints.join('\n'), /^spaces: /m);
  });

  test('a body of 10 MB is cut at its cap, and what came after is not kept', async () => {
    const cap = 1024 * 1024;
    const collector = new AnswerCollector(cap);
    let aborted = false;
    const controller: Dispatcher.DispatchController = {
      aborted: false,
      paused: false,
      reason: null,
      abort: () => {
        aborted = true;
      },
      pause: () => undefined,
      resume: () => undefined,
    };
    collector.onResponseStart(controller, 200, {});
    const chunk = Buffer.alloc(64 * 1024, 'x');
    for (let sent = 0; sent < 10 * cap; sent += chunk.length) {
      collector.onResponseData(controller, chunk);
    }
    const { text, bodyProblem } = await collector.answer;
    assert.equal(bodyProblem, 'tooLarge');
    assert.ok(text.length <= cap, `${text.length} characters were kept`);
    assert.ok(aborted);
  });
});
