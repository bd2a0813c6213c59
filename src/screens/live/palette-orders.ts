/** Orders to the run that is looked at, typed into the palette: the words of the verbs and of `--plain`. */
import { completeOrder, FORMS, NoOrder, outcomeText, parseOrder } from '../../store/order-text.ts';
import { momentOf } from '../../store/ui-store.ts';
import type { Orders } from '../palette/offers.ts';
import type { LiveContext } from './context.ts';
import { say } from './say.ts';

/** Why, as the journal keeps it, where nobody said; who is said beside it. */
const REASON = 'by palette';

/** Undefined where nobody takes orders. */
export const paletteOrders = ({ console, control, ui }: LiveContext): Orders | undefined => {
  if (control === null || console.latest().info.outcome !== null) return undefined;
  return {
    forms: FORMS.map(({ verb, form, help }) => ({ verb, form, about: help })),
    complete: (line) => completeOrder(line, { state: console.latest().kernel }),
    give: (line) => {
      const before = console.latest();
      try {
        const { order, reason, dryRun } = parseOrder(line, { state: before.kernel });
        if (dryRun) return 'The palette gives orders for good: leave --dry-run to the verb.';
        control.command(order, reason === '' ? REASON : reason).then(
          ({ events }) => {
            const outcome = outcomeText(order, events as Parameters<typeof outcomeText>[1], before.kernel);
            const ignored = events.some(({ kind }) => kind === 'input.ignored');
            const text = `${outcome.charAt(0).toUpperCase()}${outcome.slice(1)}.`;
            say(ui, ignored ? 'error' : 'good', text, momentOf(before));
          },
          (error: unknown) => say(ui, 'error', error instanceof Error ? error.message : String(error)),
        );
        return '';
      } catch (error) {
        if (!(error instanceof NoOrder)) throw error;
        return error.message;
      }
    },
  };
};
