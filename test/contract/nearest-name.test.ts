import assert from 'node:assert/strict';
import { test } from 'node:test';
import { likelyName, nearestName } from '../../src/contract/nearest-name.ts';

test('the nearest name is the one with the fewest typing mistakes in between', () => {
  assert.equal(nearestName('LOGLEVEL', ['TASK_QUEUE', 'LOG_LEVEL', 'HTTP_PORT']), 'LOG_LEVEL');
  assert.equal(nearestName('HTPP_PROT', ['HTTP_HOST', 'HTTP_PORT']), 'HTTP_PORT');
});

test('of names equally near, the first is taken', () => {
  assert.equal(nearestName('AX', ['AB', 'AC']), 'AB');
});

test('without known names there is no nearest', () => {
  assert.equal(nearestName('A', []), undefined);
});

test('of an overlong name only the beginning counts', () => {
  assert.equal(nearestName(`HTTP_PORT${'x'.repeat(1_000_000)}`, ['LOG_LEVEL', 'HTTP_PORT']), 'HTTP_PORT');
});

test('a name in another case is nearer than any other', () => {
  assert.equal(nearestName('groupID', ['groupUD', 'groupId']), 'groupId');
});

test('a name that holds another, or is a part of it, is likely meant for it', () => {
  const known = ['deadline', 'clusterName', 'exportBucketName', 'exportBucketId'];
  assert.equal(likelyName('bucket', known), 'exportBucketId');
  assert.equal(likelyName('clusterNames', known), 'clusterName');
  assert.equal(likelyName('BUCKETNAME', known), 'exportBucketName');
});

test('a name that has little in common with any known one is meant for none', () => {
  assert.equal(likelyName('region', ['deadline', 'clusterName', 'snapshotId']), undefined);
  assert.equal(likelyName('x', ['exportBucketId']), undefined);
});
