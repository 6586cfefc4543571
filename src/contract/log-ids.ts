/** What a log line says about the export it belongs to, under Atlas's own names. */
export interface ExportLogIds {
  readonly groupId?: string;
  readonly clusterName?: string;
  readonly snapshotId?: string;
  readonly exportId?: string;
}

const logIdNames = ['groupId', 'clusterName', 'snapshotId', 'exportId'] as const;

/** An id of Atlas has 24 characters and a cluster's name 64: whatever is longer is none, and stays out of logs. */
const logIdCharactersMax = 64;

/**
 * The ids found in the single input object of a workflow or an activity. Takes anything, since anybody can start
 * a workflow with anything, and keeps only what can be an id; never throws.
 */
export function exportLogIds(input: unknown): ExportLogIds {
  if (typeof input !== 'object' || input === null) return {};
  const fields = new Map<string, unknown>(Object.entries(input));
  const ids: { -readonly [Name in keyof ExportLogIds]: ExportLogIds[Name] } = {};
  for (const name of logIdNames) {
    const value: unknown = fields.get(name);
    if (typeof value === 'string' && value.length > 0 && value.length <= logIdCharactersMax)
      ids[name] = value;
  }
  return ids;
}
