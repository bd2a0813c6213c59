/** A run of one scripted planner over a real memory world: records with true hashes, contents and outputs. */
import { MemoryCore } from '../../src/adapters/worlds/memory-core.ts';
import {
  DEFAULT_POLICY,
  initialState,
  type KernelEvent,
  type KernelInput,
  type Policy,
  page,
  sha256,
  type TaskSpec,
  transition,
} from '../../src/kernel/index.ts';
import type { Rec } from '../../src/store/record.ts';

export interface Play {
  replies: readonly string[];
  files?: Record<string, string>;
  caps?: TaskSpec['caps'];
  policy?: Partial<Policy>;
  goal?: string;
}

const CAPS: TaskSpec['caps'] = [
  { rights: 'r', target: 'rows/' },
  { rights: 'rw', target: 'ANSWER.txt' },
  { rights: 'x', target: './count', argv: ['wc', '-l'], more: true },
];

export const reply = (world: unknown, q = 'go on'): string => JSON.stringify({ q, mind: [], world });
export const write = (mode: 'replace' | 'append' | 'patch', content: string, cap = 'h2'): string =>
  reply({ op: 'SYS_WRITE', cap, mode, content });

/** The records until the replies are used up: the last tick is then open. */
export const played = ({ replies, files = {}, caps = CAPS, policy = {}, goal = 'Sum the rows.' }: Play): Rec[] => {
  const world = new MemoryCore(files);
  const records: Rec[] = [];
  const pending: KernelEvent[] = [];
  let state = initialState;
  const push = (recordClass: Rec['class'], payload: object): void => {
    const seq = records.length + 1;
    const ts = new Date(Date.UTC(2026, 0, 5, 9) + seq * 40).toISOString();
    records.push({ seq, ts, run: '7f3a0c1d', class: recordClass, ...payload } as Rec);
  };
  const input = (payload: KernelInput): void => {
    push('input', payload);
    const { state: next, events } = transition(state, payload);
    state = next;
    for (const event of events) {
      push('event', event);
      if (event.kind.endsWith('.requested')) pending.push(event);
    }
  };
  const seen = (text: string, n: number, size: number) => {
    const found = page(text, n, size);
    return { sha256: sha256(text), chars: text.length, ...found };
  };
  const left = [...replies];
  const answer = (event: KernelEvent): void => {
    if (event.kind === 'brain.requested') {
      const text = left.shift() ?? '';
      const counts = { tokensIn: 50, tokensOut: 20, firstTokenMs: 12, totalMs: 340 };
      input({ kind: 'brain.replied', req: event.req, text, finish: 'stop', ...counts });
    } else if (event.kind === 'observe.requested') {
      const looked = world.observe('target' in event.look ? event.look.target : '');
      const found = looked.ok ? seen(looked.text, event.look.page, event.pageSize) : null;
      const why = looked.ok ? {} : { why: looked.why };
      input({ kind: 'world.observed', req: event.req, worldHash: looked.worldHash, found, ...why });
    } else if (event.kind === 'op.requested') {
      const done = world.perform(event.request);
      if (!done.ok) {
        const { worldHash, errno, detail, timedOut } = done;
        input({ kind: 'op.failed', req: event.req, worldHash, errno, detail, timedOut });
        return;
      }
      const { output: text, exit, worldHash } = done;
      const output = text === '' ? null : { ...seen(text, 1, event.pageSize), bytes: Buffer.byteLength(text) };
      input({ kind: 'op.done', req: event.req, worldHash, exit, output });
    } else if (event.kind === 'grade.requested') {
      input({ kind: 'grader.judged', req: event.req, verdict: 'pass', words: 'ok' });
    }
  };
  const name = { name: 'tiny', digest: 'd', simulated: false };
  const task = { name: 'ledger-2', goal, caps, evidence: ['ANSWER.txt'], variants: [] };
  input({
    kind: 'run.started',
    ...{ task, policy: { ...DEFAULT_POLICY, ...policy }, seed: 7, planner: name, worker: name, chaos: [] },
    world: { kind: 'memory', hash: world.hash(), files },
  });
  for (;;) {
    const at = pending.findIndex((event) => event.kind !== 'brain.requested' || left.length > 0);
    const event = pending.splice(at, at === -1 ? 0 : 1)[0];
    if (event === undefined) return records;
    answer(event);
  }
};
