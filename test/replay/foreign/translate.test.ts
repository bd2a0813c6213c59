/** Whatever a journal says: it becomes records of the shape of ours, and none of our projections fails on them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { payloadProblem } from '../../../src/kernel/records/index.ts';
import type { Entry } from '../../../src/replay/foreign/entries.ts';
import { translate } from '../../../src/replay/foreign/translate.ts';
import { emptyLive, foldLive } from '../../../src/store/live-state.ts';
import { runs } from '../../helpers/fc.ts';
import { at, frameLine, tuplesOf } from './made.ts';

const name = fc.constantFrom('planner_a', 'planner_z', 'worker_b', 'worker_c');
const word = fc.string({ maxLength: 400 });
const anyJson = fc.json({ maxDepth: 2 });
const OPS = ['SYS_WRITE', 'SYS_GOTO', 'SYS_EXEC', 'SYS_PUSH', 'SYS_POP', 'SYS_HALT', 'SYS_GIT_LOG', 'SYS_ODD'];
const fields = fc.constantFrom('payload', 'pointer', 'cmd', 'task', 'limit', 'path', 'since', 'semantic_cap');
const op = fc
  .tuple(fc.constantFrom(...OPS), fc.dictionary(fields, fc.oneof(word, fc.integer())))
  .map(([kind, more]) => ({ ...more, op: kind }));
const bodyOf = (line: string): string => line.slice(line.indexOf(' ') + 1);

const tuple = fc
  .record({ q: word, d: word, saw: word, op, qNext: word, dNext: word })
  .map((step) => ['REPLAY_TUPLE', tuplesOf([step])[0] ?? ''] as const);
const frame = fc
  .tuple(fc.constantFrom('cpu_fault', 'panic_reset', 'unrecoverable_loop', 'illegal_halt', 'odd'), word)
  .map(([base, text]) => ['TRAP_FRAME', bodyOf(frameLine(0, base, text)[1])] as const);
const route = fc.tuple(name, fc.nat(50), fc.double()).map(([pid, sent, temperature]) => {
  const body = { ts: at(sent), pid, role: pid.startsWith('p') ? 'PLANNER' : 'WORKER', temperature };
  return ['HYPERCORE_ROUTE', JSON.stringify(body)] as const;
});
const POOL = [
  'MAP',
  'REDUCE',
  'REDUCE_DROP',
  'TRAP',
  'RED_FLAG',
  'HALT_REQUEST',
  'PRICE',
  'STRICT_WRITE_COERCE',
  'ODD',
];
const SAID = ['verdict=FAIL', 'verdict=PASS', 'consensus=4 votes=2/1', 'children=worker_b,worker_c', 'pointer=a'];
const pool = fc
  .tuple(fc.constantFrom(...POOL), name, name, fc.constantFrom(...SAID, 'details=Error: Request timed out.'), word)
  .map(([tag, pid, child, said, text]) => [`HYPERCORE_${tag}`, `pid=${pid} child=${child} ${said} ${text}`] as const);
const other = fc.oneof(
  fc.tuple(fc.constantFrom('Tick', 'VLIW_BUNDLE', 'FRAME_HARD_LIMIT', 'HALT_GUARD', 'X', ''), word),
  fc.tuple(fc.constantFrom('REPLAY_TUPLE', 'TRAP_FRAME', 'HYPERCORE_ROUTE'), anyJson),
  fc.tuple(name, word).map(([worker, code]) => ['PYTHON_EXEC_CODE', `worker=${worker} code=${code}`] as const),
);

const entry = fc
  .tuple(fc.option(fc.nat(60)), fc.oneof(tuple, frame, route, pool, pool, other), fc.array(word, { maxLength: 2 }))
  .map(([seconds, [tag, body], more]): Entry => {
    return { line: 1, ts: seconds === null ? undefined : at(seconds), tag, body, more, torn: false };
  });

test('whatever entries there are, the records have the shape of ours and fold', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 16 }), (entries) => {
      let live = emptyLive;
      for (const [i, rec] of translate(entries, 'x.journal.log', 'x').entries()) {
        const { seq, ts: _ts, run: _run, class: kind, ...payload } = rec;
        expect(seq).toBe(i + 1);
        expect(payloadProblem(kind, payload)).toBeUndefined();
        live = foldLive(live, rec);
      }
      expect(live.info.lastSeq).toBeGreaterThanOrEqual(3);
    }),
    { numRuns: runs },
  );
});
