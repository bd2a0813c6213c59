import { request } from 'node:http';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { listen, stop } from '../../../src/adapters/cassette/loopback.ts';
import { createRecorder, upstreamUrl } from '../../../src/adapters/cassette/recorder.ts';
import { maskedChunks } from '../../../src/adapters/cassette/strip.ts';
import { runs } from '../../helpers/fc.ts';
import { type Script, serve } from '../brains/endpoints/server.ts';

const KEY = 'my-Own-Key-0123456789';
const ORG = 'org-AbCdEfGh0123456789IjKlMn';

/** What a recorder keeps of a request with such headers, as text. */
const keptOf = async (script: Script, path: string, headers: Record<string, string>): Promise<string> => {
  const upstream = await serve(script);
  const { promise, resolve } = Promise.withResolvers<string>();
  const server = createRecorder(new URL(upstream.url), (exchange) => resolve(JSON.stringify(exchange)));
  const url = await listen(server, 0);
  onTestFinished(() => stop(server));
  request(url + path, { method: 'POST', headers, agent: false }, (answer) => answer.resume()).end('{}');
  const kept = await promise;
  // They did reach the server.
  for (const [name, value] of Object.entries(headers)) expect(upstream.asked[0]?.headers[name]).toBe(value);
  expect(upstream.asked[0]?.path).toBe(path);
  return kept;
};

/** Says back whatever it was sent, a few bytes at a time. */
const echo: Script = (answer, { path, headers }) => {
  const told = Buffer.from(JSON.stringify({ error: { message: `no: ${path} ${JSON.stringify(headers)} in ${ORG}` } }));
  answer.head(401, {
    'content-type': 'application/json',
    'set-cookie': `session=${KEY}`,
    'openai-organization': ORG,
    'x-request-id': 'req-1',
    'x-ratelimit-remaining-tokens': '5',
  });
  for (let at = 0; at < told.length; at += 7) answer.chunk(told.subarray(at, at + 7));
  answer.end();
};

test.each<[string, string, Record<string, string>]>([
  ['the Authorization header', '/v1', { authorization: `Bearer ${KEY}` }],
  ['a header for keys', '/v1', { 'x-goog-api-key': KEY }],
  ['another one', '/v1', { 'api-key': KEY }],
  ['a cookie', '/v1', { cookie: `a=1; session=${KEY}` }],
  ['the organisation', '/v1', { 'openai-organization': KEY }],
  ['a parameter', `/v1?alt=sse&key=${KEY}`, {}],
  ['another one', `/v1?access_token=${KEY}`, {}],
])('%s is in no cassette, though the server repeats it', async (_, path, headers) => {
  const kept = await keptOf(echo, path, headers);
  expect(kept).not.toContain(KEY);
  expect(kept).not.toContain('Own-Key');
  expect(kept).not.toContain(ORG);
  expect(kept).not.toMatch(/set-cookie|session=|x-request-id/);
  expect(JSON.parse(kept)).toMatchObject({ head: { headers: { 'x-ratelimit-remaining-tokens': '5' } } });
});

test('the scheme of a key is no secret', async () => {
  const kept = await keptOf((answer) => answer.json(200, 'a Bearer of news'), '/v1', {
    authorization: `Bearer ${KEY}`,
  });
  expect(kept).toContain('a Bearer of news');
});

test('lengths and borders stay, and so do bytes that are no text', () => {
  const chunks = [Buffer.from([0xff, 0x61]), Buffer.from('sec'), Buffer.from('ret\u00e9!'), Buffer.from([0xfe])];
  const clean = maskedChunks(chunks, ['secret\u00e9']);
  expect(clean).toEqual([Buffer.from([0xff, 0x61]), Buffer.from('***'), Buffer.from('*****!'), Buffer.from([0xfe])]);
});

test('an answer that is packed is not kept, since no key could be found in it', async () => {
  const upstream = await serve((answer) => answer.head(200, { 'content-encoding': 'gzip' }).chunk('x').end());
  let kept = 0;
  const server = createRecorder(new URL(upstream.url), () => {
    kept += 1;
  });
  const url = await listen(server, 0);
  onTestFinished(() => stop(server));
  const answer = await fetch(url);
  expect([answer.status, await answer.text(), kept]).toEqual([
    502,
    expect.stringMatching(/packs its answer \(gzip\)/),
    0,
  ]);
  expect(upstream.asked[0]?.headers['accept-encoding']).toBe('identity');
});

test.each([
  ['ftp://x', /has to be a URL/],
  ['nonsense', /has to be a URL/],
  [`http://me:${KEY}@x`, /takes no login/],
  [`http://x/?key=${KEY}`, /no query/],
])('the upstream %s is refused, and not repeated', (text, words) => {
  expect(() => upstreamUrl(text)).toThrow(words);
  expect(() => upstreamUrl(text)).not.toThrow(KEY);
});

test('no secret is left, wherever chunks are cut, and no other byte is touched', () => {
  const secret = fc.string({ minLength: 6, maxLength: 12, unit: 'grapheme' }).map((text) => Buffer.from(text));
  const bytes = fc.uint8Array({ maxLength: 20 }).map((some) => Buffer.from(some));
  fc.assert(
    fc.property(secret, bytes, bytes, fc.array(fc.nat(), { maxLength: 6 }), (hidden, before, after, cuts) => {
      const whole = Buffer.concat([before, hidden, after]);
      const places = [0, ...cuts.map((cut) => cut % whole.length), whole.length].sort((a, b) => a - b);
      const chunks = places.slice(1).map((end, i) => whole.subarray(places[i], end));
      const clean = maskedChunks(chunks, [hidden.toString()]);
      expect(clean.map(({ length }) => length)).toEqual(chunks.map(({ length }) => length));
      const joined = Buffer.concat(clean);
      // Unless it is of stars itself.
      expect(joined.includes(hidden) && !/^\*+$/.test(hidden.toString())).toBe(false);
      expect(joined.every((byte, i) => byte === whole[i] || byte === 0x2a)).toBe(true);
    }),
    { numRuns: runs },
  );
});
