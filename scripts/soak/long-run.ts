// A run with a bit of everything that never ends: maps and votes, writes, denied handles, broken replies, panic resets, and
// stretches of what brains say. The real kernel decides; brains and world are scripted.
import { DEFAULT_POLICY } from '../../src/kernel/index.ts';
import { DemoRun, replies } from '../../test/store/demo-run.ts';

const FOREVER = 1_000_000_000;

const planner = (n: number): string => {
  const round = Math.floor(n / 8);
  switch (n % 8) {
    case 0:
      return replies.push(`rows of round ${round}`);
    case 1:
      return replies.map('sum r01', 'sum r02');
    case 2:
      return write(`round ${round}`);
    case 3:
    case 4:
    case 5:
    case 6:
      // Four in a row are a panic reset; every round but one has fewer.
      return n % 8 < 4 + (round % 5) - 1 ? 'no json' : replies.goto('h1', `r${(n % 60) + 10}`);
    default:
      return write(`end of round ${round}`, [{ op: 'SYS_POP' }]);
  }
};

const write = (content: string, mind: readonly object[] = []): string =>
  JSON.stringify({ q: 'write', mind, world: { op: 'SYS_WRITE', cap: 'h2', mode: 'append', content } });

const worker = (pid: number, n: number, task: string): string => {
  if (n === 0) return replies.goto('h1', task.slice(-3));
  if (pid % 11 === 2 && n === 1) return replies.invented();
  if (pid % 17 === 4 && n === 1) return '{"q":"oops","mind":[],"wor';
  return replies.halt(String(1000 + Number(task.slice(-2)) * 10));
};

export class LongRun {
  readonly #run = new DemoRun(
    { planner, worker },
    {
      policy: { limits: { ...DEFAULT_POLICY.limits, maxTicks: FOREVER }, panicBudget: FOREVER },
      deltas: false,
    },
  );
  readonly #deltas: number;
  /** Those whose present reply has been streamed. */
  #heard = new Set<number>();

  /** @param deltas stretches in which a reply is streamed */
  constructor(deltas = 24) {
    this.#deltas = deltas;
  }

  get tick(): number {
    return this.#run.state.tick;
  }

  /** What its kernel remembers of the whole run, in digests and in characters. */
  get remembered(): { members: number; bytes: number } {
    const { worlds, execs, procs } = this.#run.state;
    const sets = JSON.stringify([worlds, execs, Object.values(procs).map(({ joins }) => joins)]);
    return { members: sets.match(/[0-9a-f]{16}/g)?.length ?? 0, bytes: sets.length };
  }

  /** At least so many records more. */
  next(count: number): DemoRun['records'] {
    while (this.#run.records.length < count) {
      const asked = this.#run.asked();
      for (const pid of asked.filter((one) => !this.#heard.has(one))) {
        for (let i = 0; i < this.#deltas; i += 1) this.#run.say(pid, `${i} the sum of row seven, digit by digit `, 9);
      }
      this.#heard = new Set(asked);
      this.#run.play(1);
    }
    return this.#run.records.splice(0);
  }
}
