/** Verbs that look at runs and change nothing. */
import { Option } from 'commander';
import { WATCH_NAMES } from '../../screens/watch/watch-layout.ts';
import { factor, panes, playSpeed, size, tick } from './args.ts';
import { type Builder, MOUSE, PLAIN, THEME } from './builder.ts';

export const lookVerbs = ({ program, verb, onRun, end }: Builder): void => {
  verb('runs', 'the runs screen; also without any verb; with --json all runs, as ps --all --json')
    .addOption(THEME)
    .addOption(MOUSE)
    .action(async (options) => end(await (await import('../runs.ts')).runsVerb(program, options)));

  verb('ps', 'list live runs, newest first')
    .option('--all', 'ended ones too')
    .action(async (options) => end(await (await import('../ps.ts')).psVerb(options)));

  verb('status', 'the runs that most need somebody, worst first')
    .option('--line', "one line of the worst, for tmux's status-right")
    .option('--tmux', 'with the colours of a tmux status line')
    .action(async (options) => end(await (await import('../status.ts')).statusVerb(options)));

  onRun('watch', 'some panes of the live screen alone, for a tmux pane of their own; with --json as attach --json')
    .addOption(
      new Option('--pane <names>', `which, parted by commas: ${WATCH_NAMES.join(', ')}`)
        .argParser(panes)
        .default([0], 'thrash'),
    )
    .addOption(THEME)
    .addOption(MOUSE)
    .action(async (run: string, options) => end(await (await import('../watch-panes.ts')).watchVerb(run, options)));

  onRun('attach', 'watch a run in the console; with --json its notable events')
    .option('--plain', PLAIN)
    .option('--read-only', 'without the keys that may change the run')
    .addOption(THEME)
    .addOption(MOUSE)
    .action(async (run: string, options) => end(await (await import('../attach.ts')).attachVerb(run, options)));

  verb('replay', 'a run or a journal file in the console, as it was, from its beginning; it changes nothing')
    .argument('<run|file>', "a run, its directory, or a journal's file")
    .option('--plain', 'sentences, one a line, for pipes and screen readers; with --json its notable events')
    .option('--speed <n>', 'multiple of the recorded pace, 0.25 to 64, or max (--plain: default max)', playSpeed)
    .addOption(THEME)
    .addOption(MOUSE)
    .action(async (name: string, options) => end(await (await import('../replay.ts')).replayVerb(name, options)));

  verb('open', 'a run in the console, held at a place: RUN@t84, @#18231, @50%, @03:14; its end without one')
    .argument('<run[@place]>')
    .option('--read-only', 'without the keys that may change the run')
    .addOption(THEME)
    .addOption(MOUSE)
    .action(async (name: string, options) => end(await (await import('../open.ts')).openVerb(name, options)));

  verb('diff', 'where two runs part, and what came of each')
    .argument('<a>', 'a run')
    .argument('<b>', 'another one')
    .action(async (a: string, b: string, options) => end(await (await import('../diff.ts')).diffVerb(a, b, options)));

  verb('anomalies', 'stalls, thrashing, slow brains, denied handles and open requests, from the journal alone')
    .argument('<run>', "any unique prefix of its id, @last, or a journal's path")
    .action(async (run: string, options) => end(await (await import('../anomalies.ts')).anomaliesVerb(run, options)));

  verb('export', 'a run as an asciicast (v3): the live screen as it would have looked, at the recorded pace')
    .argument('<run>', "any unique prefix of its id, @last, or a journal's path")
    .addOption(new Option('--format <format>', 'what to make').choices(['asciicast']).makeOptionMandatory())
    .option('-o, --output <file>', 'where to (default: stdout)')
    .option('--size <size>', 'of the screen: 120x40 or 80x24', size, { columns: 120, rows: 40 })
    .option('--speed <n>', 'seconds of the run in a second of the cast', factor, 1)
    .option('--idle-limit <s>', 'seconds of stillness that players show at most', factor)
    .option('--from <tick>', 'begin where this tick was dispatched', tick)
    .option('--to <tick>', 'end where this tick was over', tick)
    .action(async (run: string, options) => end(await (await import('../export.ts')).exportVerb(run, options)));
};
