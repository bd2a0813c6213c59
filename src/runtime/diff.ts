/** Where two runs part, and what came of each. Time stamps, latencies and what is drawn from the seed alone are no difference. */
import type { KernelEvent, KernelInput } from '../kernel/index.ts';
import type { RunBatch } from './batches.ts';
import { EXIT } from './exit-codes.ts';
import { type FieldDiff, fieldDiffs } from './field-diff.ts';
import { type Begun, begunOf, common, lineage, type Stretch, since } from './lineage.ts';
import { Tally, type TallyReport } from './tally.ts';
import { UserError } from './user-error.ts';

export interface Side {
  run: string;
  seq: number;
  class: 'input' | 'event';
  kind: string;
  /** Of the process that it is about; null where it is about none. */
  tick: number | null;
  pid: number | null;
}

export interface RunDiff {
  /** Whether they decide alike from beginning to end. */
  same: boolean;
  /** The last record that both have in common; null where neither is a branch of the other, or of one origin. */
  since: { run: string; seq: number } | null;
  /** What they began with differently. */
  begun: FieldDiff[];
  /** The first place where they differ. A side is null where that run has no more records. */
  parted: { a: Side | null; b: Side | null; fields: FieldDiff[] } | null;
  /** What came of each from there on that they do not have in common. */
  a: TallyReport;
  b: TallyReport;
}

/** @throws UserError 66 where one of them has no record */
export const diffRuns = async (a: { id: string; dir: string }, b: { id: string; dir: string }): Promise<RunDiff> => {
  const [x, y] = [await historyOf(a), await historyOf(b)];
  const shared = a.id === b.id ? null : common(x, y);
  const asked: Asked = new Map();
  const [left, right] = [new Course(x, shared, asked), new Course(y, shared, asked)];
  let parted: RunDiff['parted'] = null;
  for (;;) {
    const [p, q] = [await left.next(), await right.next()];
    if (p === undefined && q === undefined) break;
    if (parted !== null || (p !== undefined && q !== undefined && p.text === q.text)) continue;
    parted = {
      a: p?.side ?? null,
      b: q?.side ?? null,
      fields: p === undefined || q === undefined ? [] : fieldDiffs(p.compared, q.compared),
    };
  }
  const begun = begunDiffs(x.at(-1), y.at(-1));
  const point = shared === null ? null : { run: shared.run, seq: shared.to };
  return { same: parted === null, since: point, begun, parted, a: left.tally.report, b: right.tally.report };
};

const historyOf = async ({ id, dir }: { id: string; dir: string }): Promise<Stretch[]> => {
  const history = await lineage(id, dir);
  if (history.length > 0) return history;
  throw new UserError(`run ${id} has no record, so there is nothing to compare: name another run`, EXIT.notFound);
};

/** What decides a run's course. The world and the faults that a branch begins with are those of its place, and no choice. */
const begunDiffs = (x: Stretch | undefined, y: Stretch | undefined): FieldDiff[] => {
  const [a, b] = [x, y].map((stretch) => (stretch === undefined ? undefined : begunOf(stretch.first)));
  const chosen = a?.kind === 'run.started' && b?.kind === 'run.started';
  return fieldDiffs(
    ...([a, b].map((begun) => (begun === undefined ? {} : courseOf(begun, chosen))) as [object, object]),
  );
};

const courseOf = ({ task, policy, seed, planner, worker, world, chaos }: Begun, chosen: boolean): object => ({
  ...{ task, policy, seed, planner, worker },
  ...(chosen ? { world: { hash: world.hash }, chaos } : {}),
});

/** Whom a request is of, by its number. In either run: up to where they part the numbers are the same. */
type Asked = Map<number, { pid: number; tick: number | null }>;

interface Item {
  side: Side;
  compared: object;
  text: string;
}

/** One run's records one by one, as far as they are compared. */
class Course {
  readonly tally = new Tally();
  readonly #batches: AsyncGenerator<RunBatch, void, undefined>;
  readonly #run: string;
  readonly #asked: Asked;
  #items: Item[] = [];

  constructor(stretches: readonly Stretch[], shared: ReturnType<typeof common>, asked: Asked) {
    this.#batches = since(stretches, shared);
    this.#asked = asked;
    this.#run = stretches.at(-1)?.run ?? '';
    for (const { first } of stretches) for (const event of first.events) this.#remember(event);
  }

  async next(): Promise<Item | undefined> {
    while (this.#items.length === 0) {
      const { value } = await this.#batches.next();
      if (value === undefined) return undefined;
      this.#items = this.#itemsOf(value);
    }
    return this.#items.shift();
  }

  #itemsOf({ seq, input, events }: RunBatch): Item[] {
    this.tally.see(input, events);
    const items = BEGINNING.has(input.kind) ? [] : [this.#item(seq, 'input', input)];
    for (const [i, event] of events.entries()) {
      this.#remember(event);
      if (!BEGINNING.has(event.kind)) items.push(this.#item(seq + 1 + i, 'event', event));
    }
    return items;
  }

  #item(seq: number, cls: Side['class'], payload: KernelInput | KernelEvent): Item {
    const whose = 'req' in payload ? this.#asked.get(payload.req) : undefined;
    const tick = 'tick' in payload ? payload.tick : (whose?.tick ?? null);
    const pid = 'pid' in payload && payload.pid !== undefined ? payload.pid : (whose?.pid ?? null);
    const compared = comparable(payload);
    const side = { run: this.#run, seq, class: cls, kind: payload.kind, tick, pid };
    return { side, compared, text: JSON.stringify(compared) };
  }

  #remember(event: KernelEvent): void {
    if (!('req' in event) || !('pid' in event)) return;
    this.#asked.set(event.req, { pid: event.pid, tick: 'tick' in event ? event.tick : null });
  }
}

/** What runs begin with is told apart. */
const BEGINNING = new Set<string>(['run.started', 'run.created', 'run.forked', 'run.branched']);

/** Latencies, what follows from the seed without any decision, and the hash of a state that the seed is part of. */
const LEFT_OUT = new Set(['firstTokenMs', 'totalMs', 'seed', 'url', 'stateHash']);

const comparable = (payload: object): object =>
  JSON.parse(JSON.stringify(payload, (key, value: unknown) => (LEFT_OUT.has(key) ? undefined : value))) as object;
