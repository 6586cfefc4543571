import { describeExports } from '../../src/activities/describe-exports.ts';
import { surveySnapshots } from '../../src/activities/fleet-survey.ts';
import type {
  FleetActivities,
  OccupiedSurvey,
  SurveyClusterInput,
  SurveyOccupiedInput,
} from '../../src/activities/index.ts';
import type { ExportJob, Snapshot } from '../../src/atlas/index.ts';
import type { PretendAtlas } from './pretend-atlas.ts';

const dayMs = 24 * 60 * 60_000;

/**
 * The activities that survey a fleet, answering from memory; the exports' own come from a {@link PretendAtlas}. What
 * Temporal is asked, it is asked in earnest.
 */
export class PretendFleet {
  readonly bucketId = 'b'.repeat(24);
  readonly surveys: SurveyClusterInput[] = [];
  /** Called before each survey of a cluster; what it throws is the answer. */
  beforeSurvey: (input: SurveyClusterInput) => void = () => undefined;
  readonly looks: SurveyOccupiedInput[] = [];
  /** What others export; what it throws is the answer. */
  elsewhere: (input: SurveyOccupiedInput) => OccupiedSurvey = () => ({ clusters: [], running: [] });
  private readonly atlas: PretendAtlas;
  private readonly snapshots = new Map<string, Snapshot[]>();
  private snapshotCount = 0;

  constructor(atlas: PretendAtlas) {
    this.atlas = atlas;
  }

  /** A cluster with so many weekly snapshots, a day apart; the ids are in the order of their age, the oldest first. */
  addCluster(clusterName: string, count: number): string[] {
    const snapshots = Array.from({ length: count }, (_, index): Snapshot => {
      this.snapshotCount += 1;
      return {
        id: this.snapshotCount.toString(16).padStart(24, '0'),
        status: 'completed',
        snapshotType: 'scheduled',
        frequencyType: 'weekly',
        createdAt: new Date(Date.UTC(2026, 0, 1) + index * dayMs).toISOString(),
        storageSizeBytes: 1_000_000_000,
      };
    });
    this.snapshots.set(clusterName, snapshots);
    return snapshots.map(({ id }) => id);
  }

  setStatus(snapshotId: string, status: string): void {
    for (const [clusterName, snapshots] of this.snapshots) {
      const changed = snapshots.map((each) => (each.id === snapshotId ? { ...each, status } : each));
      this.snapshots.set(clusterName, changed);
    }
  }

  activities(): FleetActivities {
    return {
      surveyProject: async () => ({
        exportBucketId: this.bucketId,
        clusters: [...this.snapshots.keys()].map((clusterName) => ({
          clusterName,
          sharded: false,
          shardCount: 1,
        })),
      }),
      surveyCluster: async (input) => {
        this.surveys.push(input);
        this.beforeSurvey(input);
        const snapshots = this.snapshots.get(input.clusterName) ?? [];
        return surveySnapshots({ snapshots, jobs: this.jobs() }, input);
      },
      surveyOccupied: async (input) => {
        this.looks.push(input);
        return this.elsewhere(input);
      },
      describeExports,
    };
  }

  private jobs(): ExportJob[] {
    return this.atlas.jobs.map(({ exportId, snapshotId, exportBucketId, plan }) => ({
      id: exportId,
      state: plan.outcome ?? 'Successful',
      snapshotId,
      exportBucketId,
      customData: [],
    }));
  }
}
