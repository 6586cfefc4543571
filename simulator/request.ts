import type { Document } from './documents.ts';
import type { ExportEngine, ExportJob, NewExport } from './export-engine.ts';
import type { ExportPlans } from './export-plan.ts';
import type { Route } from './operations.ts';
import type { Query } from './pages.ts';
import { badRequest, validationError } from './problems.ts';
import type { World } from './world.ts';

/** One authenticated request, as the operations see it. */
export interface OperationRequest {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** The raw body of a POST or PATCH. */
  readonly body: string;
  /** The resolved version of a v2 resource. */
  readonly version: string | undefined;
  readonly now: number;
  /** Where links point: `http://host:port/api/atlas/v2`. */
  readonly root: string;
  /** Address of this resource without its query. */
  readonly href: string;
  /** Jobs younger than this are missing from the list (fault `listLag`). */
  readonly listLagMs: number;
}

/** What the operations work on. */
export interface OperationContext {
  readonly world: World;
  readonly engine: ExportEngine;
  readonly plans: ExportPlans;
  readonly seed: string;
  /** Whether a second active export of a snapshot is refused with 409. */
  readonly refuseSecondActiveExport: boolean;
}

/** What an operation answers with status 200. `createdExportId` is for the books. */
export interface Answer {
  readonly document: Document;
  readonly createdExportId?: string;
}

export type OperationHandler = (request: OperationRequest, context: OperationContext) => Answer;

const ID = /^[a-f0-9]{24}$/;

export function param(request: OperationRequest, name: string): string {
  return request.params[name] ?? '';
}

/** Throws 400 where an id in the path is none. */
export function idParam(request: OperationRequest, name: string): string {
  const value = param(request, name);
  if (!ID.test(value))
    throw badRequest('INVALID_PATH_PARAMETER', `Invalid path parameter ${value} specified.`, [value]);
  return value;
}

export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The body as an object that holds none but the known attributes. Throws the 400s of a body that is not. */
export function bodyObject(request: OperationRequest, known: readonly string[]): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(request.body);
  } catch {
    throw badRequest('MALFORMED_JSON', 'Received malformed JSON.');
  }
  if (!isRecord(body)) throw badRequest('INVALID_JSON', 'Received JSON that is not an object.');
  for (const name of Object.keys(body)) {
    if (!known.includes(name))
      throw badRequest('INVALID_ATTRIBUTE', `Invalid attribute ${name} specified.`, [name]);
  }
  return body;
}

/** Collects what is wrong with a body, so that every violation is named in one 400. */
export class Violations {
  readonly #fields: { field: string; description: string }[] = [];

  require(holds: boolean, field: string, description: string): void {
    if (!holds) this.#fields.push({ field, description });
  }

  throwIfAny(): void {
    if (this.#fields.length > 0) throw validationError(this.#fields);
  }
}

/** Creates a job of the next attempt of its snapshot, going as the plans say. */
export function createExport(
  context: OperationContext,
  request: Omit<NewExport, 'plan'>,
  plan?: Partial<NewExport['plan']>,
): ExportJob {
  const attempt = context.engine.attemptsOf(request.snapshot.id) + 1;
  const planned = context.plans.for({
    snapshotId: request.snapshot.id,
    attempt,
    clusterName: request.cluster.clusterName,
  });
  return context.engine.create({ ...request, plan: { ...planned, ...plan } });
}
