/**
 * Drives the kernel with the memory world and simulated brains, synchronously: no journal, no runtime. Requests are served in the
 * order in which they were made.
 */
import type { SimRates } from '../../src/adapters/brains/sim-errors.ts';
import { simulate } from '../../src/adapters/brains/simulated.ts';
import { graderOf, type LoadedTask } from '../../src/adapters/tasks/index.ts';
import { MemoryCore } from '../../src/adapters/worlds/memory-core.ts';
import { transition } from '../../src/kernel/decide.ts';
import { sha256 } from '../../src/kernel/digest.ts';
import { DEFAULT_POLICY } from '../../src/kernel/policy.ts';
import type { EventKind, EventOf, KernelEvent, KernelInput } from '../../src/kernel/records/index.ts';
import { initialState, type State } from '../../src/kernel/state.ts';
import { page } from '../../src/kernel/text.ts';
import type { Playbook } from '../../src/runtime/playbook.ts';

export interface Driven {
  state: State;
  events: KernelEvent[];
  core: MemoryCore;
}

export const ofKind = <K extends EventKind>(events: readonly KernelEvent[], kind: K): EventOf<K>[] =>
  events.filter((event): event is EventOf<K> => event.kind === kind);

const text = (whole: string, n: number, size: number) => {
  const { text, pages } = page(whole, n, size);
  return { sha256: sha256(whole), chars: whole.length, pages, text };
};

export const drive = async (
  task: LoadedTask,
  seed: number,
  rates: SimRates = {},
  playbook?: Playbook,
): Promise<Driven> => {
  const core = new MemoryCore(task.files);
  const grader = graderOf(task.judge, null);
  const blobs = new Map<string, string>();
  const brain = { name: 'SIM', digest: '', simulated: true };
  const events: KernelEvent[] = [];
  const inputs: KernelInput[] = [
    {
      kind: 'run.started',
      task: task.spec,
      policy: DEFAULT_POLICY,
      seed,
      planner: brain,
      worker: brain,
      world: { kind: 'memory', hash: core.hash(), files: task.files },
      chaos: [],
    },
  ];
  const serve = async (event: KernelEvent): Promise<KernelInput | undefined> => {
    switch (event.kind) {
      case 'observe.requested': {
        const { look, req, pageSize } = event;
        const seen =
          'target' in look
            ? core.observe(look.target)
            : { ok: true as const, text: blobs.get(look.sha256) ?? '', worldHash: core.hash() };
        const { worldHash } = seen;
        if (!seen.ok) return { kind: 'world.observed', req, worldHash, found: null, why: seen.why };
        blobs.set(sha256(seen.text), seen.text);
        return { kind: 'world.observed', req, worldHash, found: text(seen.text, look.page, pageSize) };
      }
      case 'brain.requested': {
        const { req, frame } = event;
        const reply = simulate(frame, event.seed, rates, playbook);
        const tokens = { tokensIn: 1, tokensOut: 1, firstTokenMs: 0, totalMs: 0 };
        if (!reply.cut) return { kind: 'brain.replied', req, text: reply.text, finish: 'stop', ...tokens };
        const cut = { error: 'cut_off' as const, message: 'cut', partial: reply.text, tokensOut: 1, totalMs: 0 };
        return { kind: 'brain.failed', req, ...cut };
      }
      case 'op.requested': {
        const { ok, ...done } = core.perform(event.request);
        const { req, pageSize } = event;
        if (!('output' in done)) return { kind: 'op.failed', req, ...done };
        const { output, ...rest } = done;
        const printed = output === '' ? null : { ...text(output, 1, pageSize), bytes: Buffer.byteLength(output) };
        return { kind: 'op.done', req, ...rest, output: printed };
      }
      case 'grade.requested':
        return {
          kind: 'grader.judged',
          req: event.req,
          ...(await grader(core.files(), event.result, new AbortController().signal)),
        };
      default:
        return undefined;
    }
  };
  let state = initialState;
  for (let input = inputs.shift(); input !== undefined; input = inputs.shift()) {
    const turn = transition(state, input);
    state = turn.state;
    for (const event of turn.events) {
      events.push(event);
      const outcome = await serve(event);
      if (outcome !== undefined) inputs.push(outcome);
    }
  }
  return { state, events, core };
};
