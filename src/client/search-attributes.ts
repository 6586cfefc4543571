import type { Client } from '@temporalio/client';
import { exportSearchAttributes } from '../contract/index.ts';

/** The protocol's number for the type Keyword. */
const keyword = 2;

const names: readonly string[] = Object.values(exportSearchAttributes).map(({ name }) => name);

export interface RegisteredSearchAttributes {
  readonly registered: readonly string[];
  readonly missing: readonly string[];
  /** Registered under one of our names, but not as a Keyword: exports cannot carry it. */
  readonly wrongType: readonly string[];
}

/** Which of the exports' search attributes the namespace has. */
export async function searchAttributesOf(client: Client): Promise<RegisteredSearchAttributes> {
  const { namespace } = client.options;
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  const typeOf = new Map<string, unknown>(Object.entries(customAttributes ?? {}));
  return {
    registered: names.filter((name) => typeOf.get(name) === keyword),
    missing: names.filter((name) => !typeOf.has(name)),
    wrongType: names.filter((name) => typeOf.has(name) && typeOf.get(name) !== keyword),
  };
}

/** Registers what is missing. Returns the names of what it has registered. */
export async function registerSearchAttributes(client: Client): Promise<readonly string[]> {
  const { namespace } = client.options;
  const { missing } = await searchAttributesOf(client);
  if (missing.length === 0) return [];
  await client.connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
  });
  return missing;
}
