// `npm run screens [-- NAME…]`: takes the pictures under docs/screens, of all scenes or of those that are named.
import { renderScene } from './render-screen.ts';
import { scenes } from './scenes.ts';

const SIZES = [
  { cols: 80, rows: 24 },
  { cols: 120, rows: 40 },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !scenes.some((scene) => scene.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no scene ${unknown.join(', ')}; there are: ${scenes.map((scene) => scene.name).join(', ') || 'none'}.`,
  );
  process.exitCode = 2;
} else {
  for (const scene of scenes.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    for (const theme of ['dark', 'light'] as const)
      for (const size of SIZES) {
        const args = (scene.args ?? []).map((arg) => arg.replaceAll('THEME', theme));
        console.log(await renderScene({ ...scene, ...size, args, theme }));
      }
  }
}
