import type { ExportRequest, ExportResult } from '../../src/contract/index.ts';
import { exportFailureOf, type EndedExport } from './export-failure-of.ts';
import type { PretendAtlas } from './pretend-atlas.ts';
import type { SkippedTime } from './time-skipping.ts';

/** Runs an export to its end, as its test expects it to end; of the usual request unless another is given. */
export interface ExportsOn {
  readonly succeed: (atlas: PretendAtlas, request?: ExportRequest) => Promise<ExportResult>;
  readonly fail: (atlas: PretendAtlas, request?: ExportRequest) => Promise<EndedExport>;
}

/** `time` is asked for when an export begins: it is there once the tests' `before` has run. */
export function exportsOn(time: () => SkippedTime, usual: ExportRequest): ExportsOn {
  return {
    succeed: (atlas, request = usual) =>
      time().withWorker(atlas.activities(), async (queue) => (await queue.start(request)).result()),
    fail: (atlas, request = usual) =>
      time().withWorker(atlas.activities(), async (queue) => exportFailureOf(await queue.start(request))),
  };
}
