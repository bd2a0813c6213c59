/** The inspector while its run is being opened: it says which tick is coming, and keeps what is typed. */
import { Box, useWindowSize } from 'ink';
import { Lines } from '../../components/lines.tsx';
import { row } from '../../components/text.ts';
import type { UiStore } from '../../store/ui-store.ts';
import { hintLine } from '../hints.ts';
import { useLook } from '../look-context.ts';
import { PaletteView } from '../palette/palette-view.tsx';
import { useKeys } from '../use-keys.ts';
import { inspectLayout } from './inspect-layout.ts';
import { initialInspect } from './inspect-state.ts';
import { leavesAtOnce, typeAhead } from './type-ahead.ts';

export interface OpeningScreenProps {
  ui: UiStore;
  tick: number;
  readOnly: boolean;
  exit(): void;
}

export const OpeningScreen = ({ ui, tick, readOnly, exit }: OpeningScreenProps) => {
  const { columns, rows } = useWindowSize();
  const look = useLook();
  useKeys({
    scope: () => 'inspect',
    press: (key) => (leavesAtOnce(ui, key, readOnly) ? exit() : typeAhead(ui, key)),
    refuse: () => {},
  });
  const { status } = inspectLayout(columns, rows, initialInspect);
  const bottom = [
    row(look, columns, [['dim', 'Reading the tick.']]),
    hintLine(look, columns, 'inspect', initialInspect.focus, readOnly),
  ];
  return (
    <Box width={columns} height={rows}>
      <Lines x={0} y={0} width={columns} lines={[row(look, columns, [['bold', `INSPECT t${tick}`]])]} />
      <Lines x={0} y={Math.max(1, status)} width={columns} lines={bottom} />
      <PaletteView columns={columns} rows={rows} />
    </Box>
  );
};
