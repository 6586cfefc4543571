/** Needs 'jq'. */
import { dirname, join } from 'node:path';
import { findOrBuildTemporalCli } from '../../src/testing/temporal-cli.ts';
import { describeExample } from './support/example-behaviour.ts';
import { examplesFolder, report } from './support/example-files.ts';

describeExample({
  language: 'the Temporal CLI',
  prepare: async () => [join(examplesFolder, 'temporal-cli/start-export.sh')],
  environment: async () => {
    const cli = await findOrBuildTemporalCli({ report });
    return { PATH: `${dirname(cli)}:${process.env['PATH'] ?? ''}` };
  },
});
