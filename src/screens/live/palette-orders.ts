/** Orders to the run that is looked at, typed into the palette: the words of the verbs and of `--plain`. */
import { completeOrder, FORMS, NoOrder, parseOrder } from '../../store/order-text.ts';
import type { Orders } from '../palette/offers.ts';
import type { LiveContext } from './context.ts';
import { send } from './order-prompt.ts';

/** Why, as the journal keeps it, where nobody said; who is said beside it. */
const REASON = 'by palette';

/** Undefined where nobody takes orders. */
export const paletteOrders = (context: LiveContext): Orders | undefined => {
  const { console, control } = context;
  if (control === null || console.latest().info.outcome !== null) return undefined;
  let profiles: readonly string[] = [];
  const found = control.profiles().then((names) => {
    profiles = names;
  });
  return {
    found,
    forms: FORMS.map(({ verb, form, help }) => ({ verb, form, about: help })),
    complete: (line) => completeOrder(line, { state: console.latest().kernel, profiles }),
    give: (line) => {
      try {
        const { order, reason, dryRun } = parseOrder(line, { state: console.latest().kernel });
        send(context, order, reason === '' ? REASON : reason, dryRun);
        return '';
      } catch (error) {
        if (!(error instanceof NoOrder)) throw error;
        return error.message;
      }
    },
  };
};
