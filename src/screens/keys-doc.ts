/** docs/keys.md, and the text of the `?` overlay, from the key table. */
import { type Binding, bindingsOf, keysText, type Scope } from './keys.ts';

export const SCOPE_TITLES: Readonly<Record<Scope, string>> = {
  live: 'Live screen',
  runs: 'Runs screen',
  filter: 'While a filter is typed',
  goto: 'While a place to go to is typed',
  tag: 'While a tag is typed',
  order: 'While an order is typed',
  help: 'In the list of keys',
  about: 'About one row',
  kill: 'Kill?',
  quit: 'Quit?',
  inject: 'Choosing a fault',
  inspect: 'Tick inspector',
  palette: 'In the palette',
  watch: 'Panes alone (`watch`)',
  page: "Reading a verb's answer",
};

const line = (binding: Binding): string =>
  `| ${binding.keys.length === 0 ? '' : `\`${keysText(binding.keys).replaceAll('|', '\\|')}\``} | ${binding.id} | ${binding.help} | ${binding.writes === true ? 'yes' : ''} |`;

/** The whole file. */
export const keysMarkdown = (): string => {
  const parts = [
    '# Keys',
    '',
    'Generated from `src/screens/keys.ts` with `npm run docs:keys`. A lower-case key never changes a run.',
    '',
    'Keys of the live screen, the runs screen and the tick inspector can be bound anew in `turingos.config.yaml`, by the name in the',
    'second column, on all of them or on one: `keys: {next-trap: f, live.zoom: [z, o]}`. What may change a run takes capitals only.',
    '',
  ];
  for (const scope of Object.keys(SCOPE_TITLES) as Scope[]) {
    parts.push(
      `## ${SCOPE_TITLES[scope]}`,
      '',
      '| Key | Name | What it does | May change the run |',
      '|---|---|---|---|',
    );
    parts.push(...bindingsOf(scope, false).map(line), '');
  }
  return `${parts.join('\n').trimEnd()}\n`;
};
