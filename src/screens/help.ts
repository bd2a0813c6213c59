/** The text of the `?` overlay, from the key table. */
import type { Span } from '../components/text.ts';
import { bindingsOf, keysText, type Scope } from './keys.ts';

export const helpLines = (scope: Scope, readOnly: boolean): Span[][] => [
  ...bindingsOf(scope, readOnly).map((binding): Span[] => [
    [binding.writes === true ? 'warn' : 'bold', keysText(binding.keys).padEnd(14)],
    binding.help,
    binding.writes === true ? (['warn', '  !'] as const) : '',
  ]),
  [['dim', readOnly ? 'read-only: no key changes the run' : '! may change the run; a lower-case key never does']],
];
