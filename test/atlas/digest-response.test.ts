import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseChallenges, selectDigestChallenge } from '../../src/atlas/digest-challenge.ts';
import { digestAuthorization } from '../../src/atlas/digest-response.ts';

/** RFC 7616 §3.9.1. */
const RFC_CHALLENGE = (algorithm: string): string =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;

function answer(challengeHeader: string, publicKey = 'Mufasa'): string {
  const challenge = selectDigestChallenge(parseChallenges(challengeHeader));
  assert.ok(challenge !== undefined);
  return digestAuthorization({
    challenge,
    publicKey,
    privateKey: 'Circle of Life',
    method: 'GET',
    uri: '/dir/index.html',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    nonceCount: 1,
  });
}

function fieldOf(header: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(header)?.[1];
}

describe('the digest response', () => {
  it('is that of RFC 7616 §3.9.1 for MD5', () => {
    const header = answer(RFC_CHALLENGE('MD5'));
    assert.equal(fieldOf(header, 'response'), '8ca523f5e9506fed4657c9700eebdbec');
    assert.match(header, /, qop=auth, nc=00000001, /);
    assert.match(header, /, algorithm=MD5, /);
  });

  it('is that of RFC 7616 §3.9.1 for SHA-256', () => {
    const header = answer(RFC_CHALLENGE('SHA-256'));
    const expected = '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1';
    assert.equal(fieldOf(header, 'response'), expected);
  });

  it('sends back realm, nonce, opaque and algorithm as the server wrote them', () => {
    const header = answer(RFC_CHALLENGE('"sha-256"'));
    assert.equal(fieldOf(header, 'realm'), 'http-auth@example.org');
    assert.equal(fieldOf(header, 'nonce'), '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v');
    assert.equal(fieldOf(header, 'opaque'), 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS');
    assert.match(header, /, algorithm=sha-256, /);
  });

  it('escapes quotes and backslashes in what it quotes', () => {
    const header = answer('Digest realm="a\\"b\\\\c", nonce="n", qop="auth"');
    assert.ok(header.includes('realm="a\\"b\\\\c"'), header);
  });

  it('hashes the user name when the server asks for it (RFC 7616 §3.4.4)', () => {
    const header = answer(`${RFC_CHALLENGE('SHA-256')}, userhash=true`);
    assert.match(fieldOf(header, 'username') ?? '', /^[\da-f]{64}$/);
    assert.match(header, /, userhash=true$/);
  });
});
