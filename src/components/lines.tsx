/** Lines that are already painted and as wide as their place: nothing is measured twice, an unchanged one is not drawn again. */
import { Box, Text } from 'ink';
import { memo } from 'react';

const Line = memo(({ text }: { text: string }) => <Text wrap="truncate">{text}</Text>);

export interface LinesProps {
  x: number;
  y: number;
  width: number;
  lines: readonly string[];
}

/** A line's key is its place on the screen. */
export const Lines = ({ x, y, width, lines }: LinesProps) => (
  <Box position="absolute" left={x} top={y} width={width} height={lines.length} flexDirection="column">
    {lines.map((text, i) => (
      <Line key={i} text={text} />
    ))}
  </Box>
);
