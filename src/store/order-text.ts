/** The one grammar of orders: words to an order and back, and what may come next. For verbs, palette, prompts and `--plain`. */
export { type Candidate, type Completion, completeOrder } from './order-text/complete.ts';
export { FORMS, type Form, formOf, NoOrder, type Verb } from './order-text/forms.ts';
export { type OrderContext, type OrderLine, parseOrder, parseOrderWords } from './order-text/parse.ts';
export { PAUSES_EXAMPLE, readPauses } from './order-text/pauses.ts';
export { orderWords, outcomeText } from './order-text/say.ts';
