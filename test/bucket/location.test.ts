/** Goal: the bucket of an export is told from Atlas's document and the settings, or said to be unknown; never guessed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BucketError,
  bucketLocation,
  locationText,
  type BucketOverrides,
  type ExportBucketDocument,
} from '../../src/bucket/index.ts';

const unknown = (document: ExportBucketDocument, overrides?: BucketOverrides): void => {
  assert.throws(
    () => bucketLocation(document, overrides),
    (error) =>
      error instanceof BucketError && error.code === 'BUCKET_LOCATION' && !error.message.includes('secret'),
  );
};

describe('the location of an export bucket', () => {
  it("of AWS has the region in Amazon's spelling, or none where Atlas says none", () => {
    const aws = { cloudProvider: 'AWS', bucketName: 'archive' };
    assert.deepEqual(bucketLocation(aws), { provider: 'AWS', bucketName: 'archive' });
    for (const region of ['EU_WEST_1', 'eu-west-1']) {
      assert.deepEqual(bucketLocation({ ...aws, region }), {
        provider: 'AWS',
        bucketName: 'archive',
        region: 'eu-west-1',
      });
    }
  });

  it('is of AWS where an old document names no provider', () => {
    assert.equal(bucketLocation({ bucketName: 'archive' }).provider, 'AWS');
  });

  it('takes endpoint, region and path style from the settings', () => {
    const overrides = { endpoint: 'http://127.0.0.1:7070', region: 'us-east-1', forcePathStyle: true };
    assert.deepEqual(bucketLocation({ bucketName: 'archive', region: 'EU_WEST_1' }, overrides), {
      provider: 'AWS',
      bucketName: 'archive',
      ...overrides,
    });
  });

  it('of Azure is the account and the container, which may stand in the address', () => {
    const expected = {
      provider: 'AZURE',
      serviceUrl: 'https://acc.blob.core.windows.net',
      bucketName: 'exports',
    };
    const serviceUrl = 'https://acc.blob.core.windows.net';
    assert.deepEqual(bucketLocation({ cloudProvider: 'AZURE', serviceUrl, bucketName: 'exports' }), expected);
    assert.deepEqual(
      bucketLocation({ cloudProvider: 'AZURE', serviceUrl: `${serviceUrl}/exports` }),
      expected,
    );
    const withToken = bucketLocation(
      { cloudProvider: 'AZURE', serviceUrl, bucketName: 'exports' },
      { sasToken: '?sp=rl' },
    );
    assert.deepEqual(withToken, { ...expected, sasToken: 'sp=rl' });
    assert.equal(locationText(withToken), 'https://acc.blob.core.windows.net/exports');
  });

  it('of Google is the bucket', () => {
    const location = bucketLocation({ cloudProvider: 'GCP', bucketName: 'archive' });
    assert.deepEqual(location, { provider: 'GCP', bucketName: 'archive' });
    assert.equal(locationText(location), 'gs://archive');
  });

  it('is unknown where something is missing or is none', () => {
    unknown({ cloudProvider: 'AWS' });
    unknown({ cloudProvider: 'OCI', bucketName: 'archive' });
    unknown({ cloudProvider: 'AZURE', bucketName: 'exports' });
    unknown({ cloudProvider: 'AZURE', serviceUrl: 'https://acc.blob.core.windows.net' });
    unknown({
      cloudProvider: 'AZURE',
      serviceUrl: 'https://acc.blob.core.windows.net/?sig=secret',
      bucketName: 'exports',
    });
    unknown({ bucketName: '../elsewhere' });
    unknown({ bucketName: 'archive' }, { endpoint: 'ftp://x' });
    unknown({ bucketName: 'archive' }, { endpoint: 'http://key:secret@x' });
  });
});
