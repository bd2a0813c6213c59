import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dehydrate, rehydrate } from '../../src/journal/blob-refs.ts';
import { BlobStore, openJournal, payloadOf, verifyChain } from '../../src/journal/index.ts';
import { PATIENT, RUNS, readAll, scratchRun } from './scratch.ts';

const sha = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const blobPath = (run: string, digest: string): string => join(run, 'blobs', digest.slice(0, 2), digest);

function longestWellFormed(value: unknown): number {
  if (typeof value === 'string') return value.isWellFormed() ? value.length : 0;
  if (typeof value !== 'object' || value === null) return 0;
  return Math.max(0, ...Object.values(value).map(longestWellFormed));
}

describe('long strings of a payload', () => {
  it('come back from references, wherever they stand; short ones stay', PATIENT, () => {
    // A short alphabet and a factor, so that strings on both sides of the limit are common and cheap to make.
    const text = fc
      .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }), fc.constantFrom(1, 1, 1024, 1366, 4097))
      .map(([part, times]) => part.repeat(times));
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('node'), { maxLength: 2 }),
        fc.dictionary(fc.string({ maxLength: 3 }), tie('node'), { maxKeys: 2 }),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (value) => {
        const store = new Map<string, string>();
        const small = dehydrate(value, (long) => {
          const digest = store.size.toString(16).padStart(64, '0');
          store.set(digest, long);
          return digest;
        });
        for (const long of store.values()) expect(long.length).toBeGreaterThan(4096);
        expect(longestWellFormed(small)).toBeLessThanOrEqual(4096);
        const back = rehydrate(JSON.parse(JSON.stringify(small)), (digest) => store.get(digest) as string);
        expect(back).toEqual({ value, missing: [] });
      }),
      { numRuns: RUNS },
    );
  });

  it('are stored by the digest of their UTF-8 from 4,097 units on, and put back by the reader', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    const payload = {
      kind: 'world.observed',
      at: 'x'.repeat(4096),
      over: 'é'.repeat(4097),
      deep: [{ text: 'y'.repeat(9000) }],
    };
    journal.appendNote(payload);
    await journal.close();
    const [raw] = await readAll(run);
    expect(raw).toMatchObject({
      at: payload.at,
      over: { blob: sha(payload.over), chars: 4097 },
      deep: [{ text: { blob: sha('y'.repeat(9000)), chars: 9000 } }],
    });
    expect(readFileSync(blobPath(run, sha(payload.over)), 'utf8')).toBe(payload.over);
    const [whole] = await readAll(run, { hydrate: true });
    expect(whole && payloadOf(whole)).toEqual(payload);
  });

  it('stay in the record when UTF-8 cannot hold them', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    const text = `${'x'.repeat(5000)}\ud800`;
    journal.appendNote({ kind: 'a', text });
    await journal.close();
    expect((await readAll(run))[0]).toMatchObject({ text });
    expect(existsSync(join(run, 'blobs'))).toBe(false);
  });

  it('exist before the record that names them is handed to the system', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    journal.appendNote({ kind: 'a', text: 'x'.repeat(5000) });
    expect(readFileSync(join(run, 'journal', '000001.ndjson'), 'utf8')).toBe('');
    expect(existsSync(blobPath(run, sha('x'.repeat(5000))))).toBe(true);
    await journal.close();
  });
});

describe('a missing or changed blob', () => {
  async function withBlob(): Promise<{ run: string; path: string; digest: string }> {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    journal.appendNote({ kind: 'a', text: 'x'.repeat(5000) });
    await journal.close();
    const digest = sha('x'.repeat(5000));
    return { run, digest, path: blobPath(run, digest) };
  }

  it('is a problem of its own, and no break of the chain', async () => {
    const { run, digest, path } = await withBlob();
    expect(await verifyChain(run)).toMatchObject({ ok: true, missing: [] });
    writeFileSync(path, 'x'.repeat(4999));
    const wrong = { code: 'blob_missing', sha256: digest, why: 'wrong' };
    expect(await verifyChain(run)).toMatchObject({ ok: true, breaks: [], missing: [wrong] });
    rmSync(path);
    const absent = { ...wrong, why: 'absent' };
    expect(await verifyChain(run)).toMatchObject({ ok: true, missing: [absent] });
    const [record] = await readAll(run, { hydrate: true });
    expect(record).toMatchObject({ text: { blob: digest, chars: 5000 } });
    expect(record && new BlobStore(run).hydrate(record).missing).toEqual([absent]);
  });

  it('makes `get` throw blob_missing and is healed by putting the text again', async () => {
    const { run, digest, path } = await withBlob();
    const store = new BlobStore(run);
    expect(store.get(digest)).toBe('x'.repeat(5000));
    writeFileSync(path, '');
    expect(() => store.get(digest)).toThrow(expect.objectContaining({ code: 'blob_missing' }));
    expect(store.put('x'.repeat(5000))).toEqual({ sha256: digest });
    expect(store.get(digest)).toBe('x'.repeat(5000));
  });
});

describe('BlobStore', () => {
  it('stores a text once and leaves no temporary file', async () => {
    const run = scratchRun();
    const store = new BlobStore(run);
    const { sha256 } = store.put('short');
    expect(store.put('short')).toEqual({ sha256 });
    await store.sync();
    store.syncNow();
    expect(readdirSync(join(run, 'blobs', sha256.slice(0, 2)))).toEqual([sha256]);
  });
});
