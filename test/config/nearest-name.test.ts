import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from '../../src/config/nearest-name.ts';

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
