import { z } from 'zod'
import type { Measurement } from '../contract.ts'

/** One benchmark as it was run. */
export interface BenchRecord {
  readonly name: string
  readonly summary: string
  /** ISO 8601. */
  readonly date: string
  readonly seconds: number
  readonly rounds: number
  readonly quick: boolean
  /** Absent: each side chose. */
  readonly threads?: number
  /** Load average of the last minute before it began. Null where the system keeps none. */
  readonly loadBefore: number | null
  readonly commit: string
  readonly measurements: readonly Measurement[]
  readonly notes: readonly string[]
  readonly skipped?: string
  /** Why it broke off. */
  readonly failed?: string
}

/** The result file: one record per benchmark, the last of each. */
export interface Report {
  readonly machine: {
    readonly processor: string
    readonly cores: number
    readonly memoryBytes: number
    readonly system: string
  }
  readonly versions: Readonly<Record<string, string>>
  readonly records: readonly BenchRecord[]
}

const values = z.array(z.number())

const measurement: z.ZodType<Measurement> = z.object({
  label: z.string(),
  unit: z.enum(['tokens/s', 'ms', 'bytes', 'bytes/s', 'bytes/request', '%']),
  ours: values,
  peer: z.object({ name: z.string(), values }).exactOptional(),
  target: z
    .object({
      of: z.enum(['value', 'ratio', 'inverse ratio', 'difference']),
      atLeast: z.number().exactOptional(),
      atMost: z.number().exactOptional(),
    })
    .exactOptional(),
})

const record: z.ZodType<BenchRecord> = z.object({
  name: z.string(),
  summary: z.string(),
  date: z.string(),
  seconds: z.number(),
  rounds: z.number(),
  quick: z.boolean(),
  threads: z.number().exactOptional(),
  loadBefore: z.number().nullable(),
  commit: z.string(),
  measurements: z.array(measurement),
  notes: z.array(z.string()),
  skipped: z.string().exactOptional(),
  failed: z.string().exactOptional(),
})

export const reportSchema: z.ZodType<Report> = z.object({
  machine: z.object({ processor: z.string(), cores: z.number(), memoryBytes: z.number(), system: z.string() }),
  versions: z.record(z.string(), z.string()),
  records: z.array(record),
})
