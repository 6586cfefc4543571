import { defineSearchAttributeKey, type TypedSearchAttributes } from '@temporalio/common';

/**
 * What an export is found by in lists, without opening it. Temporal's search attributes of these names carry it
 * where the namespace has them (`atlas-export setup` registers them), else a memo does.
 */
export interface ExportLabels {
  readonly groupId: string;
  readonly clusterName: string;
  /** `"latest"` until that is resolved. */
  readonly snapshotId: string;
  /** A {@link stateLabel}; absent while there is no export job. */
  readonly state?: string | undefined;
}

/** How the label of a stalled export begins: `Stalled, InProgress`. */
const stalledPrefix = 'Stalled, ';

/** Atlas's state of the export job as last seen, and whether it is stalled in it. */
export function stateLabel(state: string, { stalled }: { readonly stalled: boolean }): string {
  return stalled ? `${stalledPrefix}${state}` : state;
}

/** Reads a {@link stateLabel} back. */
export function parseStateLabel(label: string): { readonly state: string; readonly stalled: boolean } {
  const stalled = label.startsWith(stalledPrefix);
  return { state: stalled ? label.slice(stalledPrefix.length) : label, stalled };
}

/** The search attributes by what they carry. All are of the type Keyword. */
export const exportSearchAttributes = {
  groupId: defineSearchAttributeKey('AtlasGroupId', 'KEYWORD'),
  clusterName: defineSearchAttributeKey('AtlasClusterName', 'KEYWORD'),
  snapshotId: defineSearchAttributeKey('AtlasSnapshotId', 'KEYWORD'),
  state: defineSearchAttributeKey('AtlasExportState', 'KEYWORD'),
} as const satisfies Record<keyof ExportLabels, unknown>;

/** Key of the memo entry that holds an export's {@link ExportLabels}. */
export const exportLabelsMemo = 'atlasExport';

/** The labels in a memo, as far as they are there: anybody can start a workflow with any memo. */
export function labelsOfMemo(memo: Readonly<Record<string, unknown>> | undefined): Partial<ExportLabels> {
  const entry = memo?.[exportLabelsMemo];
  if (typeof entry !== 'object' || entry === null) return {};
  const fields = new Map<string, unknown>(Object.entries(entry));
  const labels: { -readonly [Name in keyof ExportLabels]?: string } = {};
  for (const name of ['groupId', 'clusterName', 'snapshotId', 'state'] as const) {
    const value = fields.get(name);
    if (typeof value === 'string') labels[name] = value;
  }
  return labels;
}

/** The labels of an export as Temporal shows it in a list: those of its search attributes, else those of its memo. */
export function labelsOfExecution(shown: {
  readonly typedSearchAttributes: TypedSearchAttributes;
  readonly memo?: Readonly<Record<string, unknown>> | undefined;
}): { readonly [Name in keyof ExportLabels]?: string | undefined } {
  const fromMemo = labelsOfMemo(shown.memo);
  const label = (name: keyof ExportLabels): string | undefined =>
    shown.typedSearchAttributes.get(exportSearchAttributes[name]) ?? fromMemo[name];
  return {
    groupId: label('groupId'),
    clusterName: label('clusterName'),
    snapshotId: label('snapshotId'),
    state: label('state'),
  };
}
