/** An S3 server for one made-up export, in a process of its own so that its memory is not the check's. */
import { createServer } from 'node:http';
import { indexAfter, keyAt, objects, syntheticPrefix } from './synthetic-export.ts';

const complete = JSON.stringify({
  groupId: 'group',
  clusterName: 'cluster',
  snapshotInitiationDate: '2026-08-10T03:27:00.000Z',
  totalFiles: objects - 1,
  customData: [],
});

function listing(query: URLSearchParams): string {
  const after = query.get('start-after');
  const first = after === null ? 0 : indexAfter(after);
  const last = Math.min(first + Number(query.get('max-keys') ?? 1_000), objects);
  const rows = Array.from({ length: last - first }, (_, offset) => {
    const etag = `&quot;${String(first + offset).padStart(32, '0')}&quot;`;
    return `<Contents><Key>${keyAt(first + offset)}</Key><LastModified>2026-08-10T03:40:00.000Z</LastModified><ETag>${etag}</ETag><Size>4096</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>archive</Name><Prefix>${syntheticPrefix}</Prefix><MaxKeys>1000</MaxKeys><IsTruncated>${last < objects}</IsTruncated><KeyCount>${last - first}</KeyCount>${rows.join('')}</ListBucketResult>`;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const isList = url.searchParams.get('list-type') === '2';
  response.setHeader('content-type', isList ? 'application/xml' : 'application/json');
  response.end(isList ? listing(url.searchParams) : complete);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.({ port: address.port });
});
process.on('disconnect', () => process.exit());
