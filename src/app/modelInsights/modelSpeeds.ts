import type { Clock, Database, Migration } from '../../core/index.ts'

export const speedsMigrations: readonly Migration[] = [
  {
    room: 'speeds',
    version: 1,
    sql: `
      -- How fast a model last was. The home may move to another machine, where it would be a different number.
      CREATE TABLE model_speeds (
        machine TEXT NOT NULL, digest TEXT NOT NULL, tokens_per_second REAL NOT NULL, measured_at TEXT NOT NULL,
        PRIMARY KEY (machine, digest)) STRICT, WITHOUT ROWID;
    `,
  },
]

/** The last known generation rates on one machine, by digest. */
export interface ModelSpeeds {
  /** Tokens per second. */
  all(): ReadonlyMap<string, number>
  note(digest: string, tokensPerSecond: number): void
}

/** A change by less than this is not worth a write. */
const worthWriting = 0.02

/** @param machine what tells this machine, and what computes on it, from others */
export function openModelSpeeds(database: Database, machine: string, clock: Clock): ModelSpeeds {
  /** What this process wrote last; others write as well. */
  const written = new Map<string, number>()
  return {
    all: () =>
      new Map(
        database
          .all<{ digest: string; tokens_per_second: number }>(
            'SELECT digest, tokens_per_second FROM model_speeds WHERE machine = ?',
            machine,
          )
          .map((row) => [row.digest, row.tokens_per_second]),
      ),
    note: (digest, tokensPerSecond) => {
      if (!Number.isFinite(tokensPerSecond) || tokensPerSecond <= 0) return
      const before = written.get(digest)
      if (before !== undefined && Math.abs(tokensPerSecond / before - 1) < worthWriting) return
      database.run(
        `INSERT INTO model_speeds (machine, digest, tokens_per_second, measured_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (machine, digest) DO UPDATE SET tokens_per_second = excluded.tokens_per_second, measured_at = excluded.measured_at`,
        machine,
        digest,
        tokensPerSecond,
        new Date(clock.now()).toISOString(),
      )
      written.set(digest, tokensPerSecond)
    },
  }
}
