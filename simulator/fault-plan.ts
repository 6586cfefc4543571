import type { Fault, FaultKind } from './faults.ts';
import type { Operation } from './operations.ts';
import { drawFraction, drawInteger } from './seed.ts';

/** Which requests a fault is for. Only requests that passed authentication are counted: a challenge is never an attempt. */
export interface FaultMatch {
  /** Absent: any operation. */
  readonly operation?: Operation | readonly Operation[];
  /** Only requests whose path holds this text. */
  readonly pathIncludes?: string;
  /** The first request it strikes, counted among the matching ones from 1. Default 1. */
  readonly attempt?: number;
  /** How many matching requests it strikes from there on. Default 1; without limit where `when` is given. */
  readonly times?: number;
  /** Only between these instants of the simulator's clock, the second excluded. */
  readonly when?: Interval;
}

export interface Interval {
  readonly fromMs?: number;
  readonly untilMs?: number;
}

/** The chance of each kind of fault at each request. Their sum must not exceed 1. */
export type FaultProbabilities = Partial<Record<FaultKind, number>>;

export interface SeededOptions {
  /** Which operations may be struck. Default: all. */
  readonly operations?: readonly Operation[];
  /** Which operations one kind may strike, where that is fewer. */
  readonly operationsOf?: Partial<Record<FaultKind, readonly Operation[]>>;
  /** Longest delay of slow answers, in milliseconds of the machine's time. Default 200. */
  readonly delayMsMax?: number;
  /** Longest `Retry-After` and longest lag of the list, in milliseconds of the simulator's clock. Default 30,000. */
  readonly clockMsMax?: number;
  /** Longest lag of the list, where it is another. Default `clockMsMax`. */
  readonly lagMsMax?: number;
}

export interface FaultedRequest {
  readonly operation: Operation;
  readonly path: string;
  readonly now: number;
}

interface Script {
  readonly match: FaultMatch;
  readonly fault: Fault;
  seen: number;
  used: number;
}

interface Seeded {
  readonly seed: string;
  readonly probabilities: FaultProbabilities;
  readonly options: SeededOptions;
  readonly seen: Map<string, number>;
}

interface Outage {
  readonly interval: Interval;
  readonly as: 'connectionReset' | 'htmlUnavailable';
}

function within(interval: Interval | undefined, now: number): boolean {
  return now >= (interval?.fromMs ?? -Infinity) && now < (interval?.untilMs ?? Infinity);
}

function isFor(match: FaultMatch, request: FaultedRequest): boolean {
  const { operation, pathIncludes } = match;
  const operations: readonly Operation[] | undefined =
    typeof operation === 'string' ? [operation] : operation;
  return (
    (operations === undefined || operations.includes(request.operation)) &&
    (pathIncludes === undefined || request.path.includes(pathIncludes)) &&
    within(match.when, request.now)
  );
}

function timesOf(match: FaultMatch): number {
  return match.times ?? (match.when ? Infinity : 1);
}

type DrawBelow = (below: number, what: string) => number;

type DrawLimits = Required<Pick<SeededOptions, 'delayMsMax' | 'clockMsMax' | 'lagMsMax'>>;

const DRAWN: Record<FaultKind, (draw: DrawBelow, limits: DrawLimits) => Fault> = {
  replyLost: () => ({ kind: 'replyLost' }),
  connectionReset: () => ({ kind: 'connectionReset' }),
  slowHeaders: (draw, { delayMsMax }) => ({ kind: 'slowHeaders', delayMs: 1 + draw(delayMsMax, 'delay') }),
  slowBody: (draw, { delayMsMax }) => ({ kind: 'slowBody', delayMs: 1 + draw(delayMsMax, 'delay') }),
  truncatedBody: () => ({ kind: 'truncatedBody' }),
  htmlUnavailable: (draw) => ({ kind: 'htmlUnavailable', committed: draw(2, 'committed') === 1 }),
  serverError: (draw) => ({
    kind: 'serverError',
    status: ([500, 502, 503, 504] as const)[draw(4, 'status')] ?? 500,
    committed: draw(2, 'committed') === 1,
  }),
  rateLimited: (draw, { clockMsMax }) => {
    const seconds = 1 + draw(Math.max(1, Math.floor(clockMsMax / 1000)), 'seconds');
    const form = (['seconds', 'date', 'text', 'none'] as const)[draw(4, 'form')] ?? 'none';
    if (form === 'none') return { kind: 'rateLimited', retryAfter: { form } };
    if (form === 'text') return { kind: 'rateLimited', retryAfter: { form, text: 'soon' } };
    return { kind: 'rateLimited', retryAfter: { form, seconds } };
  },
  unauthorized: () => ({ kind: 'unauthorized' }),
  staleNonce: () => ({ kind: 'staleNonce' }),
  apiError: () => ({ kind: 'apiError', status: 405, errorCode: 'WRITES_NOT_ALLOWED_DURING_APP_UPGRADES' }),
  notFound: () => ({ kind: 'notFound' }),
  unknownState: (draw) => ({
    kind: 'unknownState',
    state: ['Paused', 'Cancelling', ''][draw(3, 'state')] ?? 'Paused',
  }),
  unknownFields: () => ({ kind: 'unknownFields' }),
  nullFields: () => ({ kind: 'nullFields' }),
  listLag: (draw, { lagMsMax }) => ({ kind: 'listLag', lagMs: 1 + draw(lagMsMax, 'lag') }),
  oversizedBody: () => ({ kind: 'oversizedBody', bytes: 20_000_000 }),
  unreadableBody: (draw) => ({
    kind: 'unreadableBody',
    text: ['', '{', 'null', '[]'][draw(4, 'text')] ?? '',
  }),
};

