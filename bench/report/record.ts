import { z } from 'zod'
import type { Measurement } from '../contract.ts'

/** One benchmark, measured or not. */
export type BenchRecord = MeasuredRecord | UnmeasuredRecord

interface RecordHead {
  readonly name: string
  readonly summary: string
  /** ISO 8601. */
  readonly date: string
  readonly commit: string
}

export interface MeasuredRecord extends RecordHead {
  readonly seconds: number
  readonly rounds: number
  readonly quick: boolean
  /** Absent: each side chose. */
  readonly threads?: number
  /** Load average of the last minute before it began. Null where the system keeps none. */
  readonly loadBefore: number | null
  readonly measurements: readonly Measurement[]
  readonly notes: readonly string[]
  /** What it was measured with, where that is not what the report says. */
  readonly versions?: Versions
  /** Why it broke off when it was run again later. */
  readonly failedSince?: { readonly date: string; readonly commit: string; readonly reason: string }
}

/** Date and commit are those of the run that left it out. */
export interface UnmeasuredRecord extends RecordHead {
  readonly why: 'failed' | 'skipped' | 'not run'
  /** A sentence. */
  readonly reason: string
}

export type Versions = Readonly<Record<string, string>>

/** The result file: one record per benchmark, the last of each. */
export interface Report {
  readonly machine: {
    readonly processor: string
    readonly cores: number
    readonly memoryBytes: number
    readonly system: string
  }
  readonly versions: Versions
  readonly records: readonly BenchRecord[]
}

const values = z.array(z.number())

const measurement: z.ZodType<Measurement> = z.object({
  label: z.string(),
  unit: z.enum(['tokens/s', 'ms', 'bytes', 'bytes/s', 'bytes/request', '/s', '%']),
  ours: values,
  peer: z.object({ name: z.string(), values }).exactOptional(),
  limit: values.exactOptional(),
  target: z
    .object({
      of: z.enum(['value', 'ratio', 'inverse ratio', 'difference']),
      atLeast: z.number().exactOptional(),
      atMost: z.number().exactOptional(),
    })
    .exactOptional(),
})

const head = { name: z.string(), summary: z.string(), date: z.string(), commit: z.string() }
const versions = z.record(z.string(), z.string())

const record: z.ZodType<BenchRecord> = z.union([
  z.object({
    ...head,
    seconds: z.number(),
    rounds: z.number(),
    quick: z.boolean(),
    threads: z.number().exactOptional(),
    loadBefore: z.number().nullable(),
    measurements: z.array(measurement).min(1),
    notes: z.array(z.string()),
    versions: versions.exactOptional(),
    failedSince: z.object({ date: z.string(), commit: z.string(), reason: z.string() }).exactOptional(),
  }),
  z.object({ ...head, why: z.enum(['failed', 'skipped', 'not run']), reason: z.string() }),
])

export function isMeasured(record: BenchRecord): record is MeasuredRecord {
  return 'measurements' in record
}

export const reportSchema: z.ZodType<Report> = z.object({
  machine: z.object({ processor: z.string(), cores: z.number(), memoryBytes: z.number(), system: z.string() }),
  versions,
  records: z.array(record),
})
