/** `g` in the inspector: the same places as on the live screen, of which the tick is shown. */
import { parseGoto } from '../../store/goto.ts';
import type { InspectContext } from './inspect-context.ts';

type Action = (context: InspectContext) => void;

export const askPlace: Action = ({ update }) => update({ place: '', message: '' });

export const typePlace = ({ state, update }: InspectContext, key: string): void =>
  update({ place: (state().place ?? '') + key });

const go: Action = (context) => {
  const { state, update, source, jumps, tick, loaded } = context;
  const text = (state().place ?? '').trim();
  update({ place: null });
  if (text === '') return;
  // The inspector shows ticks: a number alone can mean nothing else.
  const motion = parseGoto(/^\d+$/.test(text) ? `t${text}` : text);
  if (typeof motion === 'string') return update({ message: motion });
  const seek = async (): Promise<void> => {
    const found = await motion.find(source, { seq: loaded().view?.seq ?? 0, tick: tick() });
    if (typeof found === 'string') return update({ message: found });
    const at = found.tick ?? (await source.stateAt(found.seq)).kernel.tick;
    if (at === 0) return update({ message: 'There is no tick yet at that place.' });
    context.go(at);
  };
  jumps.current = jumps.current.then(seek).catch((error: unknown) => {
    update({ message: `The place cannot be found: ${error instanceof Error ? error.message : String(error)}` });
  });
};

export const GOTO: Readonly<Record<string, Action>> = {
  accept: go,
  cancel: ({ update }) => update({ place: null }),
  clear: ({ update }) => update({ place: '' }),
  erase: ({ state, update }) => update({ place: [...(state().place ?? '')].slice(0, -1).join('') }),
};
