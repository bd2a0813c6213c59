/** Planner frames of the task `hello`: write one given line into one file. */
import { capRow, lastText, roleLine } from '../src/kernel/words.ts';
import { trapOf } from './generate-traps.ts';
import { drawWord } from './generate-worker.ts';
import type { Rng } from './rng.ts';
import { emptyView, frameOf, type Row, replyText, wholePage } from './row.ts';

export const helloRow = (rng: Rng, held: boolean): Row => {
  const own = !held && rng.chance(0.4);
  const line = own ? 'hello, world' : `${rng.pick(['hello', 'good day', drawWord(rng, held)])}, ${drawWord(rng, held)}`;
  const cap = `h${own || rng.chance(0.5) ? 1 : rng.int(1, 9)}`;
  const file = own ? 'ANSWER.txt' : rng.pick(['ANSWER.txt', 'OUT.txt', 'END.txt']);
  const task = `Write the line "${line}" into ${file}.`;
  const wrote = rng.chance(0.5);
  const table = [capRow(cap, 'rw', file)];
  const code = rng.pick(['', '', '', '', 'CPU_FAULT', 'EACCES', 'IO_FAULT', wrote ? 'ILLEGAL_HALT' : ''] as const);
  const view = {
    ...emptyView,
    role: roleLine('planner'),
    task,
    cap: table.join('\n'),
    q: wrote ? 'wrote' : '',
    last: wrote ? lastText.wrote(cap, undefined, 'replace') : '',
    trap: code === '' ? '' : trapOf(code, { rng, held: table, op: wrote ? 'SYS_HALT' : 'SYS_WRITE' }),
    at: 'sys://task',
    page: wholePage(task),
  };
  const done = wrote && code !== 'ILLEGAL_HALT';
  const reply = done
    ? replyText('done', [], { op: 'SYS_HALT' })
    : replyText('wrote', [], { op: 'SYS_WRITE', cap, mode: 'replace', content: `${line}\n` });
  const kind = `planner.hello${code === '' ? '' : `+${code}`}`;
  return { role: 'planner', kind, frame: frameOf(view), reply, key: line };
};
