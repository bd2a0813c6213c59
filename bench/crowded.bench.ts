// The same two streams, with 200 capabilities in the table and 500 traps in the log.
import { measureConsole } from './console-load.ts';
import type { BenchResult } from './report.ts';

export default (): Promise<BenchResult> => measureConsole('crowded', { grants: 200, traps: 500 });
