import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogLevel } from '@temporalio/common';
import { createLogger } from '../../src/telemetry/logger.ts';

/** A logger whose lines are kept. */
function keptLogger({ level = 'TRACE', secrets = [] }: { level?: LogLevel; secrets?: string[] } = {}) {
  const lines: string[] = [];
  const logger = createLogger({ level, secrets, destination: { write: (line) => void lines.push(line) } });
  return { logger, lines, records: () => lines.map((line) => parsed(line)) };
}

function parsed(line: string): Record<string, unknown> {
  const record: unknown = JSON.parse(line);
  assert.ok(typeof record === 'object' && record !== null, `not an object: ${line}`);
  return { ...record };
}

describe('the logger', () => {
  test('a record is one line of JSON with time, level, service and message', () => {
    const { logger, lines, records } = keptLogger();
    logger.info('two\nlines', { exportId: 'e1' });
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^[^\n]+\n$/);
    const { time, ...record } = records()[0] ?? {};
    assert.deepEqual(record, {
      level: 'info',
      service: 'atlas-export-worker',
      exportId: 'e1',
      message: 'two\nlines',
    });
    assert.equal(new Date(String(time)).toISOString(), time);
  });

  test('every level has its name, and less severe lines than the set level are left out', () => {
    const { logger, records } = keptLogger({ level: 'WARN' });
    for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) logger[level](level);
    logger.log('DEBUG', 'no');
    logger.log('ERROR', 'yes');
    assert.deepEqual(
      records().map(({ level, message }) => [level, message]),
      [
        ['warn', 'warn'],
        ['error', 'error'],
        ['error', 'yes'],
      ],
    );
  });

  test("the SDK's own time of a record is kept", () => {
    const { logger, records } = keptLogger();
    logger.info('earlier', { [Symbol.for('log_timestamp')]: 1_700_000_000_123_456_789n });
    assert.equal(records()[0]?.['time'], '2023-11-14T22:13:20.123Z');
  });

  test('an error is logged with its causes', () => {
    const { logger, records } = keptLogger();
    logger.error('failed', { error: new Error('outer', { cause: new TypeError('inner') }) });
    const error = JSON.stringify(records()[0]?.['error']);
    assert.match(error, /"message":"outer"/);
    assert.match(error, /"type":"TypeError","message":"inner"/);
  });

  test("metadata cannot take the place of a record's own fields", () => {
    const { logger, lines, records } = keptLogger();
    logger.info('right', { level: 'wrong', time: 'wrong', message: 'wrong', service: 'wrong' });
    assert.equal(records()[0]?.['message'], 'right');
    assert.equal(records()[0]?.['level'], 'info');
    assert.equal(records()[0]?.['level_'], 'wrong');
    assert.equal(lines[0]?.match(/"message":/g)?.length, 1);
  });

  test('percent signs in a message are not placeholders', () => {
    const { logger, records } = keptLogger();
    logger.info('100 %s done %d', { a: 1 });
    assert.equal(records()[0]?.['message'], '100 %s done %d');
  });

  test('what JSON cannot say (circles, big integers, functions) is no error', () => {
    const { logger, records } = keptLogger();
    const circle: Record<string, unknown> = { big: 10n, call: () => 1 };
    circle['self'] = circle;
    logger.info('odd', { circle });
    assert.equal(records().length, 1);
  });

  test('a value that is deep or wide is cut, however much JSON.stringify of this Node.js can bear', () => {
    let deep: unknown = 'the bottom';
    for (let depth = 0; depth < 50; depth += 1) deep = { inner: [deep] };
    const { logger, lines } = keptLogger();
    logger.info('deep', { deep });
    logger.info('wide', { list: Array.from({ length: 5_000 }, () => 1) });
    logger.info('said', { when: new Date(0) });
    const [first = '', second = '', third = ''] = lines;
    assert.doesNotMatch(first, /the bottom/);
    assert.match(first, /"\[Object\]"/);
    assert.match(second, /1,"4800 more are not shown"\]/);
    assert.match(third, /"when":"1970-01-01T00:00:00.000Z"/);
  });

  test('a secret is taken out wherever it stands, in whatever form', () => {
    const secret = 'pa"ss/word+secret';
    const { logger, lines } = keptLogger({ secrets: [secret] });
    logger.info(`message ${secret}`, {
      field: secret,
      [secret]: 'as a name',
      deep: { list: [`x${secret}x`] },
      error: new Error(`refused ${secret}`),
      url: `https://a.example.com/?token=${encodeURIComponent(secret)}`,
      base64: Buffer.from(secret).toString('base64'),
    });
    const line = lines.join('');
    for (const form of [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ]) {
      assert.ok(!line.includes(form), `${form} is in ${line}`);
    }
    assert.equal(JSON.parse(line).message, 'message [redacted]');
  });

  test('fields that hold secrets by their name are not shown, known or not', () => {
    const { logger, lines } = keptLogger();
    logger.info('request', {
      headers: { authorization: 'Digest unknown-1' },
      options: { apiKey: 'unknown-2', headers: { authorization: 'Bearer unknown-3' } },
      privateKey: 'unknown-4',
      taskToken: 'unknown-5',
    });
    assert.doesNotMatch(lines.join(''), /unknown-\d/);
  });
});
