/** How fast a view plays: multiples of the recorded pace, and as fast as it goes. */

/** As fast as records can be folded. */
export const MAX_SPEED = Number.POSITIVE_INFINITY;

const SPEEDS: readonly number[] = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, MAX_SPEED];

/** The next speed up (1) or down (-1); the fastest and the slowest stay. */
export const nextSpeed = (speed: number, direction: 1 | -1): number =>
  (direction === 1 ? SPEEDS.find((other) => other > speed) : SPEEDS.findLast((other) => other < speed)) ?? speed;

/** `x0.25`, `x64`, `max`. */
export const speedText = (speed: number): string => (speed === MAX_SPEED ? 'max' : `x${speed}`);

/** @returns undefined where the text is neither `max` nor a number from 0.25 to 64 */
export const parseSpeed = (text: string): number | undefined => {
  if (text === 'max') return MAX_SPEED;
  const value = Number(text);
  return /^\d+(\.\d+)?$/.test(text) && value >= 0.25 && value <= 64 ? value : undefined;
};
