/** What every verb takes. */
export interface CommonOptions {
  json?: true;
  /** Where runs live, as `--home` said. */
  home?: string;
}
