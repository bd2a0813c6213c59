/** A brain whose stream the test drives: it yields what it is told to, and ends when it is told to or aborted. */
import { BRAIN_API, type Brain, type BrainDelta, type BrainEnd, type BrainRequest } from '../../src/runtime/ports.ts';

type Script = (request: BrainRequest) => AsyncIterable<BrainDelta | BrainEnd>;

export const scripted = (stream: Script): Brain => ({
  api: BRAIN_API,
  name: 'scripted',
  digest: 'none',
  simulated: false,
  stream,
  dispose: async () => {},
});

export const delta = (text: string, tokens = 1): BrainDelta => ({ type: 'text', text, tokens });

export const end = (finish: BrainEnd['finish'] = 'stop'): BrainEnd => ({
  type: 'end',
  finish,
  usage: { tokensIn: 1, tokensOut: 1 },
  firstTokenMs: 1,
  totalMs: 1,
});

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Says `text`, then nothing until it is aborted; then it says more, which nobody may hear. */
export const hanging = (text: string, begun: () => void): Brain =>
  scripted(async function* ({ signal }) {
    yield delta(text, 3);
    begun();
    await aborted(signal);
    yield delta('too late');
    yield end('aborted');
  });
