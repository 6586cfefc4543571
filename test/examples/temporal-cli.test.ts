/** Needs 'jq'. */
import { dirname, join } from 'node:path';
import { findOrBuildTemporalCli } from '../../src/testing/temporal-cli.ts';
import { describeExample } from './support/example-behaviour.ts';
import { examplesFolder } from './support/folders.ts';

describeExample({
  language: 'the Temporal CLI',
  prepare: async () => [join(examplesFolder, 'temporal-cli/start-export.sh')],
  environment: async () => {
    const cli = await findOrBuildTemporalCli({ report: console.error });
    return { PATH: `${dirname(cli)}:${process.env['PATH'] ?? ''}` };
  },
});
