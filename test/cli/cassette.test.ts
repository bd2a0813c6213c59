import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../adapters/brains/endpoints/server.ts';
import { beginServing } from './cassette-process.ts';
import { turingos } from './harness.ts';

const tempDir = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'turingos-cassette-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

const post = async (url: string, body: string): Promise<unknown[]> => {
  const answer = await fetch(url, { method: 'POST', body, headers: { authorization: 'Bearer my-Own-Key-01234' } });
  return [answer.status, answer.headers.get('content-type'), await answer.text()];
};

test('record, then serve: the same answers, no keys, and nobody else may read the file', async () => {
  const out = join(tempDir(), 'real.cassette');
  const upstream = await serve((answer, { body, headers }) => answer.json(200, { body, you: headers.authorization }));
  const recorder = await beginServing('record', '--upstream', upstream.url, '--out', out);
  const recorded = [await post(`${recorder.url}/v1`, 'a'), await post(`${recorder.url}/v1`, 'b')];
  const said = await recorder.end('SIGINT');
  expect([said.code, said.stderr]).toEqual([0, '']);
  expect(said.stdout).toMatch(/POST \/v1 {2}200, 1 chunks, done after \d+ ms\n/);

  const text = readFileSync(out, 'utf8');
  expect(text.trimEnd().split('\n')).toHaveLength(3);
  expect(text + said.stdout).not.toContain('Own-Key');
  expect(statSync(out).mode & 0o777).toBe(0o600);

  const player = await beginServing('serve', out, '--json');
  const again = [await post(`${player.url}/v1`, 'a'), await post(`${player.url}/v1`, 'b')];
  expect(again).toEqual(
    recorded.map((one) => JSON.parse(JSON.stringify(one).replace('Bearer my-Own-Key-01234', '*'.repeat(23)))),
  );
  expect((await post(`${player.url}/v1`, 'c'))[0]).toBe(404);
  const served = await player.end('SIGTERM');
  expect([served.code, JSON.parse(served.stdout)]).toMatchObject([0, { url: player.url, exchanges: 2 }]);
});

test('what is under way when a recording ends is kept, as an abort', async () => {
  const out = join(tempDir(), 'real.cassette');
  const upstream = await serve((answer) => void answer.head(200).chunk('half'));
  const recorder = await beginServing('record', '--upstream', upstream.url, '--out', out);
  const answer = await fetch(`${recorder.url}/v1`);
  await answer.body?.getReader().read();
  expect((await recorder.end('SIGINT')).code).toBe(0);
  const [, exchange] = readFileSync(out, 'utf8').trimEnd().split('\n');
  expect(JSON.parse(exchange ?? '')).toMatchObject({ chunks: [{ text: 'half' }], end: { how: 'abort' } });
});

test.each<[string, string[], number, RegExp]>([
  ['no address', ['record', '--upstream', 'nonsense', '--out', 'DIR/new'], 65, /the upstream has to be a URL/],
  [
    'a file that is there',
    ['record', '--upstream', 'http://x', '--out', 'DIR/old'],
    65,
    /old cannot be recorded into: it is there/,
  ],
  ['no upstream', ['record', '--out', 'DIR/new'], 2, /required option '--upstream <url>'/],
  ['no cassette', ['serve', 'DIR/old'], 65, /old is no cassette of version 1/],
  ['no file', ['serve', 'DIR/none'], 66, /none cannot be read/],
  ['no port', ['serve', 'DIR/old', '--port', '70000'], 2, /up to 65535/],
])('%s is one sentence', async (_, args, code, words) => {
  const dir = tempDir();
  writeFileSync(join(dir, 'old'), 'dear diary\n');
  const ended = await turingos('cassette', ...args.map((arg) => arg.replace('DIR', dir)));
  expect([ended.code, ended.stdout]).toEqual([code, '']);
  expect(ended.stderr).toMatch(words);
  expect(ended.stderr.trimEnd()).not.toContain('\n');
  expect(existsSync(join(dir, 'new'))).toBe(false);
});

test('a port that is taken is one sentence', async () => {
  const taken = await serve(() => {});
  const port = new URL(taken.url).port;
  const out = join(tempDir(), 'x');
  const ended = await turingos('cassette', 'record', '--upstream', 'http://x', '--out', out, '--port', port);
  expect([ended.code, ended.stderr]).toEqual([
    69,
    expect.stringMatching(/^turingos: port \d+ cannot be had: something listens/),
  ]);
  // Nothing was recorded, so that the same command can be given again.
  expect(existsSync(out)).toBe(false);
});
