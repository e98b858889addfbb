import type { Sanjha } from '../app/index.ts'
import type { OpenedModels } from '../app/openModels.ts'
import type { ConfigFlag } from '../core/index.ts'
import type { Output, OutputStream } from './terminal/Output.ts'

/** Everything of the process that a command may touch. Tests pass their own. */
export interface CliIo {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream & OutputStream
  readonly stderr: NodeJS.WriteStream & OutputStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** How a person calls the program here, for hints that can be typed as they stand. Absent: `sanjha`. */
  readonly program?: string
}

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly json?: true | undefined
  readonly quiet?: true | undefined
}

/** What a command's action gets besides its own arguments and flags. */
export interface CliContext {
  readonly io: CliIo
  readonly out: Output
  /** Aborted by Ctrl-C and by termination signals. */
  readonly signal: AbortSignal
  /** `flags` are settings given on the command line: the strongest of all origins. Closed when the command ends. With `logFile` it logs there. */
  openApp(flags?: readonly ConfigFlag[], logFile?: string): Promise<Sanjha>
  /** The models alone: much quicker to load. Closed when the command ends. */
  openModels(): Promise<OpenedModels>
  /** From now on the command goes on when nobody reads what it writes. */
  outliveOutput(): void
  /** Says that an interruption was the expected end of this command, so that it exits with 0. */
  settle(): void
  /** Says that the command failed although it has printed all there is to say. */
  fail(): void
  /** For commands that handle Ctrl-C themselves (the chat): calls `handler` instead of aborting, until the returned function is called. */
  onInterrupt(handler: () => void): () => void
}
