import { findingText, verificationText, type ExportVerification } from '../contract/index.ts';

/** What the bucket shows, in Markdown. `inline` makes text from outside harmless. */
export function verificationDetails(
  verification: ExportVerification | undefined,
  inline: (text: string) => string,
): string {
  if (verification === undefined) return '';
  const { manifest, failure, nextLookAt, findings, findingsCount } = verification;
  const lines = [
    `In the bucket: **${inline(verificationText(verification))}**`,
    manifest === undefined ? '' : `Manifest: \`${inline(manifest.address)}\`, SHA-256 \`${manifest.sha256}\``,
    nextLookAt === undefined ? '' : `Late objects are looked for again at ${nextLookAt}`,
    failure === undefined
      ? ''
      : `The bucket cannot be looked into (${failure.inARow} in a row since ${failure.since}): ${failure.code}, ${inline(failure.message)}`,
  ];
  const shown = findings.map((finding) => `- ${finding.severity}: ${inline(findingText(finding))}`);
  const more = findingsCount > findings.length ? [`- … ${findingsCount - findings.length} more`] : [];
  return [lines.filter((line) => line !== '').join('  \n'), [...shown, ...more].join('\n')]
    .filter((part) => part !== '')
    .join('\n\n');
}
