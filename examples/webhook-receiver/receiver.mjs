/**
 * Takes what atlas-export-worker tells a webhook, with Node.js and nothing else:
 *
 *   WEBHOOK_SECRET=whsec_… node receiver.mjs
 *
 * Checks, before it believes anything: the size, the time (against replays), the signature over the bytes as they
 * came, and whether the event was taken before. Then prints one line for each event.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const { WEBHOOK_SECRET = '', HOST = '127.0.0.1', PORT = '8080' } = process.env;

/** Events are documents of some kilobytes; a request that is larger is none. */
const bodyBytesMax = 4_000_000;
const secondsTolerated = 5 * 60;
/** A repetition comes within three days. Keep the ids where they outlive a restart, such as your database. */
const idsKeptMs = 4 * 24 * 3_600_000;

const key = Buffer.from(WEBHOOK_SECRET.replace(/^whsec_/, ''), 'base64');
if (!WEBHOOK_SECRET.startsWith('whsec_') || key.length < 24) {
  console.error('Set WEBHOOK_SECRET to the secret of the webhook: whsec_…');
  process.exit(2);
}

/** Why the message is not believed; undefined where it is. */
function refusal(headers, body) {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (!id || !timestamp || !signatures) return 'a header is missing';
  if (!/^\d{1,12}$/.test(timestamp)) return 'the timestamp is no number';
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > secondsTolerated)
    return 'too old, or from the future';
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  // Several while a secret is being exchanged; one that is right is enough.
  const right = signatures.split(' ').some((signature) => {
    const [version, text = ''] = signature.split(',');
    const given = Buffer.from(text, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
  return right ? undefined : 'the signature is not right';
}

/** When each event was taken, by its id. */
const taken = new Map();

function isRepetition(id) {
  const nowMs = Date.now();
  for (const [known, atMs] of taken) if (nowMs - atMs > idsKeptMs) taken.delete(known);
  if (taken.has(id)) return true;
  taken.set(id, nowMs);
  return false;
}

function handle({ type, timestamp, data }) {
  const { workflowId, result, failure } = data;
  switch (type) {
    case 'export.completed':
      console.log(`${timestamp} ${workflowId} ${result?.outcome}: ${result?.prefix ?? 'no prefix'}`);
      break;
    case 'export.failed':
      console.log(`${timestamp} ${workflowId} failed: ${failure?.type}. ${failure?.details.nextStep}`);
      break;
    default:
      // One that a later release has added is taken too, or it would be sent for days.
      console.log(`${timestamp} ${workflowId} ${type}`);
  }
}

async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const server = createServer(async (request, response) => {
  const answer = (status, text = '') => response.writeHead(status, { connection: 'close' }).end(text);
  try {
    if (request.method !== 'POST') return answer(405);
    const body = await bodyOf(request);
    if (body === undefined) return answer(413);
    const why = refusal(request.headers, body);
    if (why !== undefined) return answer(401, why);
    if (!isRepetition(request.headers['webhook-id'])) handle(JSON.parse(body));
    return answer(204);
  } catch (error) {
    // Anything but 2xx: the worker tries again, so what could not be handled is not lost.
    console.error(error);
    taken.delete(request.headers['webhook-id']);
    return answer(500);
  }
});
server.requestTimeout = 15_000;
server.listen(Number(PORT), HOST, () => {
  const { address, port } = server.address();
  console.log(`listening on http://${address}:${port}`);
});
