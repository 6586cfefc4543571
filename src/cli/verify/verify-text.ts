import { locationText } from '../../bucket/index.ts';
import { contentsText } from '../../contract/index.ts';
import { countOf, type VerificationReport } from '../../proof/index.ts';
import { isWhole, type CheckedAgain, type ComparedWith } from './check-again.ts';
import type { Subject } from './subject.ts';

/** In words; `--json` has up to a hundred findings and every change. */
const shownMax = 10;

/** What a check came to, for people. */
export function verifyLines({ check }: Subject, checked: CheckedAgain): string[] {
  const { report, since, problems, saved } = checked;
  const failures = countOf(report.listing.findings, 'failure');
  const changes = since?.changes.length ?? 0;
  return [
    `${locationText(check.location)}/${report.prefixes[0] ?? ''}`,
    `  export ${check.job.exportId} of snapshot ${check.snapshotId} of ${check.clusterName}, project ${check.groupId}`,
    `  now: ${outcomeText(report)}`,
    ...findingLines(report),
    ...sinceLines(since),
    ...problems.map((problem) => `  ${problem}`),
    ...(saved === undefined ? [] : [`  kept: ${saved.address}, SHA-256 ${saved.sha256}`]),
    isWhole(checked)
      ? 'Whole.'
      : `Not whole. Failures: ${failures}, changes: ${changes}, manifests and evidence that do not hold: ${problems.length}`,
  ];
}

/** The same for machines. */
export function verifyDocument({ check, stored }: Subject, checked: CheckedAgain): object {
  const { report, since, problems, saved } = checked;
  const { groupId, clusterName, snapshotId, exportBucketId, job, location } = check;
  return {
    whole: isWhole(checked),
    export: { exportId: job.exportId, groupId, clusterName, snapshotId, exportBucketId },
    bucket: { provider: location.provider, address: locationText(location), prefixes: report.prefixes },
    level: report.level,
    outcome: report.outcome,
    checkedAt: report.finishedAt,
    found: contentsOf(report),
    files: report.files,
    findings: report.listing.findings,
    stored: stored.map(({ address, seal, manifest }) => ({
      address,
      seal,
      level: manifest?.level ?? null,
      outcome: manifest?.outcome ?? null,
      finishedAt: manifest?.finishedAt ?? null,
    })),
    comparedWith: since === undefined ? null : { address: since.stored.address, by: since.by },
    changes: since?.changes ?? null,
    problems,
    saved: saved ?? null,
  };
}

function outcomeText(report: VerificationReport): string {
  return `${report.outcome} (${report.level}), ${contentsText(contentsOf(report))}`;
}

function contentsOf({ listing }: VerificationReport): Parameters<typeof contentsText>[0] {
  const { objects, dataFiles, bytes, collections, documents } = listing;
  return { objects, dataFiles, bytes, collections, documents };
}

function findingLines({ listing: { findings } }: VerificationReport): string[] {
  const all = countOf(findings, 'failure') + countOf(findings, 'warning');
  const shown = findings.first
    .toSorted((a, b) => (a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : 0))
    .slice(0, shownMax);
  return [
    ...shown.map(({ severity, code, where, what }) => `    ${severity}: ${code} ${where}: ${what}`),
    ...(all > shown.length ? [`    and ${all - shown.length} more`] : []),
  ];
}

function sinceLines(since: ComparedWith | undefined): string[] {
  if (since === undefined) return ['  since: no earlier check to compare with'];
  const { stored, by, changes } = since;
  const { outcome = '', level = '', finishedAt = '' } = stored.manifest ?? {};
  const shown = changes.slice(0, shownMax);
  return [
    `  before: ${outcome} (${level}) at ${finishedAt}, ${stored.seal}, ${stored.address}`,
    `  since: ${changes.length === 0 ? 'nothing changed' : `${by} changed: ${changes.length}`}`,
    ...shown.map(({ kind, where, what }) => `    ${kind}: ${where}: ${what}`),
    ...(changes.length > shown.length ? [`    and ${changes.length - shown.length} more`] : []),
  ];
}
