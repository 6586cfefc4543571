import { toJsonSchema, type JsonSchema } from '@valibot/to-json-schema';
import { manifestFormat, manifestSchema } from '../../src/proof/manifest.ts';
import { dialect } from './json-schema.ts';

/** JSON Schema of a manifest, for whoever reads one without this product. */
export function manifestJsonSchema(): JsonSchema {
  const { $schema: _, ...manifest } = toJsonSchema(manifestSchema, {
    target: 'draft-2020-12',
    // Base64 is a pattern here and an annotation there.
    errorMode: 'ignore',
  });
  return {
    $schema: dialect,
    title: 'ExportManifest',
    description: `What an export was found to be, ${manifestFormat}. \`sha256\` is the hash of the canonical form (RFC 8785) of all but \`sha256\` and \`signature\`.`,
    ...manifest,
  };
}
