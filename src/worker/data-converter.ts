import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';

/** What every worker of this product is made with; Temporal's SDK loads the converter by its path. */
export const dataConverter: DataConverter = {
  failureConverterPath: fileURLToPath(new URL('failure-converter.js', import.meta.url)),
};
