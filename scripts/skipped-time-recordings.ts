import { setTimeout as machineSleep } from 'node:timers/promises';
import { atlasFailure, PretendAtlas } from '../test/workflows/pretend-atlas.ts';
import { PretendFleet } from '../test/workflows/pretend-fleet.ts';

/** An export that takes long, recorded on a server whose time is skipped; the histories are as real as any. */
export interface SkippedTimeRecording {
  readonly name: string;
  readonly request?: object;
  readonly atlas: () => PretendAtlas;
  /** Of a fleet instead of an export. */
  readonly fleet?: (atlas: PretendAtlas) => PretendFleet;
  /** A person cancels the export while its create is under way. */
  readonly cancelledWhileCreating?: boolean;
}

/** Whose job is gone from the first look on. */
function forgetful(): PretendAtlas {
  const atlas = new PretendAtlas();
  atlas.before = ({ name }) => {
    if (name === 'pollExportJob') atlas.jobs.length = 0;
  };
  return atlas;
}

/** The first create never arrives, and somebody else has the snapshot exported meanwhile. */
function exportingForOthers(): PretendAtlas {
  const atlas = new PretendAtlas();
  atlas.before = ({ name, count, atMs }) => {
    if (name !== 'createExportJob' || count > 1) return;
    atlas.foreignJob({ plan: { runningMs: 0 }, createdAtMs: atMs });
    throw noReply();
  };
  return atlas;
}

/** Whose bucket cannot be looked into. */
function withoutBucket(): PretendAtlas {
  const atlas = new PretendAtlas();
  atlas.verify = () => {
    throw atlasFailure({ code: 'STORAGE_UNAVAILABLE', message: 'no connection', effect: 'none' });
  };
  return atlas;
}

/** Carries out what it is asked, and says nothing. */
function silent(): PretendAtlas {
  const atlas = new PretendAtlas();
  atlas.afterCreate = () => {
    throw noReply();
  };
  return atlas;
}

/** One cluster cannot be read for some minutes. */
function unwellFleet(atlas: PretendAtlas): PretendFleet {
  const fleet = new PretendFleet(atlas);
  fleet.addCluster('unwell', 1);
  fleet.beforeSurvey = () => {
    if (fleet.surveys.length > 8) return;
    throw atlasFailure({ code: 'ATLAS_UNAVAILABLE', message: 'no connection', effect: 'none' });
  };
  return fleet;
}

/** Loses a request, and takes until after the deadline to do so. */
function losing(): PretendAtlas {
  const atlas = silent();
  atlas.whileCreating = async () => {
    atlas.jobs.length = 0;
    await machineSleep(4_000);
  };
  return atlas;
}

/** Refuses a second export of a snapshot with a status that is not 409. */
function refusing(): PretendAtlas {
  const atlas = new PretendAtlas();
  atlas.before = ({ name, atMs }) => {
    if (name !== 'createExportJob') return;
    atlas.foreignJob({ plan: { runningMs: 60_000 }, createdAtMs: atMs });
    throw atlasFailure({ code: 'ATLAS_REJECTED', message: 'cannot', status: 400, effect: 'none' });
  };
  return atlas;
}

function noReply(): Error {
  return atlasFailure({ code: 'ATLAS_TIMEOUT', message: 'no reply', effect: 'unknown' });
}

export const skippedTimeRecordings: readonly SkippedTimeRecording[] = [
  { name: 'lost', atlas: forgetful },
  { name: 'bucket-away-until-the-deadline', request: { deadline: '2 hours' }, atlas: withoutBucket },
  { name: 'exported-while-in-doubt', atlas: exportingForOthers },
  { name: 'deadline-in-doubt', request: { deadline: '3s' }, atlas: silent },
  { name: 'doubt-past-deadline', request: { deadline: '3s' }, atlas: losing },
  { name: 'cancelled-in-doubt', cancelledWhileCreating: true, atlas: silent },
  {
    name: 'fleet-reads-again',
    request: {
      projects: [{ groupId: '5'.repeat(24), exportBucketId: 'b'.repeat(24) }],
      frequencyTypes: ['weekly'],
    },
    atlas: () => new PretendAtlas(),
    fleet: unwellFleet,
  },
  { name: 'refused-for-another', atlas: refusing },
];
