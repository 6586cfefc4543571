import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { parseChallenges, selectDigestChallenge } from '../../src/atlas/digest-challenge.ts';
import { PROPERTY_LIMITS } from './support/property-limits.ts';

const ATLAS_CHALLENGE =
  'Digest realm="MMS Public API", domain="", nonce="p3c+/Fq0mP7wPyZYp9tZkQk3GvlbVMQX", algorithm=MD5, qop="auth", stale=false';

function select(header: string | string[]): ReturnType<typeof selectDigestChallenge> {
  return selectDigestChallenge(parseChallenges(header));
}

describe('the challenge parser', () => {
  it('reads the challenge that Atlas sends', () => {
    assert.deepEqual(select(ATLAS_CHALLENGE), {
      realm: 'MMS Public API',
      nonce: 'p3c+/Fq0mP7wPyZYp9tZkQk3GvlbVMQX',
      algorithm: 'MD5',
      hash: 'md5',
      session: false,
      stale: false,
      userHash: false,
    });
  });

  it('reads commas, equals signs and escaped quotes inside quotes', () => {
    const challenge = select('Digest realm="a, b=\\"c\\", \\\\d", nonce="n,=1", qop="auth-int, auth"');
    assert.equal(challenge?.realm, 'a, b="c", \\d');
    assert.equal(challenge?.nonce, 'n,=1');
  });

  it('finds Digest among several challenges in one value, before and after it', () => {
    const header =
      'Negotiate YWJj==, Basic realm="x, y", Digest realm="r", nonce="n", qop=auth, opaque=o, Bearer realm="z", nonce="other"';
    assert.deepEqual(
      parseChallenges(header).map(({ scheme }) => scheme),
      ['negotiate', 'basic', 'digest', 'bearer'],
    );
    assert.equal(select(header)?.nonce, 'n');
    assert.equal(select(header)?.opaque, 'o');
  });

  it('finds Digest in a second WWW-Authenticate header', () => {
    assert.equal(select(['Bearer realm="x"', ATLAS_CHALLENGE])?.realm, 'MMS Public API');
  });

  it('reads parameters without commas, with spaces around "=", in any case, and unknown ones', () => {
    const challenge = select(
      'dIGEST REALM = "r"\tNonce= n qop ="auth"  weird , STALE=True,algorithm="sha-256"',
    );
    assert.deepEqual([challenge?.nonce, challenge?.stale, challenge?.hash], ['n', true, 'sha256']);
  });

  it('takes the first algorithm it can do, which is the order the server prefers', () => {
    const header =
      'Digest realm="r", nonce="1", qop="auth", algorithm=SHA-512-256, Digest realm="r", nonce="2", qop="auth", algorithm=SHA-256, Digest realm="r", nonce="3", qop="auth", algorithm=MD5';
    assert.equal(select(header)?.nonce, '2');
  });

  it('refuses a challenge without nonce, realm or qop "auth"', () => {
    assert.equal(select('Digest realm="r", qop="auth"'), undefined);
    assert.equal(select('Digest nonce="n", qop="auth"'), undefined);
    assert.equal(select('Digest realm="r", nonce="n"'), undefined);
    assert.equal(select('Digest realm="r", nonce="n", qop="auth-int"'), undefined);
  });

  it('reads back whatever a server can put into quotes', () => {
    const value = fc.string({ maxLength: 40 });
    fc.assert(
      fc.property(
        value,
        value.filter((nonce) => nonce !== ''),
        value,
        (realm, nonce, opaque) => {
          const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
          const header = `Basic realm="q, r", Digest qop="auth", realm=${quoted(realm)}, x=y, nonce=${quoted(nonce)}, opaque=${quoted(opaque)}`;
          const challenge = select(header);
          assert.deepEqual([challenge?.realm, challenge?.nonce, challenge?.opaque], [realm, nonce, opaque]);
        },
      ),
      PROPERTY_LIMITS,
    );
  });

  it('never throws, whatever it is given', () => {
    const piece = fc.oneof(
      fc.constantFrom('Digest', 'realm', 'nonce', 'qop', 'auth', '"', '\\', '=', ',', ' ', '\t'),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const challenges = parseChallenges(pieces.join(''));
        assert.ok(challenges.every(({ scheme }) => scheme !== ''));
        selectDigestChallenge(challenges);
      }),
      PROPERTY_LIMITS,
    );
  });

  it('reads 100,000 hostile characters without getting stuck', { timeout: 10_000 }, () => {
    for (const unit of ['"', '\\"', 'a=', 'a ', ' =', ',']) {
      assert.ok(Array.isArray(parseChallenges(`Digest realm="${unit.repeat(50_000)}`)), unit);
      assert.ok(Array.isArray(parseChallenges(unit.repeat(50_000))), unit);
    }
  });
});
