/** What the program's exit status says; documented in `docs/reference/cli.md`. */
export const exitCodes = {
  ok: 0,
  /** It was tried and did not work. */
  failed: 1,
  /** The command line is wrong; nothing was tried. */
  usage: 2,
  /** Ctrl-C or a termination signal. */
  interrupted: 130,
  /** Whoever read the output has closed it, as with `| head`: 128 and the number of SIGPIPE, of which other programs die. */
  unread: 141,
} as const