function operationsOf(options: SeededOptions, kind: string): readonly Operation[] | undefined {
  return Object.entries(options.operationsOf ?? {}).find(([name]) => name === kind)?.[1];
}

/** What is to go wrong. Scripts come before the seeded draws, earlier scripts before later ones; one fault a request. */
export class FaultPlan {
  #scripts: Script[] = [];
  #seeded: Seeded | undefined;
  #outages: Outage[] = [];

  /** A fault for the requests that match. */
  script(match: FaultMatch, fault: Fault): void {
    this.#scripts.push({ match, fault, seen: 0, used: 0 });
  }

  /** Faults drawn from a seed. Each draw depends on the operation, the path and how often that was asked, and on nothing else. */
  seeded(seed: number | string, probabilities: FaultProbabilities, options: SeededOptions = {}): void {
    const sum = Object.values(probabilities).reduce((total, each) => total + each, 0);
    if (!(sum <= 1)) throw new RangeError(`the probabilities of the faults sum up to ${sum}`);
    this.#seeded = { seed: String(seed), probabilities, options, seen: new Map() };
  }

  /** Nothing works for an interval of the clock: every connection is reset, or answered with a 503 page, before authentication. */
  outage(interval: Interval, as: Outage['as'] = 'connectionReset'): void {
    this.#outages.push({ interval, as });
  }

  /** From now on nothing goes wrong. */
  clear(): void {
    this.#scripts = [];
    this.#seeded = undefined;
    this.#outages = [];
  }

  /** @internal */
  outageAt(now: number): Outage['as'] | undefined {
    return this.#outages.find((outage) => within(outage.interval, now))?.as;
  }

  /** @internal The fault of one authenticated request. Counts the request. */
  pick(request: FaultedRequest): Fault | undefined {
    let picked: Fault | undefined;
    for (const script of this.#scripts) {
      if (!isFor(script.match, request)) continue;
      script.seen += 1;
      const attempt = script.match.attempt ?? 1;
      if (picked || script.seen < attempt || script.used >= timesOf(script.match)) continue;
      script.used += 1;
      picked = script.fault;
    }
    return picked ?? this.#draw(request);
  }

  /** The scripts that did not strike as often as they were to: what `expectNoUnusedFaults` throws. */
  get unused(): readonly { readonly match: FaultMatch; readonly fault: Fault; readonly used: number }[] {
    return this.#scripts.filter(({ match, used }) => used < Math.min(timesOf(match), match.times ?? 1));
  }

  #draw(request: FaultedRequest): Fault | undefined {
    if (!this.#seeded) return undefined;
    const { seed, probabilities, options, seen } = this.#seeded;
    if (options.operations && !options.operations.includes(request.operation)) return undefined;
    const key = `${request.operation} ${request.path}`;
    const attempt = (seen.get(key) ?? 0) + 1;
    seen.set(key, attempt);
    let remaining = drawFraction(seed, 'fault', key, attempt);
    for (const kind of Object.keys(DRAWN)) {
      const entry = Object.entries(DRAWN).find(([name]) => name === kind);
      const probability = Object.entries(probabilities).find(([name]) => name === kind)?.[1] ?? 0;
      if (remaining < probability && entry) {
        if (operationsOf(options, kind)?.includes(request.operation) === false) return undefined;
        const draw: DrawBelow = (below, what) => drawInteger(seed, below, 'fault', key, attempt, what);
        return entry[1](draw, {
          delayMsMax: options.delayMsMax ?? 200,
          clockMsMax: options.clockMsMax ?? 30_000,
          lagMsMax: options.lagMsMax ?? options.clockMsMax ?? 30_000,
        });
      }
      remaining -= probability;
    }
    return undefined;
  }
}
