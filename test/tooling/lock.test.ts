import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Locked {
  version?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  resolved?: string;
}
const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
const packages: Record<string, Locked> = read('package-lock.json').packages;

// npm 11 refuses `npm ci` when an optional package of another platform is missing from the lock, and leaves it out of
// the lock when a registry does not carry that version.
test('the lock has an entry for every optional package, of whatever platform', () => {
  const missing = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies).filter((name) => !packages[`node_modules/${name}`]),
  );
  expect(missing).toEqual([]);
});

test('no GPU build is locked', () => {
  const gpu = Object.entries(packages).filter(([path]) => /@node-llama-cpp\/.*(cuda|vulkan)/.test(path));
  expect(gpu.length).toBeGreaterThan(0);
  for (const [path, entry] of gpu) expect(entry, path).toEqual({ resolved: 'stubs/not-installed', link: true });
});

test('every direct dependency is pinned', () => {
  const { dependencies, devDependencies, optionalDependencies } = read('package.json');
  const ranges = Object.entries<string>({ ...dependencies, ...devDependencies, ...optionalDependencies });
  expect(ranges.filter(([, range]) => !/^(npm:@?[\w/-]+@)?\d+\.\d+\.\d+$|^file:/.test(range))).toEqual([]);
});
