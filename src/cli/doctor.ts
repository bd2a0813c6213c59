/** `turingos doctor`: looks at all that the runs of a profile need, and says what to do about what is not there. */
import { shippedProfile } from '../adapters/config/load.ts';
import { isEndpoints, type PairSpec } from '../runtime/brain-spec.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';
import { checkSections } from './check-config.ts';
import { checkBrains, checkEmbedded } from './doctor-brains.ts';
import { type Check, fail, ok } from './doctor-check.ts';
import { checkHome, checkNode, checkSandbox, checkTerminal, checkTmux } from './doctor-machine.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';
import { knownProfiles, profileNamed, specsOf } from './profile-choice.ts';

export interface DoctorOptions extends CommonOptions {
  profile: string;
  config?: string;
}

/** @returns 0 where nothing that the profile needs is missing, else 69 */
export const doctorVerb = async (options: DoctorOptions): Promise<number> => {
  const checks: Check[] = [];
  for await (const check of allChecks(options)) {
    checks.push(check);
    if (options.json !== true) await line(textOf(check));
  }
  const lacking = checks.filter(({ state }) => state === 'fail');
  const good = lacking.length === 0;
  if (options.json === true) await json({ ok: good, profile: options.profile, checks });
  else if (good) await line(`profile ${options.profile} has all that it needs`);
  else
    await line(
      `profile ${options.profile} cannot be used yet: ${[...new Set(lacking.map(({ name }) => name))].join(', ')}`,
    );
  return good ? EXIT.ok : EXIT.unavailable;
};

async function* allChecks(options: DoctorOptions): AsyncGenerator<Check> {
  const config = checkConfig(options);
  yield checkNode();
  yield checkTerminal();
  yield await checkTmux();
  yield await checkSandbox();
  yield checkHome(homeDir(options.home));
  yield config.check;
  if (config.pair === undefined) return;
  const { pair } = config;
  yield* checkBrains(pair);
  const carried = specsOf(pair).some((spec) => !isEndpoints(spec) && spec.provider === 'embedded');
  if (!carried) yield spare(await checkEmbedded('embedded model', shippedProfile('tiny').pair.worker));
}

/** @throws UserError 2 where there is no such profile */
const checkConfig = ({ profile, config }: DoctorOptions): { check: Check; pair?: PairSpec } => {
  try {
    const profiles = knownProfiles(config);
    checkSections(config);
    const { pair, from } = profileNamed(profile, profiles);
    const { file } = profiles;
    const where = from === 'shipped' ? 'is shipped' : `is at ${from}`;
    return { check: ok('config', `${file ?? 'no file'}; profile ${profile} ${where}`), pair };
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode === EXIT.usage) throw error;
    return { check: fail('config', error.message, 'mend the file, or name another with --config') };
  }
};

/** What the profile does not need cannot fail it. */
const spare = (check: Check): Check => (check.state === 'fail' ? { ...check, state: 'warn' } : check);

const textOf = ({ name, state, found, todo, ms }: Check): string => {
  const head = `${state.padEnd(5)} ${name.padEnd(16)} ${found}${ms === undefined ? '' : ` in ${ms} ms`}`;
  return todo === undefined ? head : `${head}\n${' '.repeat(23)}do: ${todo}`;
};
