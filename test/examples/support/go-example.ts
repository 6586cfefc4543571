import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runBuildCommand } from '../../../src/testing/build-command.ts';
import { cacheFolder } from '../../../src/testing/cache-folder.ts';
import { installOnce } from '../../../src/testing/install-once.ts';
import type { Report } from '../../../src/testing/report.ts';
import { findOnPath } from '../../../src/testing/temporal-cli.ts';
import { examplesFolder, fingerprint } from './example-files.ts';

export const goExampleFolder = join(examplesFolder, 'go');

/**
 * The path of the example in Go, vetted and built once for each state of its files.
 * @throws Error with Go's own words, or with what to install
 */
export async function findOrBuildGoExample({ report }: { readonly report: Report }): Promise<string> {
  const sources = readdirSync(goExampleFolder).filter((name) => /\.go$|^go\.(?:mod|sum)$/.test(name));
  return await installOnce({
    folder: join(cacheFolder(), `go-example-${fingerprint(goExampleFolder, sources.sort())}`),
    executable: 'start-export',
    report,
    install: async (scratchFolder) => {
      const go = await goCommand();
      for (const [title, goArguments] of [
        ['building', ['build', '-mod=readonly', '-o', join(scratchFolder, 'start-export'), '.']],
        ['vetting', ['vet', '-mod=readonly', '.']],
      ] as const) {
        await runBuildCommand({
          title: `The example in Go: ${title}, once`,
          command: go,
          arguments: goArguments,
          folder: goExampleFolder,
          report,
        });
      }
    },
  });
}

async function goCommand(): Promise<string> {
  const go = await findOnPath('go', process.env);
  if (go === undefined) {
    throw new Error('The example in Go is built with Go, which is not on PATH. Install Go 1.26 or later.');
  }
  return go;
}
