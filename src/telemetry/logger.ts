import type { Logger, LogLevel, LogMetadata } from '@temporalio/common';
import { pino, stdSerializers, type DestinationStream, type Level } from 'pino';
import { boundedValue } from './bounded-value.ts';
import { createRedactor, redacted } from './redact.ts';

export interface LoggerOptions {
  /** Least severe line to write. */
  readonly level: LogLevel;
  /** Values that are taken out of every line, wherever they stand. */
  readonly secrets?: readonly string[];
  /** Where lines go. @default standard output, written at once */
  readonly destination?: DestinationStream;
}

const pinoLevels = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<LogLevel, Level>;

/** Under this symbol the SDK says when a line was written, in nanoseconds since 1970. */
const logTimestamp = Symbol.for('log_timestamp');

/** Names of a record's own fields, which nothing that is logged may take. */
const ownFields = new Set(['time', 'level', 'message', 'service']);

/** Completes an activity for whoever holds it. Nobody needs it in a log. */
const taskToken = 'taskToken';

const secretFields = [
  'authorization',
  'headers.authorization',
  'privateKey',
  'clientSecret',
  'apiKey',
  'password',
  'access_token',
].flatMap((path) => [path, `*.${path}`]);

/**
 * The worker's logger, and the Temporal SDK's: one line of JSON per record, with `time`, `level`, `service`
 * and `message` first, then what belongs to it (the export's ids among it).
 */
export function createLogger({ level, secrets = [], destination }: LoggerOptions): Logger {
  const clean = createRedactor(secrets);
  const lines = pino(
    {
      level: pinoLevels[level],
      base: { service: 'atlas-export-worker' },
      messageKey: 'message',
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: stdSerializers.errWithCause, cause: stdSerializers.errWithCause },
      redact: { paths: secretFields, censor: redacted },
      hooks: { streamWrite: clean },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
  const log = (level: LogLevel, message: string, metadata?: LogMetadata): void => {
    const name = pinoLevels[level];
    if (lines.isLevelEnabled(name)) lines[name](fieldsOf(metadata), '%s', message);
  };
  return {
    log,
    trace: (message, metadata) => log('TRACE', message, metadata),
    debug: (message, metadata) => log('DEBUG', message, metadata),
    info: (message, metadata) => log('INFO', message, metadata),
    warn: (message, metadata) => log('WARN', message, metadata),
    error: (message, metadata) => log('ERROR', message, metadata),
  };
}

function fieldsOf(metadata: LogMetadata | undefined): Record<string, unknown> {
  const nanoseconds: unknown = metadata?.[logTimestamp];
  const time = typeof nanoseconds === 'bigint' ? new Date(Number(nanoseconds / 1_000_000n)) : new Date();
  const fields: Record<string, unknown> = { time: time.toISOString() };
  for (const [name, value] of Object.entries(metadata ?? {})) {
    if (name === taskToken) continue;
    fields[ownFields.has(name) ? `${name}_` : name] = boundedValue(value);
  }
  return fields;
}
