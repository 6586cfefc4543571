import { cutFromAtlas, cutFromTemporal, serverKilled } from './scenarios/network.ts';
import { databaseBroughtBack } from './scenarios/database-brought-back.ts';
import { frozenWorker } from './scenarios/frozen-worker.ts';
import { lateCreate } from './scenarios/late-create.ts';
import { fullDisk, readOnlyFolders } from './scenarios/disk.ts';
import { twoVersions } from './scenarios/two-versions.ts';
import type { Scenario } from './scenario.ts';

/** What goes wrong besides killed workers, in the order in which it is tried. */
export const scenarios: readonly Scenario[] = [
  serverKilled,
  cutFromTemporal,
  cutFromAtlas,
  frozenWorker,
  lateCreate,
  databaseBroughtBack,
  fullDisk,
  readOnlyFolders,
  twoVersions,
];
