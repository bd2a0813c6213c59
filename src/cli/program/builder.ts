/** What the files of verbs build with. */
import { type Command, Option } from 'commander';

export const CONFIG =
  'where profiles are (default: ./turingos.config.yaml, else turingos/config.yaml under $XDG_CONFIG_HOME)';

export const HOME = 'where runs live (default: $XDG_STATE_HOME/turingos)';

export const PLAIN = 'sentences, one a line, for pipes and screen readers; orders by stdin, one a line (help)';

export const THEME = new Option('--theme <theme>', 'auto: as the terminal says of its background, else dark').choices([
  'auto',
  'dark',
  'light',
]);

export const MOUSE = new Option('--mouse', 'wheel and click work (select text with Shift)');

export interface Builder {
  program: Command;
  /** A verb with `--json` and `--home`. */
  verb(name: string, description: string, parent?: Command): Command;
  /** Such a verb about one run. */
  onRun(name: string, description: string): Command;
  /** Called with the verb's exit code. */
  end(code: number): void;
}

export const builder = (program: Command, end: (code: number) => void): Builder => {
  const verb: Builder['verb'] = (name, description, parent = program) =>
    parent
      .command(name)
      .description(description)
      .option('--json', 'one JSON object, or one a line while something streams')
      .option('--home <dir>', HOME);
  const onRun: Builder['onRun'] = (name, description) =>
    verb(name, description).argument('<run>', 'any unique prefix of its id, or @last');
  return { program, verb, onRun, end };
};
