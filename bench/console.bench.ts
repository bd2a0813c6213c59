// Two brains at 2,000 tokens a second each, and little else on the screen.
import { measureConsole } from './console-load.ts';
import type { BenchResult } from './report.ts';

export default (): Promise<BenchResult> => measureConsole('console', { grants: 0, traps: 0 });
