/** What every verb takes. */
export interface CommonOptions {
  json?: true;
  /** Where runs live, as `--home` said. */
  home?: string;
}

/** Whether a run is to be told in sentences: as was asked, or because the terminal cannot place its cursor. */
export const wantsLines = ({ plain }: { plain?: true }): boolean =>
  plain === true || (process.env.TERM === 'dumb' && process.stdout.isTTY === true);
