/** What is left on the normal screen after the console: one small table of the run. */
import { Box, renderToString, Text } from 'ink';
import { Table } from 'ink-table';
import { brainName, wasText } from '../components/header.ts';
import { shortCount, shortTime } from '../components/widgets.ts';
import type { LiveState } from '../store/live-state.ts';
import { faultsText } from '../store/projections/faults.ts';
import { elapsedMs } from '../store/projections/run-info.ts';
import { killedBy, NOTHING_LEFT, runWord } from '../store/run-status.ts';
import { sanitise } from '../store/sanitise.ts';

const summaryRows = (live: LiveState, gone: boolean) => {
  const { info, kernel, traps, panic, thrash } = live;
  return [
    {
      state: runWord(live, gone),
      ticks: kernel.tick,
      time: shortTime(elapsedMs(info)),
      traps: traps.total,
      thrash: thrash.episodes,
      panic: `${panic.total - panic.left}/${panic.total}`,
      tokens: shortCount(info.tokensIn + info.tokensOut),
    },
  ];
};

/**
 * @param lost what was taken away of a run that is gone; null for nothing
 * @returns text with a newline at its end; '' before the run's first record
 */
export const summaryText = (live: LiveState, gone: boolean, columns: number, lost: string | null = null): string => {
  if (live.info.id === '') return '';
  const { info } = live;
  const id = info.id.slice(0, 8);
  const pair = `P ${brainName(info.planner, 16)}   W ${brainName(info.worker, 16)}${wasText(info, true)}`;
  const killed = killedBy(live);
  const closing =
    info.outcome !== null
      ? `${info.reason}`
      : gone && lost !== null
        ? `${lost}: ${NOTHING_LEFT}.`
        : gone
          ? `${killed === null ? 'The kernel ended without a word' : `The kernel was killed by ${killed}`}; what it wrote is kept. Go on with it: turingos resume ${id}`
          : `The run goes on. Come back with: turingos attach ${id}`;
  const faults = faultsText(live.faults);
  const table = renderToString(
    <Box flexDirection="column">
      <Text bold>{sanitise(`${id} ${info.task}   ${pair}`)}</Text>
      <Table data={summaryRows(live, gone)} />
      {faults === '' ? null : <Text>{sanitise(faults)}</Text>}
      <Text>{sanitise(closing)}</Text>
    </Box>,
    { columns: Math.max(columns, 80) },
  );
  return `${table}\n`;
};
