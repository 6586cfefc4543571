import { link, mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Random } from '../polling/random.ts';

export const packedPrefix = 'exported_snapshots/org/group/cluster/2026-08-10T0327/1786332505/';

const memberUnpackedBytes = 64_000_000;

/**
 * Makes an export of files of one size in a folder: orders in extended JSON, packed by zlib's default level. One member of
 * gzip is repeated, and one file linked, so that a gigabyte takes seconds to make; whoever reads it has to unpack it all.
 */
export async function makePackedExport(
  folder: string,
  { files, fileBytes }: { readonly files: number; readonly fileBytes: number },
): Promise<{ readonly paths: readonly string[]; readonly bytes: number }> {
  const member = gzipSync(orders(memberUnpackedBytes));
  const members = Math.max(1, Math.round(fileBytes / member.length));
  const at = (increment: number): string => pathOf(folder, increment);
  await mkdir(dirname(at(0)), { recursive: true });
  const first = await open(at(0), 'w');
  for (let count = 0; count < members; count += 1) await first.write(member);
  await first.close();
  for (let increment = 1; increment < files; increment += 1) await link(at(0), at(increment));
  await completeExport(folder, files);
  return {
    paths: Array.from({ length: files }, (_, increment) => at(increment)),
    bytes: files * members * member.length,
  };
}

/** Makes an export of many small files in a folder, each of a few orders. */
export async function makeSmallFiles(folder: string, files: number): Promise<void> {
  const content = gzipSync(orders(1_500));
  await mkdir(dirname(pathOf(folder, 0)), { recursive: true });
  for (let increment = 0; increment < files; increment += 1) {
    await writeFile(pathOf(folder, increment), content);
  }
  await completeExport(folder, files);
}

function pathOf(folder: string, increment: number): string {
  return join(folder, packedPrefix, `shop/orders/atlas-shard-0.${increment}.json.gz`);
}

async function completeExport(folder: string, files: number): Promise<void> {
  await writeFile(join(dirname(pathOf(folder, 0)), 'metadata.json'), '{"indexes":[]}');
  const complete = {
    groupId: 'group',
    clusterName: 'cluster',
    snapshotInitiationDate: '2026-08-10T03:27:00Z',
    totalFiles: files,
  };
  await writeFile(join(folder, packedPrefix, '.complete'), JSON.stringify(complete));
}

const words = 'alpha order shipping München invoice customer street value pending delivered'.split(' ');

function orders(bytes: number): Buffer {
  const generator = new Random(7);
  const random = (): number => generator.uniform();
  const digits = (count: number): string =>
    Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
  const text = (count: number): string =>
    Array.from({ length: count }, () => words[Math.floor(random() * words.length)]).join(' ');
  const lines: string[] = [];
  for (let made = 0; made < bytes;) {
    const line = `${JSON.stringify({
      _id: { $oid: digits(24) },
      number: { $numberInt: String(Math.floor(random() * 1e6)) },
      placedAt: { $date: { $numberLong: String(Math.floor(random() * 1e12)) } },
      customer: text(6),
      total: { $numberDecimal: (random() * 1000).toFixed(2) },
      items: Array.from({ length: 3 }, () => ({
        sku: digits(12),
        quantity: Math.floor(random() * 10),
        sold: random() > 0.5,
      })),
      note: text(20),
    })}\n`;
    lines.push(line);
    made += Buffer.byteLength(line);
  }
  return Buffer.from(lines.join(''));
}
