import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { withExportClient } from '../temporal.ts';
import { searchAttributesOf } from '../../client.ts';
import type { VerbCall } from '../verb.ts';

export async function run({ context }: VerbCall): Promise<ExitCode> {
  const { output } = context;
  return withExportClient(context, async (client) => {
    const { registered, wrongType } = await searchAttributesOf(client.temporal);
    const added = await client.registerSearchAttributes();
    output.document({ namespace: client.temporal.options.namespace, added, registered, wrongType });
    for (const name of added) output.line(`registered ${name}`);
    for (const name of registered) output.line(`${name} was there already`);
    for (const name of wrongType) {
      output.note(
        `${name} is there with another type than Keyword: exports will do without search attributes.`,
      );
    }
    return wrongType.length === 0 ? exitCodes.done : exitCodes.usage;
  });
}
