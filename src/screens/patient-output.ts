/**
 * The terminal as frames are written to it. One that takes nothing (it is stopped, or nobody reads it) holds up neither the
 * console nor its memory: frames that it has no room for are left out, and once it goes on it gets one whole frame.
 */
export interface PatientOutput {
  stream: NodeJS.WriteStream;
  /** From here on nothing is left out any more; what the terminal has no room for waits. */
  insist(): void;
  /** Calls back, at once where it can, when the terminal has taken all of it, or has not within so many milliseconds. */
  drained(ms: number, then: (taken: boolean) => void): void;
  /** Writes wait for the terminal again, as those of other programs do. */
  release(): void;
}

/** Node has it on the handle of every terminal, and makes them all wait. */
interface Handle {
  setBlocking?(on: boolean): void;
}

const setBlocking = (stdout: NodeJS.WriteStream, on: boolean): void =>
  (stdout as unknown as { _handle?: Handle })._handle?.setBlocking?.(on);

/** What is written to it as the process ends is lost where there is no room for it. */
export const doNotWaitFor = (stream: NodeJS.WriteStream): void => setBlocking(stream, false);

/** @param redraw draws the whole frame, whatever is on the terminal */
export const patientOutput = (stdout: NodeJS.WriteStream, redraw: () => void): PatientOutput => {
  let leftOut = false;
  let insists = false;
  setBlocking(stdout, false);
  const write = (data: string, done?: () => void): boolean => {
    if (insists || !stdout.writableNeedDrain) return stdout.write(data, done);
    leftOut = true;
    if (done !== undefined) process.nextTick(done);
    return false;
  };
  const onDrain = (): void => {
    if (!leftOut || insists) return;
    leftOut = false;
    redraw();
  };
  stdout.on('drain', onDrain);
  const stream = new Proxy(stdout, {
    get: (target, name) => {
      if (name === 'write') return write;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return {
    stream,
    insist: () => {
      insists = true;
    },
    drained: (ms, then) => {
      if (stdout.writableLength === 0) return then(true);
      const timer = setTimeout(then, ms, false);
      stdout.write('', () => {
        clearTimeout(timer);
        then(true);
      });
    },
    release: () => {
      stdout.off('drain', onDrain);
      setBlocking(stdout, true);
    },
  };
};
